"""How far the drafts of today lie from the drafts that a calibration was made on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Literal, TypeAlias

import numpy as np

from assistant.confidence.artefact import Bins, Reference
from assistant.confidence.linear import Floats
from assistant.types import Score

WATCH = 0.1
"""PSI from which a change is worth watching (Siddiqi, Credit Risk Scorecards, 2006)."""

ACT = 0.25
"""PSI from which a model should be calibrated anew (same source)."""

LEAST_DRAFTS = 200
"""Drafts before anything is said: with them, chance alone reaches `ACT` less than once in a million."""

MOST_NAMED = 3
"""Features named in a sentence: what a reader takes in at a glance."""

_BINS = 10
"""Bins of equal mass, as is usual for PSI; more of them need more drafts."""

_DIGITS = 6
_STEP = 10.0**-_DIGITS
"""The least distance of two values that are told apart."""

_PSEUDO_COUNT = 0.5
"""Added to each bin so that an empty one has a logarithm (Jeffreys' prior of a share)."""

Level: TypeAlias = Literal["steady", "watch", "act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Population stability indices of the latest `drafts`, for the score and each feature by name."""

    drafts: int
    score: float
    features: Mapping[str, float]

    @property
    def most(self) -> tuple[str, ...]:
        """The features that moved most, those worth watching only."""
        moved = sorted(self.features.items(), key=lambda one: (-one[1], one[0]))
        return tuple(name for name, value in moved[:MOST_NAMED] if value >= WATCH)

    @property
    def sentence(self) -> str:
        """What an admin should know, with names and numbers only."""
        named = ", ".join(f"{name} {self.features[name]:.2f}" for name in self.most)
        most = f"; most: {named}" if named else ""
        return (
            f"the last {self.drafts} drafts differ from the calibration drafts (score PSI"
            f" {self.score:.2f}{most}): thresholds with max_risk may not hold;"
            " run `inkladder confidence calibrate --from-feedback`"
        )


def level_of(drift: Drift, *, easing: float = 1.0) -> Level:
    """`act` is about the score, on which thresholds rest; a feature alone is only worth watching.

    `easing` below 1 lowers the limits: what has crossed one counts as crossed until it is well below.
    """
    if drift.score >= ACT * easing:
        return "act"
    if drift.score >= WATCH * easing or max(drift.features.values(), default=0.0) >= ACT * easing:
        return "watch"
    return "steady"


def drift_of(reference: Reference, drafts: Sequence[Score]) -> Drift | None:
    """The indices of these drafts; None below `LEAST_DRAFTS`, a feature once as many drafts had it."""
    if len(drafts) < LEAST_DRAFTS:
        return None
    score = [0] * len(reference.score.shares)
    features = {name: [0] * len(bins.shares) for name, bins in reference.features.items()}
    for draft in drafts:
        score[bin_of(reference.score, draft.value)] += 1
        for name, value in draft.features:
            if name in features:
                features[name][bin_of(reference.features[name], value)] += 1
    size = reference.drafts
    return Drift(
        drafts=len(drafts),
        score=psi(reference.score, score, reference_drafts=size),
        features={
            name: psi(reference.features[name], counts, reference_drafts=size)
            for name, counts in features.items()
            if sum(counts) >= LEAST_DRAFTS
        },
    )


def reference_of(
    scores: Floats, features: Mapping[str, Floats], weights: Floats | None = None
) -> Reference:
    """The histograms that later drafts are compared with.

    Args:
        scores: Calibrated scores, shape (drafts,).
        features: Values by name, shape (drafts,) each, NaN where a feature does not apply.
        weights: How many drafts of the traffic each stands for; 1 each by default. `Reference.drafts`
            is then the number of equally weighted drafts that would be as precise (Kish 1965).
    """
    mass = np.ones(len(scores)) if weights is None else weights
    worth = float(mass.sum() ** 2 / np.square(mass).sum()) if len(mass) else 0.0
    return Reference(
        drafts=round(worth),
        score=bins_of(scores, mass),
        features={name: bins_of(values, mass) for name, values in features.items()},
    )


def bins_of(values: Floats, weights: Floats) -> Bins:
    """Ten bins of equal mass where values are spread, and one for each value that many share."""
    rounded = np.round(values, _DIGITS)
    known = ~np.isnan(rounded)
    edges = _edges(rounded[known], weights[known])
    mass = np.zeros(len(edges) + 2)
    for value, weight in zip(rounded.tolist(), weights.tolist(), strict=True):
        mass[_bin_of(edges, value)] += weight
    shares = mass / mass.sum() if mass.sum() > 0 else mass
    return Bins(edges=edges, shares=tuple(round(float(share), _DIGITS) for share in shares))


def bin_of(bins: Bins, value: float) -> int:
    """Where a value belongs in `bins.shares`."""
    return _bin_of(bins.edges, round(value, _DIGITS))


def psi(bins: Bins, counts: Sequence[int], *, reference_drafts: int) -> float:
    """Population stability index: the sum of (a - e) ln(a / e) over the bins' shares then and now.

    Two samples of one population differ too. Their index is on average (bins - 1) (1/n + 1/m), where
    n and m are their sizes (it is chi-squared with bins - 1 degrees of freedom times that sum of
    inverses; Yurdakul 2018), .055 for 200 drafts in eleven bins: half of what is worth watching. That
    much is taken off, so that the index means the same for a small window and a large one. Bins that
    were empty and still are say nothing.
    """
    now = np.asarray(counts, dtype=np.float64)
    then = np.asarray(bins.shares) * reference_drafts
    used = (now > 0) | (then > 0)
    if used.sum() < 2 or not now.sum() or not reference_drafts:  # noqa: PLR2004 - one bin cannot move
        return 0.0
    expected, actual = _shares(then[used]), _shares(now[used])
    index = float(((actual - expected) * np.log(actual / expected)).sum())
    by_chance = (int(used.sum()) - 1) * (1 / now.sum() + 1 / reference_drafts)
    return max(0.0, index - float(by_chance))


def _shares(counts: Floats) -> Floats:
    smoothed = counts + _PSEUDO_COUNT
    shares: Floats = smoothed / smoothed.sum()
    return shares


def _edges(known: Floats, weights: Floats) -> tuple[float, ...]:
    if not len(known):
        return ()
    wanted = np.arange(1, _BINS) / _BINS
    quantiles = np.quantile(known, wanted, method="inverted_cdf", weights=weights)
    edges = set(quantiles.tolist())
    # A value that fills more than a bin gets one of its own: without the edge just below it, a check
    # that nearly every draft passes would share a bin with those that fail it.
    values, times = np.unique(quantiles, return_counts=True)
    edges |= {round(value - _STEP, _DIGITS) for value in values[times > 1].tolist()}
    return tuple(sorted(edges))


def _bin_of(edges: Sequence[float], rounded: float) -> int:
    return len(edges) + 1 if isnan(rounded) else bisect_left(edges, rounded)
