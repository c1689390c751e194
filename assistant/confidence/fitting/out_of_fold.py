"""Predictions for drafts by models that saw neither them nor their prompt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.fitting.logistic import fit_linear, fit_platt
from assistant.confidence.fitting.table import Table
from assistant.confidence.linear import Flags, Floats


def out_of_fold(table: Table, columns: list[int], groups: NDArray[np.int_] | None = None) -> Floats:
    """Calibrated probability of being acceptable of every row, shape (rows,).

    Args:
        table: All examples.
        columns: Features that the model may use, as indices into `FEATURES`.
        groups: For transfer, a number for each row (its task, its drafting model): a row is predicted
            by a model fitted without its group *and* without its fold. By default, folds alone.
    """
    return _calibrated(table, held_out_logits(table, columns, groups), groups)


def held_out_logits(
    table: Table, columns: list[int], groups: NDArray[np.int_] | None = None
) -> Floats:
    """The same before calibration, as log-odds."""
    logits = np.empty(len(table.values))
    for outside, inside in _splits(table, groups):
        linear = fit_linear(
            table.values[inside], table.acceptable[inside], table.weights[inside], columns
        )
        logits[outside] = linear.logits(table.values[outside])
    return logits


def _splits(table: Table, groups: NDArray[np.int_] | None) -> list[tuple[Flags, Flags]]:
    of_row = np.zeros(len(table.folds), dtype=int) if groups is None else groups
    found: list[tuple[Flags, Flags]] = []
    for fold in np.unique(table.folds):
        for group in np.unique(of_row):
            outside = (table.folds == fold) & (of_row == group)
            inside = table.folds != fold
            if groups is not None:
                inside &= of_row != group
            if outside.any():
                found.append((outside, inside))
    return found


def _calibrated(table: Table, logits: Floats, groups: NDArray[np.int_] | None) -> Floats:
    """Probabilities whose calibration, too, was fitted without the row's fold and group."""
    log_odds = np.empty(len(logits))
    for outside, inside in _splits(table, groups):
        known = inside & table.natural
        slope, offset = fit_platt(logits[known], table.acceptable[known])
        log_odds[outside] = slope * logits[outside] + offset
    probabilities: Floats = 1 / (1 + np.exp(-log_odds))
    return probabilities
