"""Which features a score is made of."""

from __future__ import annotations

import numpy as np

from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.additive import fit_additive
from assistant.confidence.fitting.table import Table
from assistant.confidence.linear import Curves
from assistant.evaluation.result import Contribution


def contributions(table: Table, columns: list[int]) -> tuple[Contribution, ...]:
    """Every feature of a model of all rows, the one that moves most first.

    The curves are those of the head an artefact of this data gets: fitted on everything, in log-odds
    before calibration. A weight is the rise from a curve's first point to its last.
    """
    model = fit_additive(table.learn(np.ones(len(table.values), dtype=bool)), columns)
    values = table.values[table.natural][:, model.columns]
    moved = np.abs(Curves(model.curves).parts(values))
    applies = (~np.isnan(values)).mean(axis=0)
    found = [
        Contribution(
            feature=curve.feature,
            family=FEATURES[column].family,
            weight=curve.points[-1][1] - curve.points[0][1],
            mean_absolute=float(mean),
            applies=float(share),
        )
        for column, curve, mean, share in zip(
            model.columns, model.curves, moved.mean(axis=0), applies, strict=True
        )
    ]
    return tuple(sorted(found, key=lambda one: (-one.mean_absolute, one.feature)))
