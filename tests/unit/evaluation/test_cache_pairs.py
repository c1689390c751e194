"""Pairs of requests, and what the cache makes of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DataError
from assistant.evaluation.cache_pairs import (
    Apart,
    LabelledPair,
    Pair,
    Together,
    compare,
    decide,
    needs_cosine,
    pairs_fingerprint,
    parse_pairs,
)

STORED = "Write a short poem about a parcel."
CANARY = "quetzal"


def labelled(**changes: str) -> LabelledPair:
    """A pair of a data file."""
    row = {"id": "d1", "a": "one", "b": "two", "label": "same", "kind": "order", "task": "draft"}
    return LabelledPair.model_validate(row | changes)


@pytest.mark.parametrize(
    ("asked", "level"),
    [
        (STORED, "exact"),
        ("please write a short poem about a parcel", "canonical"),
        ("Write a poem about a parcel. It should be short.", "semantic"),
    ],
)
def test_the_level_that_brings_two_requests_together_is_told(asked: str, level: str) -> None:
    """The lowest that does."""
    found = compare(STORED, asked)

    assert isinstance(found, Together)
    assert (found.level, found.language) == (level, "en")
    assert needs_cosine(found) is (level == "semantic")


@pytest.mark.parametrize(
    ("stored", "asked", "reason"),
    [
        (STORED, "Напиши стихотворение.", "unsure"),
        ("Напиши стихотворение.", STORED, "unsure"),
        ("Write about the weather today.", "Write about the weather today.", "never stored: time"),
    ],
)
def test_what_cannot_be_compared_or_is_never_stored_says_so(
    stored: str, asked: str, reason: str
) -> None:
    """The verifier has not read it."""
    assert compare(stored, asked) == Apart(reason=reason)


def test_a_decisive_detail_keeps_two_requests_apart() -> None:
    """And the verifier's reason is told."""
    found = compare("Write a poem about 3 parcels.", "Write a poem about 13 parcels.")

    assert found == Apart(reason="number", language="en")


@given(strength=st.sampled_from((0.7, 0.8, 0.9, 1.0)), least=st.sampled_from((0.75, 0.85, 1.0)))
def test_a_similar_request_is_served_from_the_least_strength_on(
    strength: float, least: float
) -> None:
    """What is weaker is a miss."""
    found = Together(level="semantic", language="en", strength=strength, steps=("order",))

    decision = decide(found, cosine=0.9, least=least)

    assert decision.decision == ("semantic" if strength >= least else "miss")
    assert "order" in decision.reason


def test_a_similar_request_is_a_miss_where_nothing_is_proven_or_nothing_is_alike() -> None:
    """The other levels need neither."""
    similar = Together(level="semantic", language="en")
    exact = Together(level="exact", language="en")

    assert decide(similar, cosine=0.9, least=None).decision == "miss"
    assert decide(similar, cosine=0.1, least=0.5).reason == "not nominated"
    assert decide(similar, cosine=None, least=0.5).decision == "semantic"
    assert decide(exact, cosine=0.1, least=None).decision == "exact"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f'{{"id": 1, "a": "{CANARY}"', "line: Invalid JSON"),
        (f'{{"a": "{CANARY}", "b": "x"}}', "id: "),
        (f'{{"id": "1", "a": "{CANARY}"}}', "b: Field required"),
        (f'{{"id": "1", "a": ["{CANARY}"], "b": "x"}}', "a: Input should be a valid string"),
        ('{"id": "1", "a": "", "b": "x"}', "a: String should have at least 1 character"),
        (f'"{CANARY}"', "line: "),
        (f'{{"id": "1", "a": "{CANARY}\\ud800", "b": "x"}}', "line: Invalid JSON"),
    ],
)
def test_a_bad_line_is_told_by_number_and_field_without_its_text(line: str, told: str) -> None:
    """Data may be anybody's."""
    lines = ['{"id": "1", "a": "x", "b": "y"}', "", line]

    with pytest.raises(DataError) as caught:
        parse_pairs(lines, Pair, file="pairs.jsonl")

    assert str(caught.value).startswith(f"pairs.jsonl:3: {told}")
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"), [("label", CANARY), ("task", CANARY), ("kind", ""), ("task", "chat")]
)
def test_a_labelled_pair_needs_a_label_a_kind_and_a_task(field: str, value: str) -> None:
    """Each of those that are known."""
    line = labelled().model_dump_json().replace(getattr(labelled(), field), value, 1)

    with pytest.raises(DataError, match=f"pairs:1: {field}: ") as caught:
        parse_pairs([line], LabelledPair, file="pairs")

    assert CANARY not in str(caught.value)


def test_other_fields_and_empty_lines_do_not_matter() -> None:
    """Files say more than this needs."""
    lines = [b'{"id": 7, "a": "x", "b": "y", "label": "same", "base": 3}\n', b"\n"]

    assert parse_pairs(lines, Pair, file="-") == [Pair(id=7, a="x", b="y")]


def test_a_file_without_pairs_is_an_error() -> None:
    """An evaluation of nothing would say nothing."""
    with pytest.raises(DataError, match="no pairs"):
        parse_pairs(["", "\n"], Pair, file="pairs.jsonl")


def test_the_fingerprint_of_pairs_knows_their_labels_and_not_their_order() -> None:
    """It says whether counts are of these pairs."""
    one, two = labelled(), labelled(b="three")

    assert pairs_fingerprint([one, two]) == pairs_fingerprint([two, one])
    assert pairs_fingerprint([one]) != pairs_fingerprint([labelled(label="different")])
