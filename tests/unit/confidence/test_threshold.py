"""Which threshold is chosen, from what, and which drafts speak for which tasks."""

from __future__ import annotations

from math import log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence.artefact import ScoreCounts
from assistant.confidence.threshold import (
    NoSafeThreshold,
    SafeThreshold,
    measured_at,
    safe_threshold,
)
from assistant.confidence.threshold_counts import (
    ENOUGH_PROMPTS,
    calibration_for,
    hundredth,
    merged,
)
from assistant.types import Task

risks = st.floats(0.01, 0.5)
levels = st.floats(0.5, 0.999)


def counts_of(
    *cells: tuple[int, int, int], prompts: int | None = None, task: Task | None = None
) -> ScoreCounts:
    """Counts with a prompt for each draft unless told otherwise."""
    drafts = sum(drafts for _, drafts, _ in cells)
    return ScoreCounts(task=task, prompts=drafts if prompts is None else prompts, cells=cells)


@st.composite
def any_counts(draw: st.DrawFn) -> ScoreCounts:
    """Up to a dozen cells in any order with any number of bad drafts, few or many."""
    places = draw(st.lists(st.integers(0, 100), max_size=12, unique=True))
    cells = []
    for at in places:
        drafts = draw(st.integers(0, 400))
        cells.append((at, drafts, draw(st.integers(0, drafts) | st.integers(0, min(drafts, 3)))))
    every = sum(drafts for _, drafts, _ in cells)
    return counts_of(*cells, prompts=draw(st.just(every) | st.integers(1, max(1, every))))


def lowest(counts: ScoreCounts, max_risk: float, level: float) -> float:
    """The threshold, or 2 where none is safe: stricter than any score."""
    found = safe_threshold(counts, max_risk=max_risk, confidence_level=level)
    return found.threshold if isinstance(found, SafeThreshold) else 2.0


GRADED = counts_of((95, 200, 2), (90, 200, 6), (80, 200, 20), (60, 200, 60), (20, 200, 150))


def test_drafts_are_accepted_down_to_where_too_many_are_bad() -> None:
    """The figures are those of the calibration drafts at or above the threshold."""
    found = safe_threshold(GRADED, max_risk=0.05, confidence_level=0.95)

    assert isinstance(found, SafeThreshold)
    assert (found.threshold, found.accepted, found.bad, found.drafts) == (0.9, 400, 8, 1000)
    assert found.upper_bound == pytest.approx(0.0390, abs=1e-4)
    assert (found.accepted_share, found.bad_share) == (0.4, 0.02)


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        (counts_of(), "no_counts"),
        (counts_of((90, 0, 0)), "no_counts"),
        (counts_of((90, 40, 0)), "too_few_drafts"),
        (counts_of((90, 400, 0), prompts=40), "too_few_drafts"),
        (counts_of((90, 4000, 400)), "too_many_bad"),
    ],
)
def test_where_no_score_is_safe_the_reason_is_told(counts: ScoreCounts, why: str) -> None:
    """No drafts, too few of them, or too bad ones."""
    found = safe_threshold(counts, max_risk=0.05, confidence_level=0.95)

    assert isinstance(found, NoSafeThreshold)
    assert found.why == why


def test_an_order_of_tests_ends_at_the_first_that_fails() -> None:
    """That a more lenient threshold would pass by itself is luck that is not looked for."""
    dip = counts_of((95, 400, 2), (90, 100, 60), (80, 900, 0))

    alone = measured_at(dip, 0.8, confidence_level=0.975)

    assert alone is not None
    assert alone.upper_bound < 0.07
    assert lowest(dip, 0.07, 0.95) == 0.95


@given(counts=any_counts(), risk=risks, other=risks, level=levels)
def test_allowing_more_risk_never_raises_the_threshold(
    counts: ScoreCounts, risk: float, other: float, level: float
) -> None:
    """Monotone in `max_risk`."""
    low, high = sorted((risk, other))

    assert lowest(counts, high, level) <= lowest(counts, low, level)


@given(counts=any_counts(), risk=risks, level=levels, other=levels)
def test_asking_for_more_confidence_never_lowers_the_threshold(
    counts: ScoreCounts, risk: float, level: float, other: float
) -> None:
    """Monotone in `confidence_level`."""
    low, high = sorted((level, other))

    assert lowest(counts, risk, low) <= lowest(counts, risk, high)


@given(counts=any_counts(), risk=risks, level=levels)
def test_a_safe_threshold_is_backed_by_enough_prompts_and_its_bound(
    counts: ScoreCounts, risk: float, level: float
) -> None:
    """Never with fewer than log(1 - c) / log(1 - risk), never with a bound above the risk."""
    found = safe_threshold(counts, max_risk=risk, confidence_level=level)

    if isinstance(found, SafeThreshold):
        independent = found.accepted * min(1, counts.prompts / found.drafts)
        assert independent >= log1p(-level) / log1p(-risk) - 1e-6
        assert found.bad_share <= found.upper_bound <= risk + 1e-9
        assert (round(found.threshold * 100)) in {at for at, _, _ in counts.cells}


