"""The arithmetic shared by fitting and scoring: curves of features, log-odds, probability.

A score is a generalised additive model (Hastie and Tibshirani 1986): each feature adds to the log-odds
what its own curve says, whatever the others are, so each contribution can be told to a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import Curve, Head
from assistant.types import Task

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


class Curves:
    """The curves of a head, ready to be read: made once, used for every draft."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        """Takes them in the order in which values will come."""
        self._points = [
            (np.array([at for at, _ in curve.points]), np.array([part for _, part in curve.points]))
            for curve in curves
        ]

    def parts(self, values: Floats) -> Floats:
        """What each feature adds to the log-odds before calibration.

        Args:
            values: Shape (..., features); a NaN says nothing and adds 0.

        Returns:
            The same shape.
        """
        found = np.empty(values.shape)
        for column, (at, part) in enumerate(self._points):
            found[..., column] = np.interp(values[..., column], at, part)
        found[np.isnan(values)] = 0.0
        return found


class Bend:
    """The monotone line that turns sums of parts into honest log-odds."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        """Takes the points of a head; none leave everything as it is."""
        self._raw = np.array([raw for raw, _ in points])
        self._honest = np.array([honest for _, honest in points])

    def at(self, raw: Floats) -> Floats:
        """Honest log-odds; beyond the points the line goes on as steep as in its last stretch."""
        if len(self._raw) < 2:  # noqa: PLR2004 - a line needs two points
            return raw
        slopes = np.diff(self._honest) / np.diff(self._raw)
        below = np.minimum(0.0, raw - self._raw[0]) * slopes[0]
        above = np.maximum(0.0, raw - self._raw[-1]) * slopes[-1]
        result: Floats = np.interp(raw, self._raw, self._honest) + below + above
        return result

    def steepness(self, raw: float) -> float:
        """How much honest log-odds move there for one of raw."""
        if len(self._raw) < 2:  # noqa: PLR2004 - as above
            return 1.0
        at = int(np.clip(np.searchsorted(self._raw, raw), 1, len(self._raw) - 1))
        rise = self._honest[at] - self._honest[at - 1]
        return float(rise / (self._raw[at] - self._raw[at - 1]))


def log_odds(head: Head, values: Floats) -> Floats:
    """Log-odds before calibration of drafts, values of shape (..., features); shape (...)."""
    raw = head.intercept + Curves(head.curves).parts(values).sum(axis=-1)
    return Bend(head.bend).at(raw)


def calibration_of(head: Head, task: Task) -> tuple[float, float]:
    """Slope and offset that turn log-odds of a task's drafts into honest ones."""
    for own in head.tasks:
        if own.task == task:
            return own.slope, own.offset
    return head.slope, head.offset


def probability(log_odds: float) -> float:
    """The logistic function, kept strictly between 0 and 1."""
    # The same as 1 / (1 + exp(-x)), without overflow.
    return float(np.clip(0.5 * (1 + np.tanh(log_odds / 2)), 1e-6, 1 - 1e-6))
