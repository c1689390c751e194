"""Calibration drafts counted by score: exact where all count the same, careful where they do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.confidence.fitting.counting import score_counts
from assistant.confidence.fitting.weighted import Told, bootstrap, worth
from assistant.confidence.metrics import calibration_error

DRAFTS = st.lists(
    st.tuples(st.floats(0, 0.999), st.booleans(), st.floats(1, 100)), min_size=1, max_size=60
)


def test_equal_drafts_are_simply_counted() -> None:
    """Into the hundredth at or below their score; a prompt with two drafts outweighs the others."""
    scores = np.array([0.29, 0.295, 0.29, 0.999999])
    good = np.array([True, False, False, True])

    counts = score_counts(scores, good, ["a", "b", "a", "c"], task="reply")

    assert counts.cells == ((29, 3, 2), (99, 1, 0))
    assert counts.prompts == 2
    assert score_counts(scores, good, ["a", "b", "d", "c"]).prompts == 4
    assert counts.task == "reply"


@settings(deadline=None)
@given(DRAFTS)
def test_weighted_drafts_never_look_safer_than_they_are(
    drafts: list[tuple[float, bool, float]],
) -> None:
    """From any threshold on: no more drafts than they are worth, no lower a share of bad ones."""
    scores, good, weights = (np.array(column) for column in zip(*drafts, strict=True))
    groups = [str(number) for number in range(len(drafts))]

    counts = score_counts(scores, good, groups, weights=weights)

    assert [at for at, _, _ in counts.cells] == sorted({at for at, _, _ in counts.cells})
    assert all(0 <= bad <= count and count > 0 for _, count, bad in counts.cells)
    assert counts.prompts >= 1
    for at in range(100):
        above = [cell for cell in counts.cells if cell[0] >= at]
        counted, bad = sum(cell[1] for cell in above), sum(cell[2] for cell in above)
        tail = np.floor(scores * 100 + 1e-9) >= at
        if not tail.any():
            assert counted == 0
            continue
        assert counted <= worth(weights[tail]) + 1e-6
        share = weights[tail & ~good].sum() / weights[tail].sum()
        assert bad >= min(counted, share * counted - 1e-6)


def test_a_heavy_draft_is_one_observation() -> None:
    """A hundred drafts that stand for a hundred each are a hundred, not ten thousand."""
    generator = np.random.default_rng(2)
    scores, good = generator.random(100), generator.random(100) < 0.7
    groups = [str(number) for number in range(100)]

    heavy = score_counts(scores, good, groups, weights=np.full(100, 100.0))

    assert heavy == score_counts(scores, good, groups)


def test_the_calibration_error_is_that_of_the_metrics_where_all_count_the_same() -> None:
    """Four hundred drafts fill the ten bins evenly."""
    generator = np.random.default_rng(3)
    chances = generator.random(400)
    good = generator.random(400) < chances**2

    assert Told(good, chances).calibration_error(np.ones(400)) == pytest.approx(
        calibration_error(good, chances, bins=10)
    )


def test_a_draft_of_weight_two_is_two_drafts() -> None:
    """For the log loss, exactly."""
    generator = np.random.default_rng(4)
    chances = generator.random(50)
    good = generator.random(50) < chances
    twice = np.concatenate([chances, chances[:10]])
    weights = np.where(np.arange(50) < 10, 2.0, 1.0)

    assert Told(good, chances).log_loss(weights) == pytest.approx(
        Told(np.concatenate([good, good[:10]]), twice).log_loss(np.ones(60))
    )


def test_drafts_of_one_request_are_drawn_together() -> None:
    """Ten copies of each draft tell no more than one: the interval does not shrink."""
    values = np.random.default_rng(5).normal(size=40)

    def mean_of(copies: int) -> float:
        rows = np.repeat(values, copies)
        groups = [str(row // copies) for row in range(len(rows))]
        found = bootstrap(groups, lambda times: [float(np.average(rows, weights=times))])[0]
        return found.high - found.low

    assert mean_of(10) == pytest.approx(mean_of(1))
