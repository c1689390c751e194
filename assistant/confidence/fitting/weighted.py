"""Measures of weighted outcomes, and how sure they are; plain numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.linear import Flags, Floats

RESAMPLES = 500
"""Bootstrap samples: the ends of a 95 % interval then move by a tenth of its width."""

SEED = 20261122
"""Seeds the bootstrap; any will do, this one is fixed so that intervals repeat."""

_LEVEL = 0.95
_LEAST_CHANCE = 1e-12
"""Keeps the loss finite where a rounded probability is 0."""

_MOST_BINS = 10
_DRAFTS_PER_BIN = 40
"""A bin's share of good drafts is known to about .08 then; emptier bins would measure noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A measured value and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def worth(weights: Floats) -> float:
    """The number of equally weighted drafts that would be as precise (Kish, Survey Sampling, 1965)."""
    return float(weights.sum() ** 2 / np.square(weights).sum())


class Told:
    """Probabilities beside what happened, put in order once for the many weightings of a bootstrap."""

    def __init__(self, good: Flags, chances: Floats) -> None:
        """Takes whether each draft was good and the probability it was given, shape (drafts,)."""
        self._order = np.argsort(chances, kind="stable")
        self._gaps = (chances - good)[self._order]
        self._losses = -np.log(np.clip(np.where(good, chances, 1 - chances), _LEAST_CHANCE, 1.0))
        self._bins = max(1, min(_MOST_BINS, len(good) // _DRAFTS_PER_BIN))

    def calibration_error(self, weights: Floats) -> float:
        """Expected calibration error over bins of equal mass: mean gap of promise and outcome.

        Ten bins, fewer where each would hold less than forty drafts. The error of a perfect calibration
        is not 0 but about what chance puts into each bin, so compare it with that of another
        calibration on the same drafts.
        """
        mass = weights[self._order]
        total = mass.sum()
        middle = np.cumsum(mass) - mass / 2
        at = np.minimum((middle / total * self._bins).astype(int), self._bins - 1)
        gaps = np.bincount(at, weights=mass * self._gaps, minlength=self._bins)
        return float(np.abs(gaps).sum() / total)

    def log_loss(self, weights: Floats) -> float:
        """Mean of -ln of the probability given to what happened; a proper score, lower is better."""
        return float(weights @ self._losses / weights.sum())


def bootstrap(
    groups: Sequence[str], measure: Callable[[NDArray[np.int_]], Sequence[float]]
) -> list[Interval]:
    """Intervals of what `measure` returns for the times each row is drawn.

    Whole groups are drawn: drafts for one request succeed and fail together. Resamples of an error lie
    above it where it is nearly 0; an interval is then widened to hold the value.
    """
    names, group_of = np.unique(np.array(groups), return_inverse=True)
    generator = np.random.default_rng(SEED)
    even = np.full(len(names), 1 / len(names))
    drawn = np.array(
        [measure(generator.multinomial(len(names), even)[group_of]) for _ in range(RESAMPLES)]
    )
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    values = measure(np.ones(len(groups), dtype=np.int_))
    return [
        Interval(value=value, low=min(value, float(least)), high=max(value, float(most)))
        for value, least, most in zip(values, low, high, strict=True)
    ]
