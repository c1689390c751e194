"""Fits an additive logistic model whose curves respect known signs; scipy is loaded here only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from assistant.confidence.artefact import Curve
from assistant.confidence.features import FEATURES
from assistant.confidence.linear import Curves, Flags, Floats

PENALTY = 100.0
"""L2 strength on standardised steps. From 30 to 300 the held-out AUROC moves by .002, and a stronger
penalty travels better to other tasks: without the task .637 at 30, .645 at 100."""

_DEFECT_PENALTY = 0.3
"""Share of it for defects: a rare fact with evidence, not a tendency, may weigh much."""

_QUANTILES = (0.02, 0.25, 0.5, 0.75, 0.98)
"""Knots of a feature's curve; beyond the outer ones it is flat, so nothing extreme rules a score."""

_MOSTLY = 0.5
"""Where more than this share has one value (usually 0), knots are set among the others."""

_OTHER_QUANTILES = (0.25, 0.6, 0.95)
_DISTINCT = 4
"""With so few different values each is a knot."""

_DIGITS = 6
"""Digits kept: solvers agree on them across machines, and nothing below them matters."""

_LEAST_SCALE = 0.02
"""A step that hardly anybody takes must not blow up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Additive:
    """A fitted model over some of the features, before calibration."""

    columns: list[int]
    curves: tuple[Curve, ...]
    intercept: float

    def logits(self, values: Floats) -> Floats:
        """Log-odds of rows that hold all features, shape (rows,)."""
        parts = Curves(self.curves).parts(values[:, self.columns])
        result: Floats = parts.sum(axis=1) + self.intercept
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Learn:
    """What a model learns from, one row each.

    `values` has shape (rows, all features), NaN where one does not apply; `target` is the probability
    that the row is acceptable, as its judge or verifier says; `mass` its weight; `judged` marks rows
    that were not planted.
    """

    values: Floats
    target: Floats
    mass: Floats
    judged: Flags

    def of(self, rows: Flags) -> Learn:
        """Some of the rows."""
        return Learn(
            values=self.values[rows],
            target=self.target[rows],
            mass=self.mass[rows],
            judged=self.judged[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """A feature's curve as steps between neighbouring knots, each 0 before and 1 behind."""

    column: int
    knots: Floats
    usual: float

    def taken(self, values: Floats) -> Floats:
        """Steps taken beyond those that a usual draft takes; 0 where the feature does not apply."""
        low, high = self.knots[:-1], self.knots[1:]
        taken = np.clip((values[:, None] - low) / (high - low), 0, 1)
        usual = np.clip((self.usual - low) / (high - low), 0, 1)
        result: Floats = np.where(np.isnan(values)[:, None], 0.0, taken - usual)
        return result

    def curve(self, rises: Floats) -> Curve:
        """The curve with these rises of its steps, 0 at the usual value."""
        heights = np.concatenate([[0.0], np.cumsum(rises)])
        heights -= np.interp(self.usual, self.knots, heights)
        points = zip(self.knots, heights, strict=True)
        return Curve(
            feature=FEATURES[self.column].name,
            usual=round(self.usual, _DIGITS),
            points=tuple((round(float(at), _DIGITS), round(float(h), _DIGITS)) for at, h in points),
        )


def fit_additive(learn: Learn, columns: list[int]) -> Additive:
    """Fits the curves of these columns; one whose best curve is flat is left out.

    First the tendencies, from judged drafts alone; then, on top of them, the defects, from judged and
    planted ones. Each time minimises cross entropy plus an L2 penalty on the steps of each curve, every
    step bounded to the feature's sign: a convex problem with one solution, so equal data gives equal
    curves.

    Args:
        learn: What to learn from.
        columns: Features that may be used, as indices into `FEATURES`.
    """
    tendencies = [column for column in columns if not FEATURES[column].defect]
    defects = [column for column in columns if FEATURES[column].defect]
    judged = learn.of(learn.judged)
    first = _fit(judged, tendencies, np.zeros(len(judged.target)))
    second = _fit(learn, defects, first.logits(learn.values))
    return Additive(
        columns=first.columns + second.columns,
        curves=first.curves + second.curves,
        intercept=round(first.intercept + second.intercept, _DIGITS),
    )


def _fit(learn: Learn, columns: list[int], known: Floats) -> Additive:
    """Curves and intercept that add most to the log-odds `known` already."""
    found = ((column, _steps(column, learn)) for column in columns)
    steps = [one for _, one in found if one is not None]
    rises, intercept = _solve(steps, learn, known)
    curves = [(one, one.curve(rise)) for one, rise in zip(steps, rises, strict=True)]
    kept = [(one, curve) for one, curve in curves if any(part for _, part in curve.points)]
    return Additive(
        columns=[one.column for one, _ in kept],
        curves=tuple(curve for _, curve in kept),
        intercept=round(intercept, _DIGITS),
    )