@given(counts=any_counts(), risk=risks, level=levels)
def test_the_lowest_risk_told_is_one_that_works(
    counts: ScoreCounts, risk: float, level: float
) -> None:
    """What an admin is told to try is safe."""
    found = safe_threshold(counts, max_risk=risk, confidence_level=level)

    if isinstance(found, NoSafeThreshold) and found.lowest_risk < 0.99:
        assert lowest(counts, found.lowest_risk + 1e-6, level) < 2
        assert found.lowest_risk > risk - 1e-9


@given(counts=any_counts(), risk=risks, level=levels)
def test_fewer_prompts_behind_the_drafts_never_lower_the_threshold(
    counts: ScoreCounts, risk: float, level: float
) -> None:
    """Drafts of one prompt tell less than as many of different ones."""
    fewer = counts.model_copy(update={"prompts": max(1, counts.prompts // 2)})

    assert lowest(counts, risk, level) <= lowest(fewer, risk, level)


@given(counts=any_counts(), risk=risks, level=levels, data=st.data())
def test_the_order_of_the_cells_does_not_matter(
    counts: ScoreCounts, risk: float, level: float, data: st.DataObject
) -> None:
    """A file may list them as it likes."""
    shuffled = counts.model_copy(update={"cells": tuple(data.draw(st.permutations(counts.cells)))})

    assert safe_threshold(shuffled, max_risk=risk, confidence_level=level) == safe_threshold(
        counts, max_risk=risk, confidence_level=level
    )


def test_a_given_threshold_is_measured_as_it_is() -> None:
    """Nothing was searched for, so the plain bound at the stated level holds."""
    found = measured_at(GRADED, 0.9, confidence_level=0.95)

    assert found is not None
    assert (found.threshold, found.accepted, found.bad, found.drafts) == (0.9, 400, 8, 1000)
    assert found.upper_bound == pytest.approx(0.0358, abs=1e-4)


def test_a_threshold_above_all_drafts_accepts_none_and_bounds_nothing() -> None:
    """And without drafts there is nothing to say."""
    found = measured_at(GRADED, 0.99, confidence_level=0.95)

    assert found is not None
    assert (found.accepted, found.upper_bound) == (0, 1.0)
    assert (found.accepted_share, found.bad_share) == (0.0, 0.0)
    assert measured_at(counts_of(), 0.5, confidence_level=0.95) is None


@given(st.integers(0, 100))
def test_a_score_of_whole_hundredths_lies_in_its_own_cell(at: int) -> None:
    """0.29 times 100 is less than 29 in floats, and a draft of .29 is accepted from .29 on."""
    assert hundredth(at / 100) == at


@given(st.floats(0, 1))
def test_a_score_reaches_its_hundredth_and_not_the_next(score: float) -> None:
    """The comparison that accepts decides."""
    assert hundredth(score) / 100 <= score < (hundredth(score) + 1) / 100


MANY = ENOUGH_PROMPTS
POOLED = counts_of((50, 5 * MANY, 9))
TITLES = counts_of((70, MANY, 3), task="titles")
REPLY = counts_of((70, MANY, 4), (80, MANY, 1), task="reply")
TONE = counts_of((70, MANY - 1, 3), task="tone")
EVERY = (POOLED, TITLES, REPLY, TONE)


def test_tasks_with_enough_drafts_speak_for_themselves() -> None:
    """Together, cell by cell."""
    tasks: tuple[Task, ...] = ("titles", "reply")

    found = calibration_for(EVERY, tasks)

    assert found.tasks == ("reply", "titles")
    assert found.counts == ScoreCounts(
        task=None, prompts=3 * MANY, cells=((70, 2 * MANY, 7), (80, MANY, 1))
    )


@pytest.mark.parametrize("tasks", [(), ("tone",), ("titles", "tone"), ("titles", "chat")])
def test_one_task_without_enough_makes_all_drafts_speak(tasks: tuple[Task, ...]) -> None:
    """So does a route that takes any task."""
    found = calibration_for(EVERY, tasks)

    assert (found.tasks, found.counts) == ((), POOLED)


def test_an_artefact_without_counts_says_nothing() -> None:
    """An empty set of drafts, which makes nothing safe."""
    assert calibration_for((), ()).counts.cells == ()


def test_counts_of_one_task_stay_what_they_are() -> None:
    """Merging one part changes nothing."""
    assert merged([REPLY]) == REPLY
