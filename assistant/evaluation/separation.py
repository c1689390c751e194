"""How well scores tell good drafts from bad ones, on many weightings of the rows at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.linear import Flags, Floats
from assistant.evaluation.resampling import mean_of_known


def ties(values: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The order of rising values, and where in it each run of equal values starts."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return order, starts


def aurocs(positive: Flags, scores: Floats, weights: Floats) -> Floats:
    """Area under the ROC curve on each line of weights; NaN on a line without both kinds.

    It is the chance that a positive scores above a negative, ties counting half (Hanley and McNeil
    1982), so finding good drafts by a high score and bad ones by a low score give the same number.

    Args:
        positive: Which rows are positive, shape (rows,).
        scores: Their scores, shape (rows,).
        weights: How often each row counts, shape (lines, rows).

    Returns:
        One area a line, shape (lines,).
    """
    if not len(scores):
        return np.full(len(weights), np.nan)
    order, starts = ties(scores)
    ordered, sign = weights[:, order], positive[order]
    above = np.add.reduceat(ordered * sign, starts, axis=1)
    below = np.add.reduceat(ordered * ~sign, starts, axis=1)
    beaten = np.cumsum(below, axis=1) - below / 2
    pairs = above.sum(axis=1) * below.sum(axis=1)
    won = (above * beaten).sum(axis=1)
    result: Floats = np.where(pairs > 0, won / np.where(pairs > 0, pairs, 1), np.nan)
    return result


def aurocs_within(
    positive: Flags, scores: Floats, weights: Floats, groups: NDArray[np.str_]
) -> dict[str, Floats]:
    """The same inside each group that holds both kinds, by group name, each of shape (lines,)."""
    found: dict[str, Floats] = {}
    for name in sorted(set(groups.tolist())):
        inside = groups == name
        if len(set(positive[inside].tolist())) > 1:
            found[name] = aurocs(positive[inside], scores[inside], weights[:, inside])
    return found


def mean_auroc_within(
    positive: Flags, scores: Floats, weights: Floats, groups: NDArray[np.str_]
) -> Floats:
    """Mean over the groups, each counting the same; NaN where no group holds both kinds."""
    within = aurocs_within(positive, scores, weights, groups)
    if not within:
        return np.full(len(weights), np.nan)
    return mean_of_known(np.array(list(within.values())))
