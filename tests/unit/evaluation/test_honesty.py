"""Calibration error, Brier score, reliability and risk, against examples worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence.metrics import calibration_error
from assistant.evaluation.honesty import (
    bins_of_equal_mass,
    bins_of_equal_width,
    brier_scores,
    calibration_errors,
    reliability,
    risk_at,
)

PROMISED = np.array([0.15, 0.15, 0.95, 0.95, 0.95])
GOOD = np.array([False, True, True, True, False])


def once(rows: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The line of weights that counts every row once."""
    return np.ones((1, rows))


def test_calibration_error_as_guo_and_others_define_it() -> None:
    """Bins .1 to .2 and .9 to 1: gaps .35 over two rows and .283 over three average to .31."""
    found = calibration_errors(GOOD, PROMISED, bins_of_equal_width(PROMISED), once(5))

    assert found[0] == pytest.approx((2 * 0.35 + 3 * (0.95 - 2 / 3)) / 5)


def test_a_weight_counts_in_a_calibration_error() -> None:
    """The second row alone promises .15 and turns out good."""
    only_second = np.array([[0.0, 1.0, 0.0, 0.0, 0.0]])

    found = calibration_errors(GOOD, PROMISED, bins_of_equal_width(PROMISED), only_second)

    assert found[0] == pytest.approx(0.85)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=50))
def test_bins_of_equal_mass_are_those_of_the_artefact(rows: list[tuple[bool, float]]) -> None:
    """The harness and the fitted file mean the same number."""
    good = np.array([row[0] for row in rows])
    promised = np.array([row[1] for row in rows])

    found = calibration_errors(good, promised, bins_of_equal_mass(promised), once(len(rows)))

    assert found[0] == pytest.approx(calibration_error(good, promised))


def test_an_honest_score_has_a_small_error() -> None:
    """Outcomes drawn with the promised chances leave only noise."""
    generator = np.random.default_rng(11)
    promised = generator.uniform(size=20_000)
    good = generator.uniform(size=20_000) < promised

    for of_row in (bins_of_equal_mass(promised), bins_of_equal_width(promised)):
        assert calibration_errors(good, promised, of_row, once(20_000))[0] < 0.015


def test_brier_score_by_hand() -> None:
    """Squares of .2 and .6 average to .2; no weight gives no number."""
    good, promised = np.array([True, False]), np.array([0.8, 0.6])

    found = brier_scores(good, promised, np.array([[1.0, 1.0], [0.0, 0.0]]))

    assert found[0] == pytest.approx(0.2)
    assert np.isnan(found[1])


def test_one_belongs_to_the_last_bin() -> None:
    """Certainty is no bin of its own."""
    assert bins_of_equal_width(np.array([0.0, 0.1, 0.99, 1.0])).tolist() == [0, 1, 9, 9]


def test_reliability_tells_each_bin_from_the_lowest_scores_up() -> None:
    """Drafts are spread over the bins, and the share found lies in its interval."""
    promised = np.linspace(0.05, 0.95, 40)
    good = promised > 0.5

    bins = reliability(good, promised)

    assert [one.drafts for one in bins] == [4] * 10
    assert bins[0].found.value == 0
    assert bins[-1].found.value == 1
    assert all(one.lowest <= one.promised <= one.highest for one in bins)
    assert all(one.found.low <= one.found.value <= one.found.high for one in bins)


def test_risk_counts_bad_drafts_among_those_accepted() -> None:
    """From .9 up three are accepted, one of them bad; nothing accepted is no risk at all."""
    found = risk_at(0.9, GOOD, PROMISED)

    assert (found.accepted, found.bad, found.accepted_share) == (3, 1, 0.6)
    assert found.risk is not None
    assert found.risk.value == pytest.approx(1 / 3)
    assert risk_at(0.99, GOOD, PROMISED).risk is None
