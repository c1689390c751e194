"""Deferral curves by the definitions of RouteLLM, worked by hand and as laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.evaluation.deferral import apgr, cpt, curves, on_grid, skill

SMALL = np.array([0.2, 0.4, 0.6, 0.8])
LARGE = np.array([1.0, 0.8, 0.6, 0.6])
"""Qualities .5 and .75 on average; escalating gains .8, .4, 0 and -.2."""

ONCE = np.ones((1, 4))

PROMPTS = st.lists(
    st.tuples(st.integers(0, 10), st.integers(0, 10), st.integers(-3, 3), st.integers(0, 3)),
    min_size=2,
    max_size=20,
)


def test_pgr_by_hand() -> None:
    """With the worst draft escalated the mix has .7, which recovers (.7 - .5) / (.75 - .5) = .8."""
    found = curves(SMALL, SMALL, LARGE, ONCE)

    assert found.shares[0].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert found.recovered[0] == pytest.approx([0, 0.8, 1.2, 1.2, 1.0])


def test_apgr_by_hand() -> None:
    """Four trapezoids a quarter wide: (.4 + 1.0 + 1.2 + 1.1) / 4 = .925."""
    assert apgr(curves(SMALL, SMALL, LARGE, ONCE))[0] == pytest.approx(0.925)


def test_cpt_by_hand() -> None:
    """Half the gap is passed at .5 / .8 of the first quarter; .8 exactly at its end."""
    found = curves(SMALL, SMALL, LARGE, ONCE)

    assert cpt(found, 0.5)[0] == pytest.approx(0.25 * 0.5 / 0.8)
    assert cpt(found, 0.8)[0] == pytest.approx(0.25)
    assert cpt(curves(-SMALL, SMALL, LARGE, ONCE), 1.0)[0] == pytest.approx(1.0)


def test_equal_scores_are_escalated_in_no_order() -> None:
    """A score that tells nothing gives the straight line of chance: APGR .5, CPT50 one half."""
    found = curves(np.full(4, 0.5), SMALL, LARGE, ONCE)

    assert apgr(found)[0] == pytest.approx(0.5)
    assert cpt(found, 0.5)[0] == pytest.approx(0.5)
    assert on_grid(found, np.array([0.0, 0.3, 1.0])) == pytest.approx([0.0, 0.3, 1.0])


def test_random_orders_recover_half_on_average() -> None:
    """The mean over many random orders is chance."""
    generator = np.random.default_rng(5)
    reached = [
        apgr(curves(generator.permutation(4).astype(float), SMALL, LARGE, ONCE))[0]
        for _ in range(2000)
    ]

    assert np.mean(reached) == pytest.approx(0.5, abs=0.03)


def test_without_a_gap_there_is_nothing_to_recover() -> None:
    """A large model that is no better gives no number, rather than a wild one."""
    found = curves(SMALL, LARGE, SMALL, ONCE)

    assert np.isnan(apgr(found)[0])
    assert np.isnan(cpt(found, 0.5)[0])


def test_skill_is_the_share_of_what_knowing_the_draft_would_gain() -> None:
    """Halfway from chance to full knowledge is .5; where that gains nothing there is none."""
    found = skill(np.array([0.6, 0.6]), np.array([0.7, 0.5]))

    assert found[0] == pytest.approx(0.5)
    assert np.isnan(found[1])


@given(PROMPTS)
def test_no_order_beats_the_oracle(prompts: list[tuple[int, int, int, int]]) -> None:
    """Curves start at 0, end at 1, and lie below escalating the greatest gains first."""
    small, large, scores, counts = (
        np.array(column, dtype=float) for column in zip(*prompts, strict=True)
    )
    assume(float((counts * (large - small)).sum()) > 0)
    weights = counts[None, :]
    grid = np.linspace(0, 1, 21)

    ours = curves(scores, small, large, weights)
    oracle = curves(small - large, small, large, weights)

    assert ours.recovered[0][[0, -1]] == pytest.approx([0, 1])
    assert ours.shares[0][[0, -1]] == pytest.approx([0, 1])
    assert (on_grid(oracle, grid) >= on_grid(ours, grid) - 1e-9).all()
    assert apgr(oracle)[0] >= apgr(ours)[0] - 1e-9
    assert cpt(ours, 0.5)[0] <= cpt(ours, 0.8)[0] + 1e-12
