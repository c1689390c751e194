"""Models fitted again on less: without a task, without a writer, without a family of features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.out_of_fold import out_of_fold
from assistant.confidence.fitting.table import Table
from assistant.confidence.linear import Floats
from assistant.evaluation.judged import Judged
from assistant.evaluation.resampling import estimate
from assistant.evaluation.result import Ablation, Estimate
from assistant.evaluation.separation import aurocs, mean_auroc_within


def without_own(table: Table, columns: list[int], of_example: Sequence[str]) -> Floats | None:
    """Probabilities of the judged drafts by models that never saw their task, or their writer.

    Such a model saw neither the draft's prompt nor, in any prompt, its group.

    Args:
        table: All examples.
        columns: Features that may be used.
        of_example: The group of each example, its task or its writer.

    Returns:
        Shape (judged drafts,), or None where what is left lacks good or bad drafts.
    """
    groups: NDArray[np.int_] = np.unique(np.array(of_example), return_inverse=True)[1].astype(int)
    if not learnable(table, groups):
        return None
    return out_of_fold(table, columns, groups)[table.natural]


def learnable(table: Table, groups: NDArray[np.int_] | None = None) -> bool:
    """Whether good and bad judged drafts are left outside every fold, and outside every group too."""
    of_row = np.full(len(table.folds), -1) if groups is None else groups
    for fold in np.unique(table.folds):
        for group in np.unique(of_row[table.folds == fold]):
            left = table.natural & (table.folds != fold)
            if groups is not None:
                left &= of_row != group
            if len(np.unique(table.acceptable[left])) < 2:  # noqa: PLR2004 - good and bad
                return False
    return True


def ablation(table: Table, columns: list[int], judged: Judged) -> tuple[Ablation, ...]:
    """A row for each family: the model without it, it alone, and the model with its candidates.

    Args:
        table: All examples.
        columns: Features of the model; features that need vectors count only where some of these do.
        judged: The judged drafts with their resamples.
    """
    vectors = any(FEATURES[column].needs_vectors for column in columns)
    others = [
        column
        for column in range(len(FEATURES))
        if column not in columns and (vectors or not FEATURES[column].needs_vectors)
    ]
    known = [column for column in [*columns, *others] if _told(table, column)]
    families = list(dict.fromkeys(FEATURES[column].family for column in known))
    return tuple(_family(table, columns, others, judged, family) for family in families)


def _told(table: Table, column: int) -> bool:
    """Whether the data tells this feature of any draft: log-probabilities, for one, may be missing."""
    return not bool(np.isnan(table.values[:, column]).all())


def _family(
    table: Table, columns: list[int], others: list[int], judged: Judged, family: str
) -> Ablation:
    inside = [column for column in columns if FEATURES[column].family == family]
    outside = [column for column in columns if column not in inside]
    candidates = [
        column for column in others if FEATURES[column].family == family and _told(table, column)
    ]
    without, without_within = _separation(table, outside, judged) if inside else (None, None)
    alone, alone_within = _separation(table, inside, judged)
    added, added_within = (
        _separation(table, sorted(columns + candidates), judged) if candidates else (None, None)
    )
    return Ablation(
        family=family,
        features=len(inside),
        candidates=len(candidates),
        added=added,
        added_within=added_within,
        without=without,
        without_within=without_within,
        alone=alone,
        alone_within=alone_within,
    )


def _separation(
    table: Table, columns: list[int], judged: Judged
) -> tuple[Estimate | None, Estimate | None]:
    if not _varying(table, columns):
        return None, None
    found = out_of_fold(table, columns)[table.natural]
    folds = table.folds[table.natural]
    if all(np.ptp(found[folds == fold]) == 0 for fold in np.unique(folds)):
        # The data contradicts every known sign: what is left are the base rates of the folds.
        return None, None
    good, weights = judged.good_third, judged.weights
    return (
        estimate(aurocs(good, found, weights)),
        estimate(mean_auroc_within(good, found, weights, judged.tasks)),
    )


def _varying(table: Table, columns: list[int]) -> bool:
    """Whether some feature varies in every part that a model is fitted on."""
    for fold in np.unique(table.folds):
        values = table.values[table.folds != fold][:, columns]
        if not any(len(np.unique(column[~np.isnan(column)])) > 1 for column in values.T):
            return False
    return bool(columns)
