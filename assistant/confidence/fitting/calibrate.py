"""Fits the calibration of a head: a monotone line from sums of parts to honest log-odds."""

from __future__ import annotations

import numpy as np

from assistant.confidence.linear import Flags, Floats

_KNOTS = (0.02, 0.2, 0.5, 0.8, 0.98)
"""Quantiles of the log-odds between which the line is straight. Isotonic regression with a step for
every draft promises too much at both ends (Niculescu-Mizil and Caruana 2005); these stretches hold
hundreds of drafts each."""

_STIFFNESS = 10.0
"""Penalty on changes of steepness: lines of different folds should not differ by chance."""

_LEAST_STEEPNESS = 0.05
"""No stretch is flat: of two drafts the one with more against it never scores higher."""

_MOST_STEEPNESS = 10.0
"""Where few drafts happen to be all good on one side and all bad on the other, the likeliest line is a
cliff; with enough drafts no stretch is steeper than about two."""

_DIGITS = 6


def fit_bend(logits: Floats, acceptable: Flags) -> tuple[tuple[float, float], ...]:
    """Points (raw, honest log-odds) of the monotone line that makes held-out drafts likeliest.

    Args:
        logits: Raw log-odds of drafts by a model that did not see them, shape (drafts,).
        acceptable: Whether each was good enough.
    """
    from scipy.optimize import minimize

    knots = np.unique(np.round(np.quantile(logits, _KNOTS), _DIGITS))
    if len(knots) < 2 or acceptable.all() or not acceptable.any():  # noqa: PLR2004 - a line
        return ()
    # Within the line every draft is a mixture of two heights; beyond it goes on straight.
    widths = np.diff(knots)
    steps = np.clip((logits[:, None] - knots[:-1]) / widths, 0.0, 1.0)
    steps[:, 0] += np.minimum(0.0, logits - knots[0]) / widths[0]
    steps[:, -1] += np.maximum(0.0, logits - knots[-1]) / widths[-1]
    design = np.hstack([steps, np.ones((len(logits), 1))])

    bends = np.zeros((len(widths) - 1, len(widths) + 1))
    for at in range(len(widths) - 1):
        bends[at, at], bends[at, at + 1] = -1 / widths[at], 1 / widths[at + 1]

    def loss(at: Floats) -> tuple[float, Floats]:
        honest = design @ at
        chance = 0.5 * (1 + np.tanh(honest / 2))
        bent = bends @ at
        value = (np.logaddexp(0, honest) - acceptable * honest).sum()
        return (
            float(value + 0.5 * _STIFFNESS * (bent @ bent)),
            design.T @ (chance - acceptable) + _STIFFNESS * (bends.T @ bent),
        )

    rises = [(width * _LEAST_STEEPNESS, width * _MOST_STEEPNESS) for width in widths.tolist()]
    start = np.append(widths, float(knots[0]))
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[*rises, (None, None)],
        options={"maxiter": 2000, "ftol": 1e-14, "gtol": 1e-8},
    )
    heights = found.x[-1] + np.concatenate([[0.0], np.cumsum(found.x[:-1])])
    return tuple(
        (round(float(raw), _DIGITS), round(float(honest), _DIGITS))
        for raw, honest in zip(knots, heights, strict=True)
    )
