"""Predictions for drafts by models that saw neither them nor their prompt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.fitting.additive import fit_additive
from assistant.confidence.fitting.calibrate import fit_bend
from assistant.confidence.fitting.table import Table
from assistant.confidence.linear import Bend, Flags, Floats


def out_of_fold(table: Table, columns: list[int], groups: NDArray[np.int_] | None = None) -> Floats:
    """Calibrated probability of being acceptable of every row, shape (rows,).

    Args:
        table: All examples.
        columns: Features that the model may use, as indices into `FEATURES`.
        groups: For transfer, a number for each row (its task, its drafting model): a row is predicted
            by a model fitted without its group *and* without its fold. By default, folds alone.
    """
    return held_out_chances(table, held_out_logits(table, columns, groups), groups)


def held_out_logits(
    table: Table, columns: list[int], groups: NDArray[np.int_] | None = None
) -> Floats:
    """The same before calibration, as log-odds."""
    logits = np.empty(len(table.values))
    for outside, inside in _splits(table, groups):
        model = fit_additive(table.learn(inside), columns)
        logits[outside] = model.logits(table.values[outside])
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


def held_out_chances(
    table: Table, logits: Floats, groups: NDArray[np.int_] | None = None
) -> Floats:
    """Probabilities from held-out log-odds; their calibration, too, saw neither fold nor group."""
    log_odds = np.empty(len(logits))
    for outside, inside in _splits(table, groups):
        known = inside & table.natural
        bend = Bend(fit_bend(logits[known], table.acceptable[known]))
        log_odds[outside] = bend.at(logits[outside])
    # The same as 1 / (1 + exp(-x)), without overflow for drafts far beyond doubt.
    probabilities: Floats = 0.5 * (1 + np.tanh(log_odds / 2))
    return probabilities
