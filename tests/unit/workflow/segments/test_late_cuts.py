"""Texts without an end, single words, and what stands before."""

from __future__ import annotations

import pytest

from assistant.types import TokenLogprob
from assistant.workflow.segments import SegmentGate
from support.segmenting import drained, segments


def test_a_text_without_an_end_is_cut_at_a_clause() -> None:
    """After three lengths."""
    text = "one two three four five, six seven eight nine ten eleven twelve thirteen"

    assert segments(text, tokens=3)[0] == "one two three four five,"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("one two\nthree four, five six seven eight nine ten", "one two\nthree four,"),
        (
            "one two three four five six seven eight nine ten",
            "one two three four five six seven eight",
        ),
        ("one two three. four five, six seven eight nine ten", "one two three."),
        ("- one two three. Four five, six seven eight nine", "- one two three."),
        (
            "Here came Mr. Dr. Prof. Smith, who was never seen again",
            "Here came Mr. Dr. Prof. Smith,",
        ),
    ],
)
def test_the_best_of_the_worse_places_is_taken(text: str, first: str) -> None:
    """A doubtful end of a sentence, a line, a clause, a blank, in this order."""
    assert segments(text, tokens=3)[0] == first


@pytest.mark.parametrize("item", ["1. [One two three four](u)", "- [One two three four](u)"])
def test_the_mark_of_an_item_stays_with_it(item: str) -> None:
    """It is nothing without its text."""
    assert segments(item, tokens=1) == [item]


def test_one_endless_word_is_cut_between_clusters() -> None:
    """It must not hold the text for ever."""
    family = "👩‍👩‍👧"

    found = ["a" * 60, family * 60]
    gate = SegmentGate(unit="sentences", tokens=3)

    for word in found:
        gate.feed(word, [TokenLogprob(-1.0)] * 20)
    gate.close()

    released = [one.text for one in drained(gate)]
    assert len(released) > 3
    assert all(len(one.replace("a", "")) % len(family) == 0 for one in released)


def test_a_paragraph_is_not_cut_as_soon_as_a_sentence() -> None:
    """Many have three times the length of a segment."""
    text = "One two three four five. " * 6

    assert segments(text, unit="paragraphs", tokens=5) == [text.strip()]
    assert len(segments(text * 4, unit="paragraphs", tokens=5)) > 1


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One two\n\nthree", ["One", " two", "\n\nthree"]),
        ("漢字 and ไทย", ["漢", "字", " and", " ไ", "ท", "ย"]),
        ("e\u0301a 👩‍👩‍👧 🇩🇪🇫🇷", ["e\u0301a", " 👩‍👩‍👧", " 🇩🇪🇫🇷"]),
        ("- **a** [b](c d)", ["-", " **a**", " [b](c", " d)"]),
    ],
)
def test_words_go_out_one_by_one(text: str, parts: list[str]) -> None:
    """Those of a script without spaces cluster by cluster."""
    assert segments(text, unit="words") == parts


def test_a_word_is_out_with_the_blank_behind_it() -> None:
    """Until then it may go on."""
    gate = SegmentGate(unit="words", tokens=40)

    gate.feed("Hel")
    gate.feed("lo")
    assert gate.due() is None
    gate.feed(" w")

    assert [one.text for one in drained(gate)] == ["Hello"]
    assert gate.held == " w"


def test_the_opening_of_the_client_goes_on_within_a_word() -> None:
    """The blank that follows it is kept as well."""
    assert segments("wn fox. Then", before="The quick bro") == ["wn fox.", " Then"]
    assert segments(" fox. Then", before="The quick") == [" fox.", " Then"]
    assert segments("\n\nfox. Then", before="The quick ") == ["\n\nfox.", " Then"]


@pytest.mark.parametrize(
    ("before", "text", "parts"),
    [
        ("```\nx = 1.", "\nY. Z\n```\n\nOne. Two.", ["\nY. Z\n```", "\n\nOne.", " Two."]),
        ("He said “go.", " Run. Go.” She ran. Then", [" Run. Go.”", " She ran.", " Then"]),
        ("- one.", " Two. Three\n- four", [" Two. Three", "\n- four"]),
        ("See [a", " link. Yes](b. C). Then", [" link. Yes](b. C).", " Then"]),
        ("Met Dr.", " Smith. He ran.", [" Smith.", " He ran."]),
        ("# A heading", "\n\nOne. Two.", ["\n\nOne.", " Two."]),
    ],
)
def test_what_stands_before_counts(before: str, text: str, parts: list[str]) -> None:
    """Code, quotations, items, links and abbreviations that began there."""
    assert segments(text, before=before) == parts


def test_a_segment_has_the_tokens_that_begin_in_it() -> None:
    """Those of one piece are spread over it; one without text counts with what follows."""
    gate = SegmentGate(unit="sentences", tokens=3)
    told = [TokenLogprob(-float(number)) for number in range(6)]

    gate.feed("He ran on.", told[:3])
    gate.feed("", told[3:4])
    gate.feed(" She stayed", told[4:6])
    gate.feed(" in", ())
    gate.close()

    first, second = drained(gate)
    assert (first.text, first.tokens, first.logprobs) == ("He ran on.", 3, tuple(told[:3]))
    assert (second.text, second.tokens, second.logprobs) == ("She stayed in", 4, tuple(told[3:]))


def test_the_same_segment_is_due_until_it_is_accepted() -> None:
    """A verdict may take its time while the engine goes on."""
    gate = SegmentGate(unit="sentences", tokens=1)

    for piece in ("One.", " Two.", " Three"):
        gate.feed(piece)

    assert gate.due() is gate.due()
    assert gate.accept() == "One."
    assert gate.released == "One."
    assert gate.held == " Two. Three"
    assert [one.text for one in drained(gate)] == ["Two."]
    with pytest.raises(IndexError):
        gate.accept()


@pytest.mark.parametrize("text", ["", " ", "\n\n \t"])
def test_a_blank_text_has_no_segment(text: str) -> None:
    """Whatever its blanks are."""
    assert segments(text) == []
    assert segments(text, before="He ran.") == []
