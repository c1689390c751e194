"""Whether gross faults that were planted on purpose score below acceptable drafts."""

from __future__ import annotations

import numpy as np

from assistant.confidence.fitting.examples import EXCERPT, NATURAL
from assistant.confidence.fitting.table import Table
from assistant.confidence.linear import Floats
from assistant.evaluation.resampling import estimate
from assistant.evaluation.result import Planted
from assistant.evaluation.separation import aurocs

ALL_KINDS = "all"


def planted_defects(table: Table, probabilities: Floats, weights: Floats) -> tuple[Planted, ...]:
    """AUROC of each kind against acceptable judged drafts and excerpts, after that of `all` together.

    Args:
        table: All examples.
        probabilities: The score of each, shape (examples,).
        weights: `prompt_weights` of all examples, shape (lines, examples).
    """
    kinds = np.array([example.kind for example in table.examples])
    borrowed = np.isin(kinds, (NATURAL, EXCERPT))
    bad = ~table.acceptable & ~borrowed
    good = table.acceptable & borrowed
    names = sorted(set(kinds[bad].tolist()))
    marked = [(ALL_KINDS, bad), *((name, bad & (kinds == name)) for name in names)]
    found = []
    for name, defect in marked:
        both = good | defect
        area = aurocs(good[both], probabilities[both], weights[:, both])
        found.append(Planted(kind=name, examples=int(defect.sum()), auroc=estimate(area)))
    return tuple(found)
