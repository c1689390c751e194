"""Counts calibration drafts by score, so that thresholds with a bound on the risk can be chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import ScoreCounts
from assistant.confidence.fitting.weighted import worth
from assistant.confidence.linear import Flags, Floats
from assistant.confidence.threshold_counts import HUNDREDTHS, hundredth
from assistant.types import Task

_SLACK = 1e-9
"""Sums of weights are inexact: 3 - 1e-12 drafts are three."""


def score_counts(
    scores: Floats,
    good: Flags,
    groups: Sequence[str],
    *,
    weights: Floats | None = None,
    task: Task | None = None,
) -> ScoreCounts:
    """Held-out calibrated scores as counts; weighted drafts never count for more than they tell.

    A weighted draft stands for many of the traffic, but is one observation: a bound computed from sums
    of weights would be far too sure of itself. So weights are divided by the largest one. Above every
    threshold this counts at most as many drafts as those above it are worth (W / w_max <= W^2 / Q, as
    the squares' sum Q <= w_max W), and keeps the weighted share of bad ones. Rounding is against the
    threshold: of the drafts at or above any score, the count is rounded down and the bad are rounded up.

    Args:
        scores: From 0 to 1, shape (drafts,).
        good: Whether each draft was good enough.
        groups: Equal for drafts of one prompt.
        weights: How many drafts of the traffic each stands for; 1 each by default.
        task: Whose drafts they are; None for all together.
    """
    mass = np.ones(len(scores)) if weights is None else weights / weights.max()
    at = np.clip([hundredth(score) for score in scores.tolist()], 0, HUNDREDTHS - 1)
    drafts = np.floor(_from_above(at, mass) + _SLACK).astype(int)
    bad = np.ceil(_from_above(at, mass * ~good) - _SLACK).astype(int)
    # Of 0.3 drafts, 0.1 bad: none counted is none bad.
    bad = np.minimum(bad, drafts)
    cells = _cells(np.diff(drafts, prepend=0).tolist(), np.diff(bad, prepend=0).tolist())
    return ScoreCounts(task=task, prompts=_prompts(groups, mass, int(drafts[-1])), cells=cells)


def _from_above(at: NDArray[np.int_], mass: Floats) -> Floats:
    """Mass at or above each hundredth, the highest first."""
    tail: Floats = np.cumsum(np.bincount(at, weights=mass, minlength=HUNDREDTHS)[::-1])
    return tail


def _cells(drafts: list[int], bad: list[int]) -> tuple[tuple[int, int, int], ...]:
    """The cells, lowest first; both lists begin at the top.

    Where rounding left a cell with more bad drafts than drafts, the rest goes to the next cell above
    with room, which only makes thresholds there stricter.
    """
    for cell in range(len(drafts)):
        above = cell
        while (excess := bad[cell] - drafts[cell]) > 0:
            above -= 1
            moved = min(excess, drafts[above] - bad[above])
            bad[above] += moved
            bad[cell] -= moved
    found = [
        (HUNDREDTHS - 1 - cell, drafts[cell], bad[cell])
        for cell in range(len(drafts))
        if drafts[cell] > 0
    ]
    return tuple(reversed(found))


def _prompts(groups: Sequence[str], mass: Floats, drafts: int) -> int:
    """Different prompts, as many as their weights are worth: a heavy one is not outvoted by light ones."""
    _, group_of = np.unique(np.array(groups), return_inverse=True)
    totals = np.bincount(group_of, weights=mass)
    return max(1, min(drafts, int(worth(np.asarray(totals, dtype=np.float64)))))