def _steps(column: int, learn: Learn) -> _Steps | None:
    values = learn.values[:, column]
    known = ~np.isnan(values)
    if not known.any():
        return None
    knots = _knots(np.round(values[known], _DIGITS))
    if len(knots) < 2:  # noqa: PLR2004 - a step needs two ends
        return None
    good = known & learn.judged & (learn.target > 0.5)  # noqa: PLR2004 - more likely than not
    usual = float(np.median(values[good])) if good.any() else float(np.median(values[known]))
    return _Steps(column=column, knots=knots, usual=usual)


def _knots(values: Floats) -> Floats:
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= _DISTINCT:
        return distinct
    most = int(counts.argmax())
    if counts[most] > _MOSTLY * len(values):
        others = np.delete(distinct, most)
        spread = np.repeat(others, np.delete(counts, most))
        inner = np.quantile(spread, _OTHER_QUANTILES)
        return np.unique(np.round([distinct[most], *inner], _DIGITS))
    return np.unique(np.round(np.quantile(values, _QUANTILES), _DIGITS))


def _solve(steps: list[_Steps], learn: Learn, known: Floats) -> tuple[list[Floats], float]:
    """Rises of each feature's steps, and the intercept."""
    from scipy.optimize import minimize

    target, mass, rows = learn.target, learn.mass, len(learn.target)
    table = np.hstack(
        [one.taken(learn.values[:, one.column]) for one in steps] + [np.empty((rows, 0))]
    )
    scale = np.maximum(np.sqrt(np.average(table**2, axis=0, weights=mass)), _LEAST_SCALE)
    design = np.hstack([table / scale, np.ones((rows, 1))])
    bends = _bends(steps, learn) / np.append(scale, 1.0)

    def loss(at: Floats) -> tuple[float, Floats]:
        logits = design @ at + known
        chance = 0.5 * (1 + np.tanh(logits / 2))
        bent = bends @ at
        value = mass @ (np.logaddexp(0, logits) - target * logits) + 0.5 * bent @ bent
        return float(value), design.T @ (mass * (chance - target)) + bends.T @ bent

    signs = np.repeat([FEATURES[one.column].sign for one in steps], _widths(steps))
    bounds = [
        (0.0, None) if sign > 0 else (None, 0.0) if sign < 0 else (None, None) for sign in signs
    ]
    found = minimize(
        loss,
        np.zeros(design.shape[1]),
        jac=True,
        method="L-BFGS-B",
        bounds=[*bounds, (None, None)],
        options={"maxiter": 5000, "maxfun": 10000, "ftol": 1e-13, "gtol": 1e-6, "maxcor": 30},
    )
    rises = np.split(found.x[:-1] / scale, np.cumsum(_widths(steps))[:-1]) if steps else []
    return rises, float(found.x[-1])


def _widths(steps: list[_Steps]) -> list[int]:
    return [len(one.knots) - 1 for one in steps]


def _bends(steps: list[_Steps], learn: Learn) -> Floats:
    """The penalty as a matrix over all rises and the intercept, which is free.

    What is penalised is the slope of a curve's first step and each change of slope behind it, in units
    of the spread of what lies beyond (the hinge basis of multivariate adaptive regression splines,
    Friedman 1991, under a ridge): a curve stays straight unless the data bends it.
    """
    total = sum(_widths(steps)) + 1
    blocks: list[Floats] = []
    at = 0
    for one in steps:
        values = learn.values[:, one.column]
        known = ~np.isnan(values)
        inside = np.clip(values[known], one.knots[0], one.knots[-1])
        beyond = np.maximum(0.0, inside[:, None] - one.knots[:-1])
        mean = np.average(beyond, axis=0, weights=learn.mass[known])
        spread = np.sqrt(np.average((beyond - mean) ** 2, axis=0, weights=learn.mass[known]))
        count = len(one.knots) - 1
        change = np.eye(count) - np.eye(count, k=-1)
        strength = PENALTY * (_DEFECT_PENALTY if FEATURES[one.column].defect else 1.0)
        block = np.zeros((count, total))
        block[:, at : at + count] = (
            math.sqrt(strength) * spread[:, None] * change / np.diff(one.knots)
        )
        blocks.append(block)
        at += count
    return np.vstack([*blocks, np.zeros((0, total))])
