"""What is stored, and what is served of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.cache.base import CacheQuery, Miss
from assistant.cache.entry import decode, encode
from assistant.cache.rules import refusal_for, storable
from assistant.types import Answer, CacheControl, CacheInfo, CheckResult, Edit, Rung


def test_a_complete_accepted_answer_is_stored(answer: Answer) -> None:
    """The rule lets the normal case through."""
    assert storable(answer)


@pytest.mark.parametrize(
    "changes", [{"finish": "length"}, {"text": " \n"}, {"variants": ("another",)}], ids=str
)
def test_an_incomplete_answer_is_not_stored(answer: Answer, changes: dict[str, Any]) -> None:
    """Cut off, empty, or of another number of texts than asked for."""
    assert not storable(replace(answer, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"degraded": ("below_bar",)},
        {"degraded": ("embedder_down",)},
        {"cache": CacheInfo(status="hit", age_s=1.0)},
        {"path": ()},
        {"path": (Rung(tier="t", model="m", decision="defer", reason="r"),)},
        {"path": (Rung(tier="t", model="m", decision="failed", reason="r"),)},
    ],
    ids=str,
)
def test_an_answer_that_was_not_freshly_accepted_is_not_stored(
    answer: Answer, changes: dict[str, Any]
) -> None:
    """Degraded, served from the cache, or without a rung that accepted it."""
    assert not storable(replace(answer, provenance=replace(answer.provenance, **changes)))


def test_an_answer_that_fails_a_required_check_is_neither_stored_nor_served(
    answer: Answer, query: CacheQuery
) -> None:
    """Also where a ladder of one accepted it, and where the rule is younger than the answer."""
    failed = CheckResult(name="loop", passed=False, evidence="says one line nine times")
    looping = replace(answer, checks=(failed,))
    required = frozenset({"loop"})

    assert storable(looping)
    assert not storable(looping, required_checks=required)
    assert refusal_for(query, looping, age_s=0.0) is None
    assert refusal_for(replace(query, required_checks=required), looping, age_s=0.0) == Miss(
        reason="below_bar"
    )


def test_all_variants_must_be_there(answer: Answer) -> None:
    """Two texts asked for are the text and one variant."""
    assert storable(replace(answer, variants=("another",)), variants=2)
    assert not storable(answer, variants=2)


@pytest.mark.parametrize(
    ("age_s", "max_age_s", "expected"),
    [
        (10.0, None, None),
        (10.0, 10, None),
        (0.0, 0, None),
        (10.1, 10, Miss(reason="too_old")),
    ],
)
def test_an_answer_older_than_the_caller_allows_is_a_miss(
    query: CacheQuery, answer: Answer, age_s: float, max_age_s: int | None, expected: Miss | None
) -> None:
    """An answer of exactly that age is served."""
    asked = replace(query, control=CacheControl(max_age_s=max_age_s))

    assert refusal_for(asked, answer, age_s=age_s) == expected


@pytest.mark.parametrize(
    ("score", "bar", "expected"),
    [
        (0.75, None, None),
        (0.75, 0.75, None),
        (0.75, 0.76, Miss(reason="below_bar")),
        (None, 0.0, Miss(reason="below_bar")),
        (None, None, None),
    ],
)
def test_an_answer_below_the_bar_of_today_is_a_miss(
    query: CacheQuery, answer: Answer, score: float | None, bar: float | None, expected: Miss | None
) -> None:
    """Raising a bar needs no invalidation."""
    asked = replace(query, min_score=bar)
    stored = replace(answer, provenance=replace(answer.provenance, score=score))

    assert refusal_for(asked, stored, age_s=0.0) == expected


def test_an_answer_comes_back_as_it_was_stored(answer: Answer) -> None:
    """Every field, nested ones and tuples included."""
    edit = Edit(start=0, end=1, start_utf16=0, end_utf16=2, text="🖋")
    full = replace(answer, diff=(edit,), text="🖋 é \x00 \u2028")

    data = encode(full, created_at=12.5)

    assert data is not None
    entry = decode(data)
    assert entry is not None
    assert (entry.answer, entry.created_at) == (full, 12.5)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"{}", b'{"version": 1}', b'{"version": 2, "created_at": 1, "answer": {}}'],
)
def test_what_is_no_entry_of_this_version_is_unreadable(data: bytes) -> None:
    """It is told, not raised."""
    assert decode(data) is None


def test_a_text_that_has_no_bytes_is_not_encoded(answer: Answer) -> None:
    """Half a surrogate has no UTF-8."""
    assert encode(replace(answer, text="\ud800"), created_at=0.0) is None
