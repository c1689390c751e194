"""What is stored, and what is served of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.cache.base import CacheQuery, CacheRules, Hit, Miss
from assistant.cache.rules import (
    kept_for_s,
    refusal_for,
    repeats_ask_again,
    serving,
    storable,
    wants_another,
)
from assistant.types import (
    Answer,
    CacheControl,
    CacheInfo,
    CacheLevel,
    CheckResult,
    Rung,
    Sampling,
)


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


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        (frozenset(), None),
        (frozenset({"large", "draft"}), None),
        (frozenset({"draft"}), Miss(reason="below_bar")),
    ],
    ids=["none is said", "it is there", "it is not there"],
)
def test_an_answer_of_a_tier_that_left_the_ladder_is_a_miss(
    query: CacheQuery, answer: Answer, tiers: frozenset[str], expected: Miss | None
) -> None:
    """Nobody vouches for it any more."""
    assert refusal_for(replace(query, tiers=tiers), answer, age_s=0.0) == expected


@pytest.mark.parametrize(
    ("level", "age_s", "expected"),
    [
        ("exact", 10.0, "fresh"),
        ("exact", 10.5, "stale"),
        ("exact", 15.0, "stale"),
        ("exact", 15.5, "too_old"),
        ("canonical", 20.0, "fresh"),
        ("canonical", 20.5, "too_old"),
        ("semantic", 30.0, "fresh"),
        ("semantic", 30.5, "too_old"),
    ],
)
def test_each_level_has_its_time_and_exact_ones_may_be_stale(
    query: CacheQuery, answer: Answer, level: CacheLevel, age_s: float, expected: str
) -> None:
    """The time itself included."""
    rules = CacheRules(exact_ttl_s=10.0, canonical_ttl_s=20.0, semantic_ttl_s=30.0, stale_for_s=5.0)

    found = serving(replace(query, rules=rules), answer, level=level, age_s=age_s, entry="e")

    if isinstance(found, Hit):
        assert (found.stale, found.level, found.entry) == (expected == "stale", level, "e")
    else:
        assert found.reason == expected


@pytest.mark.parametrize("level", ["exact", "canonical"])
def test_a_level_that_is_off_serves_nothing(
    query: CacheQuery, answer: Answer, level: CacheLevel
) -> None:
    """Whatever is stored."""
    rules = CacheRules(exact_ttl_s=None, canonical_ttl_s=None)

    found = serving(replace(query, rules=rules), answer, level=level, age_s=0.0, entry="")

    assert isinstance(found, Miss)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (CacheRules(exact_ttl_s=1.0, canonical_ttl_s=2.0, semantic_ttl_s=3.0), 3.0),
        (CacheRules(exact_ttl_s=9.0, canonical_ttl_s=2.0, semantic_ttl_s=3.0), 9.0),
        (CacheRules(exact_ttl_s=9.0, stale_for_s=5.0, semantic="off"), 86_400.0),
        (CacheRules(exact_ttl_s=9.0, canonical_ttl_s=None, stale_for_s=5.0, semantic="off"), 14.0),
    ],
)
def test_an_answer_is_kept_as_long_as_any_level_may_serve_it(
    query: CacheQuery, rules: CacheRules, expected: float
) -> None:
    """Stale ones too."""
    assert kept_for_s(replace(query, rules=rules)) == expected


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (CacheControl(), None),
        (CacheControl(no_cache=True), "no-cache"),
        (CacheControl(regenerate=True), "again"),
        (CacheControl(max_age_s=0), None),
    ],
)
def test_another_text_is_asked_for_in_two_ways(
    query: CacheQuery, control: CacheControl, expected: str | None
) -> None:
    """By header and by body."""
    assert wants_another(replace(query, control=control)) == expected


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(), True),
        (Sampling(temperature=0.7), True),
        (Sampling(temperature=0.0), False),
        (Sampling(seed=0), False),
        (Sampling(seed=3, temperature=1.0), False),
    ],
    ids=str,
)
def test_a_request_that_fixes_its_draws_asks_for_the_same_text_each_time(
    query: CacheQuery, sampling: Sampling, expected: bool
) -> None:
    """Whatever a repeat means otherwise."""
    request = replace(query.request, sampling=sampling)
    again, serves = CacheRules(repeat="again"), CacheRules(repeat="serve")

    assert repeats_ask_again(replace(query, request=request, rules=again)) is expected
    assert not repeats_ask_again(replace(query, request=request, rules=serves))
