"""What a gate of segments does to drafts whose scores are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.gate import (
    ALLOWANCES,
    BAR,
    TOLERANCE,
    Course,
    GateCosts,
    Stop,
    gate_line,
    least_allowance,
    stop_of,
)

chances = st.floats(0, 1)


def course(
    scores: list[float], whole: float, *, good: bool = True, words: int = 100, prompt: str = "p"
) -> Course:
    """A draft of equal segments, one more than it has beginnings."""
    seen = np.arange(1, len(scores) + 1) / (len(scores) + 1)
    return Course(
        scores=np.array(scores), seen=seen, whole=whole, words=words, good=good, prompt=prompt
    )


courses = st.lists(
    st.builds(
        course,
        st.lists(chances, max_size=6),
        chances,
        good=st.booleans(),
        words=st.integers(1, 900),
        prompt=st.sampled_from("abc"),
    ),
    min_size=1,
    max_size=12,
)


def wandering(count: int, *, seed: int = 4) -> list[Course]:
    """Drafts whose scores wander on their way to the last one, which tells good ones from bad."""
    generator = np.random.default_rng(seed)
    found = []
    for number in range(count):
        good = generator.random() < 2 / 3
        whole = np.clip(generator.normal(0.75 if good else 0.45, 0.15), 0, 1)
        path = np.clip(whole + generator.normal(0, 0.08, size=12), 0, 1)
        found.append(course(path.tolist(), float(whole), good=good, prompt=str(number)))
    return found


def test_the_first_beginning_below_its_bar_stops_a_draft() -> None:
    """What came before is released, and what was judged is written."""
    one = course([0.9, 0.5, 0.1], whole=0.9)

    assert stop_of(one, bar=0.6, allowance=0.05) == Stop(segment=1, written=0.5, released=0.25)
    assert stop_of(one, bar=0.6, allowance=0.2) == Stop(segment=2, written=0.75, released=0.5)
    assert stop_of(one, bar=0.6, allowance=0.6) is None


def test_a_whole_draft_below_the_bar_is_stopped_at_its_end() -> None:
    """All but its last segment is out by then."""
    assert stop_of(course([0.9], whole=0.5), bar=0.6, allowance=0) == Stop(
        segment=None, written=1.0, released=0.5
    )
    assert stop_of(course([], whole=0.5), bar=0.6, allowance=0) == Stop(
        segment=None, written=1.0, released=0.0
    )


@given(courses, chances, chances, chances)
def test_a_larger_allowance_stops_no_draft_sooner(
    drafts: list[Course], bar: float, one: float, other: float
) -> None:
    """Nor any that the smaller one let pass."""
    small, large = sorted((one, other))

    for draft in drafts:
        early = stop_of(draft, bar=bar, allowance=small)
        late = stop_of(draft, bar=bar, allowance=large)
        assert early is not None or late is None
        if early is not None and late is not None:
            assert early.written <= late.written
            assert early.released <= late.released


@given(courses, chances, chances)
def test_a_line_adds_up(drafts: list[Course], bar: float, allowance: float) -> None:
    """No gate defers fewer drafts than the bar of the whole draft, at no allowance."""
    line = gate_line(drafts, allowance=allowance, bar=bar)
    whole = sum(draft.whole < bar for draft in drafts) / len(drafts)

    assert line.total == pytest.approx(line.early + line.at_end)
    assert line.first <= line.early
    assert line.beyond.value == pytest.approx(line.total - whole)
    assert line.total >= whole or line.beyond.value == pytest.approx(0)
    assert line.cost >= 0


def test_a_gate_that_never_closes_early_costs_the_end_of_bad_drafts_only() -> None:
    """Buffered, the larger model writes all of them anew."""
    drafts = [course([0.9] * 3, whole=0.2, good=False), course([0.9] * 3, whole=0.9)]
    costs = GateCosts(small=1.0, large=2.0)

    line = gate_line(drafts, allowance=0.0, costs=costs)

    assert line.cost == pytest.approx((2 * 1.0 + 2.0 * 0.25) / (2 * 1.0 + 2.0))
    assert line.bad_rewritten == pytest.approx(0.25)
    assert (line.early, line.written, line.released) == (0, None, None)


def test_scores_that_wander_are_deferred_more_often_than_their_last_one() -> None:
    """Which the chosen allowance bounds, while it still finds bad drafts early."""
    drafts = wandering(300)

    chosen = least_allowance(drafts)
    strict, line = (gate_line(drafts, allowance=one, resamples=50) for one in (0.0, chosen))

    assert strict.beyond.low > TOLERANCE
    assert line.beyond.value <= TOLERANCE
    assert line.bad_early is not None
    assert line.good_early is not None
    assert line.bad_early > 3 * line.good_early
    assert gate_line(drafts, allowance=chosen - 0.01).beyond.value > TOLERANCE


def test_scores_that_tell_nothing_leave_the_largest_allowance() -> None:
    """There is no bar for beginnings that would do."""
    assert least_allowance([course([0.0], whole=BAR)]) == ALLOWANCES[-1]
