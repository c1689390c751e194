"""Texts and requests nobody writes by hand: huge runs, empty lengths, digits of every script."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.confidence.artefact import load_artefact
from assistant.confidence.checks import run_checks
from assistant.confidence.passages import DRAFT_PASSAGES, windows
from assistant.confidence.reading import Reading
from assistant.confidence.scorer import Scorer
from assistant.confidence.text import facts
from assistant.confidence.text.demands import demanded_items
from assistant.confidence.text.language import named_languages
from assistant.confidence.text.words import sentences
from assistant.types import Length
from support.drafts import EMAIL, draft

HUGE = 100_000
"""Characters. Work that grows with their square takes minutes, so such a test would not end."""

RUNS = {
    "hex": "0123456789abcdef",
    "letters without spaces": "\u0e01",
    "apostrophes": "'",
    "spaces": "a" + " " * 50,
    "abbreviations": "Mr. ",
    "dots before no space": ".",
    "dots and quotes": '."',
    "exclamations": "! ",
    "short lines": "-\n",
    "hash lines": "#\n",
    "hashes": "#",
    "blank lines": "\n",
    "thousands": ",111",
    "items": "5 tips ",
    "addresses": "a@b.c",
    "open quotes": "\u201e",
    "names": "Aa, ",
    "stars": "*",
}
NUMBERS = ["0", "00", "-3", "99999999999", "1/2", "\u0663", "\u0661\u0662", "1,000,000", "1.5", "zero",
           "one", "a thousand", "\uff11\uff10", "\u00b2", "1" + ",000" * 2000, "1e9", "+5", "nan"]  # fmt: skip
FRAMES = ["{0} {1}", "about {0} {1}", "at most {0} {1}", "at least {0} {1}", "between {0} and {0} {1}",
          "0 to {0} {1}", "write {0}+ {1}", "exactly {0}-{1} please"]  # fmt: skip
UNITS = [
    "words",
    "word",
    "sentences",
    "paragraphs",
    "page",
    "tips",
    "titles",
    "\u0441\u043b\u043e\u0432",
]


@cache
def scorer() -> Scorer:
    """The scorer with the shipped artefact."""
    return Scorer(load_artefact("default"))


@pytest.mark.parametrize("unit", RUNS.values(), ids=RUNS)
def test_a_huge_run_of_anything_is_read_in_one_pass(unit: str) -> None:
    """As a draft, as the text worked on, and as the instruction."""
    run = (unit * (HUGE // len(unit) + 1))[:HUGE]
    one = draft(f"Best, {run}!x", task="rewrite", instruction=f"Avoid the word {run}", text=run)

    score = scorer().score(one, None)

    assert 0 < score.value < 1
    assert len(scorer().passages(one)) <= 30
    assert facts.links(f"{run} me@example.org")[-1].endswith("example.org")


def test_many_lines_without_a_word_make_one_passage() -> None:
    """They wait for words to join, however long that takes."""
    assert len(windows("!\n" * (HUGE // 2), DRAFT_PASSAGES)) == 1


def test_a_request_of_many_items_and_no_verb_asks_for_none() -> None:
    """The verb is looked for once."""
    assert demanded_items("5 tips " * (HUGE // 7)) is None
    assert demanded_items("Give 5 tips.") == 5
    assert demanded_items("5 tips are enough, write well.") is None


def test_many_lost_numbers_are_told_from_many_words() -> None:
    """Each number is looked up, not compared with every word."""
    source = " ".join(f"{n} boxes." for n in range(20_000))
    written = " ".join(f"box{n}" for n in range(20_000))

    results = run_checks(Reading(draft(written, task="rewrite", text=source)))

    assert [r.passed for r in results if r.name == "lost_numbers"] == [False]


def test_an_abbreviation_is_known_by_its_last_letters_alone() -> None:
    """At the start of the text, behind a bracket, and far into a long sentence."""
    long = "He spoke of " + "many things and " * 20 + "of St. Ives. Then he left."

    assert sentences("Approx. ten came. (Dr. Ray too.) X") == [
        "Approx. ten came.", "(Dr. Ray too.)", "X",
    ]  # fmt: skip
    assert len(sentences(long)) == 2


@pytest.mark.parametrize(
    "asked",
    [
        "Write about 0 words.",
        "Write 0 sentences.",
        "Write 0 paragraphs.",
        "Write between 0 and 0 words.",
        "Write at most 0 words.",
        "Write at least 0 words.",
    ],
)
def test_a_length_of_nothing_is_no_length(asked: str) -> None:
    """Nobody wants an empty text; the draft is judged as if no length had been said."""
    one = draft(EMAIL, instruction=asked)

    assert Reading(one).demand is None
    assert 0 < scorer().score(one, None).value < 1


@pytest.mark.parametrize(
    "length", [Length(words=0), Length(percent=0), Length(percent=1), Length(words=-4)]
)
def test_a_typed_length_that_comes_to_nothing_is_none(length: Length) -> None:
    """One per cent of ten words is no word at all."""
    one = draft(EMAIL, task="shorten", text="one two three four five six seven", length=length)

    assert Reading(one).demand is None
    assert 0 < scorer().score(one, None).value < 1


@pytest.mark.parametrize(
    "instruction", ["Write it in F\u0130NN\u0130SH.", "Write it in f\u0131nnish."]
)
def test_turkish_capitals_name_a_language_too(instruction: str) -> None:
    """Their i has a dot where ours has none, and the other way round."""
    assert named_languages(instruction) == {"fi"}


@settings(max_examples=150, deadline=None)
@given(
    frame=st.sampled_from(FRAMES),
    number=st.one_of(st.sampled_from(NUMBERS), st.integers().map(str), st.text("\u0660\u06f50,. /-", max_size=6)),
    unit=st.sampled_from(UNITS),
    text=st.one_of(st.just(EMAIL), st.text(max_size=200)),
    around=st.text(max_size=30),
    length=st.none() | st.builds(Length, words=st.none() | st.integers(-10, 10**9), percent=st.none() | st.integers(-5, 1000)),
    task=st.sampled_from(["draft", "shorten", "summarize", "titles", "continue"]),
)  # fmt: skip
def test_no_number_and_no_script_stops_the_scorer(
    *,
    frame: str,
    number: str,
    unit: str,
    text: str,
    around: str,
    length: Length | None,
    task: Any,  # noqa: ANN401 - a Literal that hypothesis samples
) -> None:
    """Whatever is asked in whatever digits, there is a probability."""
    instruction = f"{around} {frame.format(number, unit)} {around}"
    one = draft(text, instruction=instruction, task=task, text=around, length=length)

    assert 0 < scorer().score(one, None).value < 1


@pytest.mark.parametrize("scale", ["hundred", "million", "hundert", "cent", "cien"])
def test_a_loop_of_scale_words_is_no_astronomical_number(scale: str) -> None:
    """It fails the loop check instead of overflowing, wherever it stands."""
    text = "one" + f" {scale}" * 400
    one = draft(text, task="rewrite", text=text, instruction=text)

    results = {result.name: result.passed for result in run_checks(Reading(one))}

    assert results["loop"] is False
