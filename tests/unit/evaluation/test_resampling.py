"""Intervals by resampling prompts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.resampling import estimate, mean_of_known, measured, prompt_weights


def test_rows_of_one_prompt_are_drawn_together() -> None:
    """The first line is the data; in every other a prompt's rows count the same."""
    prompts = np.array([0, 0, 1, 2, 2, 2])

    weights = prompt_weights(prompts, resamples=50, generator=np.random.default_rng(1))

    assert weights.shape == (51, 6)
    assert weights[0].tolist() == [1] * 6
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_the_same_generator_draws_the_same_prompts() -> None:
    """An evaluation repeats to the last digit."""
    prompts = np.arange(20)
    first, second = (
        prompt_weights(prompts, resamples=9, generator=np.random.default_rng(4)) for _ in range(2)
    )

    assert (first == second).all()


def test_the_interval_of_a_mean_is_that_of_theory() -> None:
    """For 400 prompts of unit spread it reaches 1.96 / 20 to both sides."""
    values = np.random.default_rng(2).normal(size=400)
    values = (values - values.mean()) / values.std()
    weights = prompt_weights(np.arange(400), resamples=4000, generator=np.random.default_rng(3))

    found = measured(weights @ values / weights.sum(axis=1))

    assert found.value == pytest.approx(0, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((-0.098, 0.098), abs=0.008)


def test_drafts_of_one_prompt_are_not_counted_as_independent() -> None:
    """Saying each prompt's value four times leaves the interval as wide as it was."""
    values = np.random.default_rng(6).normal(size=100)
    alone = prompt_weights(np.arange(100), resamples=500, generator=np.random.default_rng(8))
    fourfold = prompt_weights(
        np.repeat(np.arange(100), 4), resamples=500, generator=np.random.default_rng(8)
    )

    narrow = measured(alone @ values / 100)
    repeated = measured(fourfold @ np.repeat(values, 4) / 400)

    assert (repeated.low, repeated.high) == pytest.approx((narrow.low, narrow.high))


@given(st.lists(st.one_of(st.floats(-5, 5), st.just(float("nan"))), min_size=1, max_size=30))
def test_an_interval_holds_its_value(values: list[float]) -> None:
    """Also where all resamples lie to one side, or some lack the number."""
    found = estimate(np.array(values))

    if np.isnan(values[0]):
        assert found is None
    else:
        assert found is not None
        assert found.low <= found.value <= found.high


def test_a_mean_leaves_out_what_is_not_known() -> None:
    """And is unknown where nothing is."""
    nan = float("nan")

    found = mean_of_known(np.array([[1.0, nan, nan], [3.0, 5.0, nan]]))

    assert found[:2].tolist() == [2.0, 5.0]
    assert np.isnan(found[2])
