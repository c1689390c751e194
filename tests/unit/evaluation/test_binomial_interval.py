"""Clopper-Pearson intervals against published values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.binomial import clopper_pearson


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 20, 0.0013, 0.2487),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (81, 263, 0.2527, 0.3676),
    ],
)
def test_known_intervals(hits: int, trials: int, low: float, high: float) -> None:
    """The 95 % limits of printed tables; the last is the example of Newcombe 1998."""
    found = clopper_pearson(hits, trials)

    assert found == pytest.approx((low, high), abs=6e-5)


@given(st.integers(0, 300), st.integers(0, 300))
def test_an_interval_holds_its_share_and_mirrors(hits: int, missed: int) -> None:
    """Counting the misses instead of the hits turns the interval round."""
    trials = hits + missed

    low, high = clopper_pearson(hits, trials)

    mirrored = clopper_pearson(missed, trials)
    assert 0 <= low <= high <= 1
    assert not trials or low <= hits / trials <= high
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-9)


def test_more_confidence_is_a_wider_interval() -> None:
    """Being surer costs precision."""
    narrow, wide = clopper_pearson(3, 40, confidence=0.9), clopper_pearson(3, 40, confidence=0.99)

    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_more_hits_than_trials_are_refused() -> None:
    """The message names both numbers."""
    with pytest.raises(ValueError, match="between 0 and the trials 4, got 5"):
        clopper_pearson(5, 4)
