"""How much of a text was changed, told from digests of its words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records.distance import (
    BLOCK_WORDS,
    LONGEST_WORDS,
    normalised_distance,
    packed,
    unpacked,
    word_digests,
)

KEY = b"key"
few = st.lists(st.integers(0, 3), max_size=12)


def by_the_book(first: list[int], second: list[int]) -> int:
    """Levenshtein distance by the table of Wagner and Fischer."""
    row = list(range(len(second) + 1))
    for above, item in enumerate(first, start=1):
        corner, row[0] = row[0], above
        for at, other in enumerate(second, start=1):
            corner, row[at] = (
                row[at],
                min(row[at] + 1, row[at - 1] + 1, corner + (item != other)),
            )
    return row[-1]


def digests(text: str, key: bytes = KEY) -> tuple[int, ...]:
    """Digests of a text that is not too long."""
    found = word_digests(text, key=key)
    assert found is not None
    return found


def distance(first: str, second: str) -> float:
    """Distance between two texts."""
    return normalised_distance(digests(first), digests(second))


@given(few, few)
def test_the_distance_is_that_of_the_book(first: list[int], second: list[int]) -> None:
    """The columns of bits are only a faster way to the same number."""
    longest = max(len(first), len(second), 1)

    assert normalised_distance(first, second) == by_the_book(first, second) / longest


@given(few, few)
def test_the_distance_is_the_same_both_ways_and_zero_only_for_equals(
    first: list[int], second: list[int]
) -> None:
    """Two laws of a distance."""
    found = normalised_distance(first, second)

    assert found == normalised_distance(second, first)
    assert (found == 0) is (first == second)
    assert 0 <= found <= 1


def test_long_texts_are_never_told_closer_than_they_are() -> None:
    """Cut into blocks, a shifted text looks a little farther away, and local changes stay local."""
    words = list(range(3 * BLOCK_WORDS))
    scattered = [-1 if word % 1000 == 500 else word for word in words]
    shifted = [*words[5:], *[-2] * 5]

    assert normalised_distance(words, scattered) * len(words) == scattered.count(-1)
    assert 10 / len(words) <= normalised_distance(words, shifted) <= 40 / len(words)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("The ferry leaves at nine.", "The ferry leaves at nine.", 0.0),
        ("The ferry leaves\n\nat nine.", " The ferry  leaves at nine. ", 0.0),
        ("Cafe\u0301 opens.", "Caf\u00e9 opens.", 0.0),
        ("The ferry leaves at nine.", "The ferry leaves at ten.", 1 / 6),
        ("The ferry leaves at nine.", "", 1.0),
        ("", "", 0.0),
        ("渡し船は九時に出る", "渡し船は十時に出る", 1 / 9),
        ("nine", "Nine", 1.0),
    ],
)
def test_words_and_marks_count_and_white_space_does_not(
    first: str, second: str, expected: float
) -> None:
    """Scripts without blanks count by character."""
    assert distance(first, second) == pytest.approx(expected)


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_any_text_has_digests_that_survive_packing(text: str) -> None:
    """Half surrogates, NUL and all."""
    found = digests(text)

    assert unpacked(packed(found)) == found


@pytest.mark.parametrize("text", ["a" * 1_000_000, " " * 1_000_000])
def test_a_megabyte_of_one_character_is_no_trouble(text: str) -> None:
    """One word, or nothing at all."""
    assert len(digests(text)) <= 1


@pytest.mark.parametrize("word", ["a ", "\0"])
def test_a_text_of_too_many_words_is_not_compared(word: str) -> None:
    """What is kept of it, and the time that it takes, stay bounded."""
    assert word_digests(word * (LONGEST_WORDS + 1), key=KEY) is None


def test_digests_of_two_texts_have_nothing_in_common() -> None:
    """With a key per text nobody can tell that the same word stands in both."""
    text = "one two three four five six"

    assert not set(digests(text)) & set(digests(text, b"other"))
    assert not re.search(rb"one|two|three", packed(digests(text)))


def test_bytes_that_are_no_digests_are_refused() -> None:
    """Four bytes each."""
    with pytest.raises(ValueError, match="5 bytes are no whole number"):
        unpacked(b"12345")
