"""How a head is read, and how its line to honest log-odds is fitted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.confidence.artefact import Curve, Head, TaskCalibration
from assistant.confidence.fitting.calibrate import fit_bend
from assistant.confidence.linear import (
    Bend,
    Curves,
    Flags,
    Floats,
    calibration_of,
    log_odds,
    probability,
)

NAN = float("nan")
ROOF = Curve(feature="one", usual=1.0, points=((0.0, -1.0), (1.0, 0.0), (3.0, -4.0)))
RAMP = Curve(feature="two", usual=0.0, points=((0.0, 0.0), (2.0, 1.0)))
LINE = ((-2.0, -1.0), (0.0, 0.0), (1.0, 2.0))


def head(**changes: object) -> Head:
    """Two curves and nothing else."""
    return Head(curves=(ROOF, RAMP), intercept=0.5, slope=1.0, offset=0.0).model_copy(
        update=changes
    )


@pytest.mark.parametrize(
    ("value", "part"),
    [(-9.0, -1.0), (0.0, -1.0), (0.25, -0.75), (1.0, 0.0), (2.0, -2.0), (3.0, -4.0), (1e300, -4.0)],
)
def test_a_curve_is_straight_between_its_points_and_flat_outside(value: float, part: float) -> None:
    """No draft is ruled by one extreme value."""
    assert Curves([ROOF]).parts(np.array([value]))[0] == pytest.approx(part)


def test_parts_keep_the_shape_of_the_values() -> None:
    """One row, many rows, or none; what does not apply adds 0."""
    curves = Curves([ROOF, RAMP])

    assert curves.parts(np.array([NAN, 1.0])).tolist() == [0.0, 0.5]
    assert curves.parts(np.array([[0.0, NAN], [1.0, 2.0]])).tolist() == [[-1.0, 0.0], [0.0, 1.0]]
    assert curves.parts(np.empty((0, 2))).shape == (0, 2)
    assert Curves([]).parts(np.empty((3, 0))).sum(axis=-1).tolist() == [0.0] * 3


def test_log_odds_are_the_intercept_and_all_parts() -> None:
    """Read off the bend where there is one."""
    values = np.array([[0.0, 2.0], [NAN, NAN], [3.0, 0.0]])

    assert log_odds(head(), values).tolist() == [0.5, 0.5, -3.5]
    assert log_odds(head(bend=LINE), values).tolist() == [1.0, 1.0, -1.75]
    assert log_odds(head(), values[0]).shape == ()


@pytest.mark.parametrize(
    ("raw", "honest"),
    [(-6.0, -3.0), (-2.0, -1.0), (-1.0, -0.5), (0.0, 0.0), (0.5, 1.0), (1.0, 2.0), (4.0, 8.0)],
)
def test_a_bend_goes_on_straight_beyond_its_points(raw: float, honest: float) -> None:
    """As steep as in its last stretch."""
    assert Bend(LINE).at(np.array(raw)) == pytest.approx(honest)


@pytest.mark.parametrize("points", [(), ((1.0, 5.0),)])
def test_a_line_of_less_than_two_points_changes_nothing(
    points: tuple[tuple[float, float], ...],
) -> None:
    """Sums of parts are then taken as they are."""
    raw = np.array([-3.0, 0.0, 7.5])

    assert Bend(points).at(raw).tolist() == raw.tolist()
    assert Bend(points).steepness(2.0) == 1


@given(st.floats(-8, 8))
def test_steepness_is_how_much_honest_log_odds_move(raw: float) -> None:
    """Everywhere but at the corners, where either side will do."""
    bend, step = Bend(LINE), 1e-4
    sides = {
        round(float(bend.at(np.array(raw + to)) - bend.at(np.array(raw + to - step))) / step, 3)
        for to in (0.0, step)
    }

    low, high = min(sides) - 1e-2, max(sides) + 1e-2
    assert low <= bend.steepness(raw) <= high


def test_a_task_has_its_own_calibration_where_there_is_one() -> None:
    """All others share that of the head."""
    own = TaskCalibration(task="reply", slope=0.5, offset=-1.0)
    one = head(slope=2.0, offset=0.25, tasks=(own,))

    assert calibration_of(one, "reply") == (0.5, -1.0)
    assert calibration_of(one, "draft") == (2.0, 0.25)


@given(st.floats(allow_nan=False))
def test_a_probability_is_never_certain(odds: float) -> None:
    """Whatever the log-odds, even infinite ones."""
    assert 0 < probability(odds) < 1


def test_probabilities_are_logistic() -> None:
    """Even odds, three to one, one to three."""
    odds = [0.0, math.log(3), -math.log(3)]

    assert [probability(one) for one in odds] == pytest.approx([0.5, 0.75, 0.25])


def drawn(honest: Floats, seed: int = 4) -> Flags:
    """Drafts that are good as often as these log-odds say."""
    chances = 1 / (1 + np.exp(-honest))
    good: Flags = np.random.default_rng(seed).random(len(honest)) < chances
    return good


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-30, 30).map(lambda raw: round(raw, 2)), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_a_fitted_line_always_rises_and_never_like_a_cliff(
    drafts: list[tuple[float, bool]],
) -> None:
    """A draft with more for it never gets a lower score, and no handful of drafts is certain."""
    logits, good = (np.array(column) for column in zip(*drafts, strict=True))

    points = fit_bend(logits, good)

    assert len(points) != 1
    if points:
        raw, honest = np.array(points).T
        assert (np.diff(raw) > 0).all()
        slopes = np.diff(honest) / np.diff(raw)
        assert (slopes > 0.05 - 1e-3).all()
        assert (slopes < 10 + 1e-3).all()


def test_honest_log_odds_come_back_nearly_unchanged() -> None:
    """There is nothing to bend."""
    logits = np.random.default_rng(1).normal(0, 1.5, size=20_000)
    grid = np.linspace(-4, 4, 33)

    found = Bend(fit_bend(logits, drawn(logits))).at(grid)

    assert np.abs(found - grid).max() < 0.25
    assert np.abs(found - grid)[8:25].max() < 0.1


def test_a_line_that_promises_too_much_is_flattened() -> None:
    """Above and below one half alike."""
    logits = np.random.default_rng(2).normal(0, 3, size=20_000)
    grid = np.linspace(-6, 6, 25)

    found = Bend(fit_bend(logits, drawn(0.5 * logits - 1))).at(grid)

    assert np.abs(found - (0.5 * grid - 1)).max() < 0.25


def test_a_corner_is_found() -> None:
    """Platt's two numbers could not: sure of the bad ones, unsure of the good ones."""
    logits = np.random.default_rng(3).uniform(-3, 3, size=20_000)
    true = np.where(logits < 0, logits, 0.2 * logits)

    found = Bend(fit_bend(logits, drawn(true))).at(np.array([-2.5, 0.0, 2.5]))

    assert found == pytest.approx([-2.5, 0.0, 0.5], abs=0.2)


@pytest.mark.parametrize(
    ("logits", "good"),
    [
        ([0.0, 1.0, 2.0], [True, True, True]),
        ([0.0, 1.0, 2.0], [False, False, False]),
        ([1.0, 1.0, 1.0], [True, False, True]),
    ],
)
def test_what_says_nothing_bends_nothing(logits: list[float], good: list[bool]) -> None:
    """All good, all bad, or all alike."""
    assert fit_bend(np.array(logits), np.array(good)) == ()
