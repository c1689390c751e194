"""Words, sentences, facts, passages and prompts in many scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence.passages import DRAFT_PASSAGES, PASSAGE_WORDS, windows
from assistant.confidence.prompts import request_of
from assistant.confidence.text import facts
from assistant.confidence.text.words import first_words, repeated_share, sentences, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's 12.5 % of 1,200.", ["It's", "12.5", "of", "1,200"]),
        ("state-of-the-art \u2014 really", ["state-of-the-art", "really"]),
        ("今天好。", ["今", "天", "好"]),
        ("क्या हाल है।", ["क्या", "हाल", "है"]),
        ("Что нового?", ["Что", "нового"]),
        ("*** --- ...", []),
    ],
)
def test_words_of_many_scripts(text: str, expected: list[str]) -> None:
    """Marks separate, vowel signs do not, Han characters stand alone."""
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith left. He came back.", ["Dr. Smith left.", "He came back."]),
        ('She said "Go!" Then he went.', ['She said "Go!"', "Then he went."]),
        ("今天好。我们走吧！", ["今天好。", "我们走吧！"]),
        ("A heading\nA line.", ["A heading", "A line."]),
        ("It costs 3.50 today.", ["It costs 3.50 today."]),
    ],
)
def test_sentences_end_where_readers_end_them(text: str, expected: list[str]) -> None:
    """Abbreviations and decimals end nothing; line breaks do."""
    assert sentences(text) == expected


@given(st.text(max_size=300))
def test_sentences_lose_no_word(text: str) -> None:
    """Splitting drops spaces only."""
    assert words(" ".join(sentences(text))) == words(" ".join(text.split()))


@given(st.text(max_size=200), st.integers(1, 20))
def test_the_first_words_are_a_beginning(text: str, count: int) -> None:
    """What is cut off is never in the middle."""
    kept = first_words(text, count)

    assert text.startswith(kept)
    assert len(words(kept)) <= max(count, len(words(text)) if kept == text else count)


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(1, 4))
def test_a_repeated_share_is_a_share(tokens: list[str], size: int) -> None:
    """Between nothing and nearly all."""
    assert 0 <= repeated_share(tokens, size) < 1


def test_passages_are_few_and_short_and_cover_the_whole() -> None:
    """A thousand sentences make as many passages as twelve, from beginning to end."""
    text = " ".join(f"Sentence number {n} speaks of subject {n} at length." for n in range(1000))

    found = windows(text, DRAFT_PASSAGES)

    assert len(found) == DRAFT_PASSAGES
    assert all(len(words(passage)) <= PASSAGE_WORDS for passage in found)
    assert "number 0 " in found[0]
    assert "number 9" in found[-1]


def test_short_sentences_join_a_neighbour() -> None:
    """A greeting alone has no meaning to compare."""
    assert windows("Dear Anna,\n\nThank you for the letter you sent.", 12) == (
        "Dear Anna, Thank you for the letter you sent.",
    )
    assert windows("", 12) == ()


def test_facts_are_found_and_compared_loosely() -> None:
    """Thousands separators, possessives and trailing full stops do not matter."""
    text = "On 12 March Priya's team sold 1,200 boxes, see https://example.org/a."

    assert facts.numbers(text) == {"12": "12 March", "1200": "1,200 boxes"}
    assert facts.names(text) == ["Priya"]
    assert facts.links(text) == ["https://example.org/a"]


def test_a_labelled_prompt_is_taken_apart() -> None:
    """Source and instruction are told apart; the benchmark's own requirements are dropped."""
    prompt = "Continue the story.\n[Story]: Once upon a time.\n[Requirements]:\n1. Make it long."

    request = request_of(prompt, "continue")

    assert request.instruction == "Continue the story."
    assert request.text == "Once upon a time."


def test_a_text_after_a_colon_is_the_source() -> None:
    """Only for tasks that work on a text."""
    prompt = "Make this more formal:\nHi Tom, can you call Priya today?"

    assert request_of(prompt, "rewrite").text == "Hi Tom, can you call Priya today?"
    assert request_of(prompt, "chat").instruction == prompt
