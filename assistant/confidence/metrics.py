"""How well scores separate and how honest they are; small, in plain numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.confidence.linear import Flags, Floats

_BINS = 10
"""Bins of equal mass for the calibration error; with 2,000 rows each holds about 200."""


def auroc(positive: Flags, scores: Floats) -> float:
    """Chance that a positive scores above a negative, ties counting half; NaN without both."""
    count = int(positive.sum())
    others = len(positive) - count
    if not count or not others:
        return float("nan")
    below = average_ranks(scores)[positive].sum() - count * (count + 1) / 2
    return float(below / (count * others))


def average_ranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: Floats = last - (counts - 1) / 2
    return means[inverse]


def auroc_by_group(positive: Flags, scores: Floats, groups: Sequence[str]) -> dict[str, float]:
    """The same within each group that holds both kinds, by group name."""
    names = np.array(groups)
    found = {
        str(name): auroc(positive[names == name], scores[names == name])
        for name in sorted(set(groups))
    }
    return {name: value for name, value in found.items() if not np.isnan(value)}


def calibration_error(positive: Flags, probabilities: Floats, *, bins: int = _BINS) -> float:
    """Expected calibration error over bins of equal mass: mean gap of promise and outcome."""
    order = np.argsort(probabilities, kind="stable")
    gaps = [
        abs(float(probabilities[part].mean()) - float(positive[part].mean())) * len(part)
        for part in np.array_split(order, bins)
        if len(part)
    ]
    return sum(gaps) / len(order)
