"""Bootstrap over prompts: how far a number would move with other prompts of the same kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.linear import Floats
from assistant.evaluation.result import Estimate

COVERAGE = 0.95
"""Share of resamples inside an interval."""

DEFAULT_RESAMPLES = 1000
"""Enough for the ends of a 95 % interval to settle to a thousandth or two."""

Whole = NDArray[np.int_]


def prompt_weights(prompts: Whole, *, resamples: int, generator: np.random.Generator) -> Floats:
    """How often each row counts, shape (1 + resamples, rows).

    The first line is the data itself, all ones. Every other line draws as many prompts as there are,
    with replacement, and takes all rows of a prompt together: drafts of one prompt are alike, so
    resampling rows would promise intervals that are too narrow (the cluster bootstrap, Davison and
    Hinkley 1997, section 3.8).

    Args:
        prompts: The prompt of each row as a number from 0, shape (rows,).
        resamples: How many to draw; 0 gives no intervals.
        generator: Source of chance; the same one gives the same weights.
    """
    count = int(prompts.max()) + 1
    drawn = generator.multinomial(count, np.full(count, 1 / count), size=resamples)
    every = np.concatenate([np.ones((1, count)), drawn])
    result: Floats = every[:, prompts]
    return result


def estimate(values: Floats) -> Estimate | None:
    """The number with its interval, as `measured` gives it; None where the data lacks it."""
    return None if np.isnan(values[0]) else measured(values)


def measured(values: Floats) -> Estimate:
    """The value on the data with its percentile interval (Efron 1979).

    The interval is widened to hold the value where resampling shifts a number to one side, as it does
    for calibration errors, which repeated rows can only raise.

    Args:
        values: The number on each line of `prompt_weights`, shape (1 + resamples,); NaN where a
            resample lacks what the number needs, such as a bad draft.
    """
    value = float(values[0])
    drawn = values[1:][~np.isnan(values[1:])]
    if not len(drawn):
        return Estimate(value=value, low=value, high=value)
    outside = (1 - COVERAGE) / 2
    low, high = np.quantile(drawn, [outside, 1 - outside])
    return Estimate(value=value, low=min(float(low), value), high=max(float(high), value))


def mean_of_known(stacked: Floats) -> Floats:
    """Mean over the first axis of the numbers that exist; NaN where none does."""
    known = ~np.isnan(stacked)
    count = known.sum(axis=0)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    result: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return result
