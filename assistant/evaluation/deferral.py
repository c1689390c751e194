"""What escalating the least trusted drafts gains, by the definitions of RouteLLM.

RouteLLM (Ong et al. 2024, arXiv 2406.18665, section 4): the performance gap recovered at escalation
share r is PGR(r) = (quality of the mix - quality small) / (quality large - quality small); APGR is
its mean over shares; CPT(x) is the least share that reaches PGR x. The paper's mean is over ten
shares, ours over all of them, the limit of the same sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.linear import Floats
from assistant.evaluation.separation import ties


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Deferral curves, one a line of weights.

    `shares` are escalation shares rising from 0 to 1 and `recovered` the PGR there, both of shape
    (lines, points); between points a curve is straight, which is what escalating a random part of
    equally scored drafts gives. Lines where the large model is not better hold NaN.
    """

    shares: Floats
    recovered: Floats


def curves(scores: Floats, small: Floats, large: Floats, weights: Floats) -> Curves:
    """Escalates drafts from the lowest score upwards.

    Args:
        scores: What decides, one a prompt, shape (prompts,).
        small: Quality of the small model's draft, shape (prompts,).
        large: Quality of the large model's text for the same prompt, shape (prompts,).
        weights: How often each prompt counts, shape (lines, prompts).
    """
    order, starts = ties(scores)
    ordered = weights[:, order]
    mass = np.add.reduceat(ordered, starts, axis=1)
    gain = np.add.reduceat(ordered * (large - small)[order], starts, axis=1)
    gap = gain.sum(axis=1, keepdims=True)
    total = mass.sum(axis=1, keepdims=True)
    better = (gap > 0) & (total > 0)
    shares = np.cumsum(mass, axis=1) / np.where(total > 0, total, 1)
    recovered = np.where(better, np.cumsum(gain, axis=1) / np.where(better, gap, 1), np.nan)
    nothing = np.zeros((len(weights), 1))
    return Curves(
        shares=np.concatenate([nothing, shares], axis=1),
        recovered=np.concatenate([np.where(better, nothing, np.nan), recovered], axis=1),
    )


def apgr(found: Curves) -> Floats:
    """Average performance gap recovered, shape (lines,): .5 at random, above 1 is possible."""
    width = np.diff(found.shares, axis=1)
    height = (found.recovered[:, 1:] + found.recovered[:, :-1]) / 2
    result: Floats = (width * height).sum(axis=1)
    return result


def skill(reached: Floats, known: Floats) -> Floats:
    """Share of what knowing the drafts' own quality would gain over chance, shape (lines,).

    Raw APGR is not comparable between pairs of models, as judges are noisy; this is. NaN where even
    that knowledge gains nothing.
    """
    possible = known - 0.5
    result: Floats = np.where(
        possible > 0, (reached - 0.5) / np.where(possible > 0, possible, 1), np.nan
    )
    return result


def cpt(found: Curves, target: float) -> Floats:
    """Least escalation share whose PGR reaches the target, shape (lines,); target above 0, up to 1."""
    reached = found.recovered >= target
    # The last point is 1 but for rounding.
    reached[:, -1] = True
    after = reached.argmax(axis=1)[:, None]
    low, high = (_at(found.recovered, after - 1), _at(found.recovered, after))
    left, right = (_at(found.shares, after - 1), _at(found.shares, after))
    rise = high - low
    part = np.where(rise > 0, (target - low) / np.where(rise > 0, rise, 1), 1.0)
    result: Floats = np.where(np.isnan(high), np.nan, left + np.clip(part, 0, 1) * (right - left))
    return result


def on_grid(found: Curves, grid: Floats) -> Floats:
    """PGR of the first line at the given shares, shape (shares,)."""
    result: Floats = np.interp(grid, found.shares[0], found.recovered[0])
    return result


def _at(values: Floats, points: NDArray[np.intp]) -> Floats:
    result: Floats = np.take_along_axis(values, points, axis=1)[:, 0]
    return result
