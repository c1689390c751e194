"""Passages of a draft: few, short, and settled one by one while the draft is being written."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.confidence.passages import (
    DENSE_PASSAGES,
    DRAFT_PASSAGES,
    PASSAGE_WORDS,
    THINNED,
    GrowingPassages,
    draft_passages,
    settled_passages,
)
from assistant.confidence.text.words import words

LONG = (
    "This sentence number {} about the old harbour has rather more than the fifteen words it takes."
)

PIECES = st.sampled_from(
    [
        "The keeper counted seventeen boats before the fog came in and hid the whole bay from him",
        "word", " ", "\n", "\n\n", "\r\n", "\t", ".", "...", "!", "?!", "\u2026", "\u3002", "\uff01", "\uff1f",
        "\u300d", "\"", "\u201d", "'", ")", "*", "**", "_", "`", "Mr.", "e.g.", " z.B.", "A", "etc.", "3.5",
        "# Heading", "- item", "\u53e5\u5b50", "\ud83d", "\ude00", "\x00", "\x1c", "\x85", "\u2028", "-", ",",
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=60).map("".join)


@st.composite
def texts_in_pieces(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text and some way to cut it up, empty pieces among them."""
    text = draw(TEXTS)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=80)))
    return text, [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]


def told_while_growing(pieces: list[str]) -> list[tuple[str, ...]]:
    """All passages settled so far, after each piece."""
    growing = GrowingPassages()
    return list(accumulate((growing.add(piece) for piece in pieces), initial=()))


@given(whole=TEXTS, cut=st.integers(0, 2000))
@example(whole="One. " * 15 + "\u3002. And on it goes.", cut=76)
@example(whole=LONG + '." he said. And then', cut=len(LONG) + 1)
def test_what_is_settled_stays_as_it_is(whole: str, cut: int) -> None:
    """No continuation changes it, wherever the beginning was cut off."""
    settled = settled_passages(whole[:cut])

    assert draft_passages(whole)[: len(settled)] == settled


@given(whole=TEXTS, cut=st.integers(0, 2000))
def test_blanks_around_a_draft_change_nothing(whole: str, cut: int) -> None:
    """The stream has them, the finished draft was stripped of them."""
    settled = settled_passages(whole[:cut])

    assert draft_passages(whole.strip()) == draft_passages(whole)
    assert draft_passages(whole.strip())[: len(settled)] == settled


@given(texts_in_pieces())
def test_pieces_of_any_size_settle_the_same_passages(cut_up: tuple[str, list[str]]) -> None:
    """Tokens end anywhere, also inside a sentence end."""
    text, pieces = cut_up

    told = told_while_growing(pieces)

    assert told[-1] == settled_passages(text)
    assert draft_passages(text)[: len(told[-1])] == told[-1]


@given(TEXTS)
def test_all_but_the_last_passage_settle_before_the_end(text: str) -> None:
    """What waits for the last token is one passage: the pending one, or one whose end is still open."""
    whole = draft_passages(text)

    assert len(whole) - len(settled_passages(text)) <= 1


def test_a_sentence_is_settled_by_the_first_character_behind_it() -> None:
    """And not by its full stop, which could be the first of three, or be followed by a quote."""
    opening = "He had been waiting at the pier for so long that he knew each boat by name"
    growing = GrowingPassages()

    told = [growing.add(piece) for piece in (opening, ".", '"', " ", "Then")]

    assert told == [(), (), (), (opening + '."',), ()]


def test_an_abbreviation_settles_nothing() -> None:
    """The sentence goes on behind it."""
    opening = "After all these years at sea and in every port of the north the captain met Dr. "

    assert settled_passages(opening) == ()
    assert settled_passages(opening + "Ray.\n") == (opening + "Ray.",)


def test_a_text_without_sentence_ends_is_one_passage_of_its_first_words() -> None:
    """It settles when a line ends, and only its first words are read."""
    endless = "word " * 500

    assert settled_passages(endless) == ()
    assert settled_passages(endless + "\n") == draft_passages(endless)
    assert [len(words(passage)) for passage in draft_passages(endless)] == [PASSAGE_WORDS]


def test_later_passages_of_a_long_draft_are_thinned_out_while_it_grows_too() -> None:
    """Its cost is bounded however long it gets."""
    sentences = [LONG.format(number) for number in range(200)]

    told = told_while_growing([sentence + " " for sentence in sentences])

    kept = [*sentences[:DENSE_PASSAGES], *sentences[DENSE_PASSAGES::THINNED]][:DRAFT_PASSAGES]
    assert list(told[-1]) == kept
    assert draft_passages(" ".join(sentences)) == told[-1]


@pytest.mark.parametrize(
    "run", [".", "\u3002", '."', "a", "\n", "Mr. ", "\u3002. ", "-\n", " ", "\ud83d"]
)
def test_a_huge_run_of_one_kind_is_read_in_linear_time(run: str) -> None:
    """Work that grows with their square would not end."""
    text = run * (200_000 // len(run))

    settled = settled_passages(text)

    assert draft_passages(text)[: len(settled)] == settled
