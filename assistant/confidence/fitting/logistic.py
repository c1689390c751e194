"""Logistic regression with known signs, and Platt calibration; scikit-learn is loaded here only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.confidence.artefact import Weight
from assistant.confidence.features import FEATURES
from assistant.confidence.linear import Flags, Floats, standardised

INVERSE_PENALTY = 0.1
"""Inverse L2 strength on standardised features; from .01 to 1 the held-out AUROC moves by .002, and
a stronger penalty travels better to other judges."""

_DIGITS = 6
"""Digits kept: solvers agree on six across machines, and nothing below them matters."""

_LEAST_SCALE = 1e-3
"""A feature that hardly varies must not blow up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Fitted weights over some of the features, before calibration."""

    columns: list[int]
    centre: Floats
    scale: Floats
    weights: Floats
    intercept: float

    def logits(self, values: Floats) -> Floats:
        """Log-odds of rows that hold all features."""
        distance = standardised(values[:, self.columns], self.centre, self.scale)
        result: Floats = distance @ self.weights + self.intercept
        return result

    def named(self) -> tuple[Weight, ...]:
        """The weights as an artefact keeps them."""
        return tuple(
            Weight(
                feature=FEATURES[column].name,
                centre=round(float(centre), _DIGITS),
                scale=round(float(scale), _DIGITS),
                weight=round(float(weight), _DIGITS),
            )
            for column, centre, scale, weight in zip(
                self.columns, self.centre, self.scale, self.weights, strict=True
            )
        )


def fit_linear(values: Floats, acceptable: Flags, mass: Floats, columns: list[int]) -> Linear:
    """Fits, leaves out every feature whose weight contradicts its known sign, and fits again."""
    columns = [column for column in columns if _varies(values[:, column])]
    while True:
        centre, scale = _usual(values[:, columns], acceptable, mass)
        distance = standardised(values[:, columns], centre, scale)
        weights, intercept = _logistic(distance, acceptable, mass)
        right = [
            column
            for column, weight in zip(columns, weights, strict=True)
            if FEATURES[column].sign * weight >= 0
        ]
        if right == columns:
            return Linear(
                columns=columns, centre=centre, scale=scale, weights=weights, intercept=intercept
            )
        columns = right


def fit_platt(logits: Floats, acceptable: Flags) -> tuple[float, float]:
    """Slope and offset that make log-odds honest; two numbers cannot overfit, so no penalty."""
    weights, offset = _logistic(logits[:, None], acceptable, np.ones(len(logits)), penalty=1e6)
    return float(weights[0]), offset


def _varies(column: Floats) -> bool:
    known = column[~np.isnan(column)]
    return len(known) > 0 and float(np.ptp(known)) > 0


def _usual(values: Floats, acceptable: Flags, mass: Floats) -> tuple[Floats, Floats]:
    """Mean of each feature over acceptable drafts and its spread over all, where it applies."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    good = known * (mass * acceptable)[:, None]
    centre: Floats = (filled * good).sum(axis=0) / np.maximum(good.sum(axis=0), 1e-9)
    every = known * mass[:, None]
    spread = (np.square(filled - centre) * every).sum(axis=0) / every.sum(axis=0)
    scale: Floats = np.maximum(np.sqrt(spread), _LEAST_SCALE)
    return np.round(centre, _DIGITS), np.round(scale, _DIGITS)


def _logistic(
    distance: Floats, acceptable: Flags, mass: Floats, *, penalty: float = INVERSE_PENALTY
) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=penalty, max_iter=2000, tol=1e-8)
    model.fit(distance, acceptable, sample_weight=mass)
    weights: Floats = model.coef_[0]
    return weights, float(model.intercept_[0])
