"""The data files of the languages and what their loader refuses."""

from __future__ import annotations

from importlib.resources import files

import pytest

from assistant.cache.wording.language import (
    LanguageFileError,
    codes,
    load,
    read_concepts,
    read_grammar,
)
from assistant.cache.wording.patterns import patterns

FOLDER = files("assistant.cache.wording").joinpath("languages")


def lines(name: str) -> list[str]:
    """The lines of a data file without comments."""
    text = FOLDER.joinpath(name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_language_can_be_loaded(code: str) -> None:
    """What is shipped fits the schema."""
    language = load(code)

    assert language.grammar.code == code


def test_a_wording_in_two_concepts_is_refused() -> None:
    """It could not be told which is meant."""
    text = '[tone]\nfriendly = ["kind"]\n[general]\ngood = ["kind"]\n'

    with pytest.raises(
        LanguageFileError, match=r"(?s)xx\.toml.*'kind' is in 'friendly' and in 'good'"
    ):
        read_concepts(text, "xx.toml")


def test_a_wording_in_upper_case_is_refused() -> None:
    """It would never be found."""
    with pytest.raises(LanguageFileError, match="'Kind' must be lower case"):
        read_concepts('[tone]\nfriendly = ["Kind"]\n', "xx.toml")


def test_broken_toml_names_its_file() -> None:
    """The message says where to look."""
    with pytest.raises(LanguageFileError, match=r"xx\.toml"):
        read_grammar("code = ", "xx.toml")


def test_an_unknown_table_is_refused() -> None:
    """A misspelled table would silently do nothing."""
    text = FOLDER.joinpath("en.toml").read_text("utf-8")

    with pytest.raises(LanguageFileError, match="magic"):
        read_grammar(text + "\n[magic]\nwords = []\n", "en.toml")


def test_a_missing_language_is_told_by_its_file() -> None:
    """The message names the file that is missing."""
    with pytest.raises(LanguageFileError, match=r"xx\.toml"):
        load("xx")


@pytest.mark.parametrize("name", ["en.near.txt", "en.synonyms.txt"])
def test_groups_have_two_wordings_or_more_and_none_twice(name: str) -> None:
    """Anything else is a slip of the pen."""
    groups = [line.rpartition(": ")[2].split(", ") for line in lines(name)]

    assert [group for group in groups if len(group) < 2 or len(set(group)) < len(group)] == []


@pytest.mark.parametrize("name", ["en.near.txt", "en.verbs.txt"])
def test_word_lists_are_lower_case(name: str) -> None:
    """Words are looked up in lower case."""
    assert [line for line in lines(name) if line != line.lower()] == []


@pytest.mark.parametrize(
    ("words", "end"),
    [("could you please", 3), ("could you", 2), ("can you", 2), ("could we", 0), ("you", 0)],
)
def test_patterns_match_alternatives_and_what_may_be_missing(words: str, end: int) -> None:
    """The notation of the frames."""
    found = patterns(["can|could you (please)"])

    assert found.end(words.split(), 0) == end


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("hoped", "hope"), ("hopped", "hop"), ("planes", "plane"), ("planned", "plan"), ("using", "use"),
        ("cancelled", "cancel"), ("organised", "organize"), ("exercises", "exercise"), ("colours", "color"),
        ("wrote", "write"), ("children", "child"), ("news", "news"), ("zorblaxed", "zorblaxed"),
    ],
)  # fmt: skip
def test_inflected_words_find_their_base(word: str, base: str) -> None:
    """By rules, known words and exceptions."""
    assert load("en").lemmatizer.lemma(word).base == base
