"""Outcomes as columns, with the log-odds that each head of an artefact gives their drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import Artefact, Head
from assistant.confidence.fitting.prior_platt import calibrated, probabilities
from assistant.confidence.fitting.table import fold_of
from assistant.confidence.linear import Flags, Floats, log_odds
from assistant.confidence.outcomes import GOOD_EDIT, Outcome
from assistant.types import Score, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeTable:
    """Outcomes whose fate is known, one row each.

    `log_odds` holds, for the heads `full` and `text`, those before calibration, NaN where a draft lacks
    features that the head weighs; `by_full` marks drafts that the full head judged.
    """

    outcomes: tuple[Outcome, ...]
    tasks: list[Task]
    groups: list[str]
    folds: NDArray[np.int_]
    good: Flags
    weights: Floats
    by_full: Flags
    log_odds: Mapping[str, Floats]

    @property
    def all(self) -> Flags:
        """Every row."""
        return np.ones(len(self.outcomes), dtype=np.bool_)

    def of_task(self, task: Task) -> Flags:
        """Rows of one task."""
        return np.array([one == task for one in self.tasks])

    def tasks_of(self, rows: Flags) -> list[Task]:
        """Tasks of some rows."""
        return [self.tasks[row] for row in np.flatnonzero(rows)]

    def features_of(self, rows: Flags) -> dict[str, Floats]:
        """Values by name of some rows, NaN where a feature does not apply."""
        chosen = [self.outcomes[row].features for row in np.flatnonzero(rows)]
        names = sorted({name for features in chosen for name in features})
        return {name: np.array([_value(features, name) for features in chosen]) for name in names}


def tabulated(artefact: Artefact, outcomes: Sequence[Outcome], *, good_edit: float) -> OutcomeTable:
    """The table of outcomes that all have a known fate, scored by this artefact.

    A draft judged with vectors has the features of the text head too: what became of it also helps to
    calibrate that one, which serves when the embedder is down and so rarely sees drafts of its own.
    """
    by_full = np.array([_by_full(artefact, one) for one in outcomes], dtype=np.bool_)
    given = np.array([one.log_odds for one in outcomes], dtype=np.float64)
    text = np.array([_recomputed(artefact.text, one) for one in outcomes], dtype=np.float64)
    return OutcomeTable(
        outcomes=tuple(outcomes),
        tasks=[one.task for one in outcomes],
        groups=[one.group for one in outcomes],
        folds=np.array([fold_of(one.group) for one in outcomes], dtype=np.int_),
        good=np.array([one.good(good_edit=good_edit) is True for one in outcomes], dtype=np.bool_),
        weights=np.array([one.weight for one in outcomes], dtype=np.float64),
        by_full=by_full,
        log_odds={
            "full": np.where(by_full, given, np.nan),
            "text": np.where(by_full, text, given),
        },
    )


def chances(artefact: Artefact, table: OutcomeTable) -> Floats:
    """Probability of each draft to be good, by the head that judged it; shape (drafts,)."""
    full = calibrated(artefact.full, table.log_odds["full"], table.tasks)
    text = calibrated(artefact.text, table.log_odds["text"], table.tasks)
    return probabilities(np.where(table.by_full, full, text))


def rescored(artefact: Artefact, outcomes: Sequence[Outcome]) -> list[Score]:
    """Drafts as the artefact scores them now, whatever calibration they were first scored with."""
    table = tabulated(artefact, outcomes, good_edit=GOOD_EDIT)
    return [
        Score(
            value=value, features=tuple((name, _value(one.features, name)) for name in one.features)
        )
        for value, one in zip(chances(artefact, table).tolist(), outcomes, strict=True)
    ]


def _by_full(artefact: Artefact, outcome: Outcome) -> bool:
    """The head that judged a draft is told by the features it weighed."""
    full, text = (
        {curve.feature for curve in head.curves} for head in (artefact.full, artefact.text)
    )
    given = outcome.features.keys()
    return given >= full or not given >= text


def _recomputed(head: Head, outcome: Outcome) -> float:
    names = [curve.feature for curve in head.curves]
    if not outcome.features.keys() >= set(names):
        return float("nan")
    return float(log_odds(head, np.array([_value(outcome.features, name) for name in names])))


def _value(features: Mapping[str, float | None], name: str) -> float:
    value = features.get(name)
    return float("nan") if value is None else value
