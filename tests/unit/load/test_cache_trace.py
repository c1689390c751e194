"""The trace of a day: its mix, its order, and that it is the same each time."""

from __future__ import annotations

from collections import Counter

import pytest

from load.cache_trace import DAY_S, SHARES, Asked, read_pairs, trace


@pytest.fixture(scope="module")
def day() -> tuple[Asked, ...]:
    """A day as the bench replays it."""
    return trace(read_pairs(), requests=2400, seed=1)


def test_the_shares_are_as_stated(day: tuple[Asked, ...]) -> None:
    """Within two points: they are drawn."""
    kinds = Counter(asked.kind for asked in day)

    assert {kind: kinds[kind] / len(day) for kind in SHARES} == pytest.approx(
        dict(SHARES), abs=0.02
    )


def test_the_same_seed_gives_the_same_day(day: tuple[Asked, ...]) -> None:
    """Another one another day."""
    assert trace(read_pairs(), requests=2400, seed=1) == day
    assert trace(read_pairs(), requests=2400, seed=2) != day


def test_times_rise_within_the_day(day: tuple[Asked, ...]) -> None:
    """From its beginning to its end."""
    times = [asked.at_s for asked in day]

    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= DAY_S


def test_what_is_new_was_not_asked_before(day: tuple[Asked, ...]) -> None:
    """By its user; and what is no new request means something that was, unless it is a near-duplicate."""
    seen: set[str] = set()

    for asked in day:
        if asked.kind == "new":
            assert asked.means not in seen
        elif asked.kind != "near":
            assert asked.means in seen
        seen.add(asked.means)


def test_requests_of_different_meaning_never_have_one_text(day: tuple[Asked, ...]) -> None:
    """Else a right hit would be counted as wrong."""
    means: dict[tuple[str, str, str], set[str]] = {}
    for asked in day:
        means.setdefault((asked.user, asked.task, asked.text), set()).add(asked.means)

    assert {len(each) for each in means.values()} == {1}


def test_some_topics_are_asked_far_more_often_than_others(day: tuple[Asked, ...]) -> None:
    """By Zipf's law the first of them has a large part of what is no new request."""
    again = Counter(asked.means for asked in day if asked.kind in ("repeat", "light", "deep"))
    most = [number for _, number in again.most_common(10)]

    assert most[0] > 3 * most[-1]


def test_more_requests_than_topics_are_refused() -> None:
    """A day that repeats what it calls new would tell nothing."""
    with pytest.raises(ValueError, match="more requests than there are topics"):
        trace(read_pairs()[:2], requests=2400, seed=1)
