"""The arithmetic shared by fitting and scoring: standardised features, log-odds, probability."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import Head

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

FAR = 16.0
"""Furthest a feature counts, in scales: room for a rare failed check, no more for anything else."""


def standardised(values: Floats, centre: Floats, scale: Floats) -> Floats:
    """Distance from the usual in scales, capped; 0 where a feature does not apply (NaN)."""
    distance = np.clip((values - centre) / scale, -FAR, FAR)
    return np.where(np.isnan(values), 0.0, distance)


def contributions(head: Head, values: Floats) -> Floats:
    """What each feature adds to the calibrated log-odds of a usual acceptable draft."""
    centre = np.array([weight.centre for weight in head.weights])
    scale = np.array([weight.scale for weight in head.weights])
    weights = np.array([weight.weight for weight in head.weights])
    return head.slope * weights * standardised(values, centre, scale)


def usual_log_odds(head: Head) -> float:
    """Calibrated log-odds of a draft that is usual in every way."""
    return head.slope * head.intercept + head.offset


def probability(log_odds: float) -> float:
    """The logistic function, kept strictly between 0 and 1."""
    return float(np.clip(1 / (1 + np.exp(-log_odds)), 1e-6, 1 - 1e-6))
