"""Whether scores mean what they say: calibration error, Brier score, reliability, risk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.linear import Flags, Floats
from assistant.evaluation.binomial import clopper_pearson
from assistant.evaluation.result import Estimate, ReliabilityBin, RiskAt

BINS = 10
"""Bins of a reliability table, as in Guo et al. 2017 where scores are as many as here."""

THRESHOLDS = tuple(step / 10 for step in range(1, 10))
"""Thresholds whose risk is told."""

BinOf = NDArray[np.intp]


def bins_of_equal_mass(probabilities: Floats, bins: int = BINS) -> BinOf:
    """The bin of each row, from the lowest, all bins of about as many rows."""
    of_row = np.empty(len(probabilities), dtype=np.intp)
    order = np.argsort(probabilities, kind="stable")
    for number, part in enumerate(np.array_split(order, bins)):
        of_row[part] = number
    return of_row


def bins_of_equal_width(probabilities: Floats, bins: int = BINS) -> BinOf:
    """The bin of each row, all bins as wide; 1 belongs to the last."""
    return np.minimum((probabilities * bins).astype(np.intp), bins - 1)


def calibration_errors(
    positive: Flags, probabilities: Floats, of_row: BinOf, weights: Floats
) -> Floats:
    """Expected calibration error on each line of weights (Guo et al. 2017, arXiv 1706.04599, eq. 3).

    The mean over rows of the gap, in the row's bin, between mean probability and share of positives.
    """
    member = (of_row[:, None] == np.arange(of_row.max(initial=0) + 1)).astype(np.float64)
    gaps = np.abs(weights @ (member * (probabilities - positive)[:, None]))
    return _per_row(gaps.sum(axis=1), weights)


def brier_scores(positive: Flags, probabilities: Floats, weights: Floats) -> Floats:
    """Mean squared distance of probability and outcome (Brier 1950) on each line of weights."""
    return _per_row(weights @ np.square(probabilities - positive), weights)


def reliability(positive: Flags, probabilities: Floats) -> tuple[ReliabilityBin, ...]:
    """Promise and outcome in bins of equal mass, from the lowest scores up."""
    of_row = bins_of_equal_mass(probabilities)
    found = []
    for number in np.unique(of_row):
        inside = of_row == number
        drafts, good = int(inside.sum()), int(positive[inside].sum())
        low, high = clopper_pearson(good, drafts)
        found.append(
            ReliabilityBin(
                lowest=float(probabilities[inside].min()),
                highest=float(probabilities[inside].max()),
                drafts=drafts,
                promised=float(probabilities[inside].mean()),
                found=Estimate(value=good / drafts, low=low, high=high),
            )
        )
    return tuple(found)


def risk_at(threshold: float, positive: Flags, probabilities: Floats) -> RiskAt:
    """Share of bad drafts among those a threshold accepts, with its Clopper-Pearson interval."""
    accepted = probabilities >= threshold
    drafts = int(accepted.sum())
    bad = int((~positive[accepted]).sum())
    low, high = clopper_pearson(bad, drafts)
    return RiskAt(
        threshold=threshold,
        accepted=drafts,
        accepted_share=drafts / max(1, len(positive)),
        bad=bad,
        risk=Estimate(value=bad / drafts, low=low, high=high) if drafts else None,
    )


def _per_row(totals: Floats, weights: Floats) -> Floats:
    rows = weights.sum(axis=1)
    result: Floats = np.where(rows > 0, totals / np.where(rows > 0, rows, 1), np.nan)
    return result
