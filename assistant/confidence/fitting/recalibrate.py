"""Makes an artefact's probabilities true for own traffic, from what became of its drafts.

A score is only as honest as the drafts it was calibrated on are like those it judges. Weights travel
well and stay; slope and offset are fitted anew.

**Why the weights of the outcomes matter.** Writers' verdicts are known for served drafts, that is for
high scores: fitted to them alone, a calibration would be right where nothing is decided, and a guess
where drafts are deferred. Three kinds of outcomes together cover all scores. Deferred drafts are all
repaired by the larger model, and what it changed labels each (weight 1). Of the drafts that would have
been accepted a random share p is repaired all the same, and labelled in the same way, whatever the
score and whether or not a writer cared to answer; each of them stands for 1/p. Weighted so (Horvitz &
Thompson 1952) the sum over outcomes estimates the sum over all scored drafts: neither the high scores,
where labels are rare, nor the low ones, where there is one for each draft, are over-represented.
Verdicts of writers come on top with weight 1, as a writer who answers stands for nobody else.

**Why Platt and not isotonic regression.** Isotonic regression needs about a thousand outcomes to match
Platt's two numbers (Niculescu-Mizil & Caruana 2005), and then its steps give many drafts one score:
rungs can no longer be ranked, a threshold on a step accepts all or nothing of it, and reasons no longer
add up to the log-odds. Nor was it better on judged drafts with four bars for "good" (.95 to .26 of them
good; folds by prompt, three repeats): from 500 outcomes on its held-out log loss was higher each time, by
.0002 to .012.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from assistant.confidence.artefact import Artefact, Head, Origin, Reference, ScoreCounts
from assistant.confidence.drift import reference_of
from assistant.confidence.fitting.compared import Measured, compared
from assistant.confidence.fitting.counting import score_counts
from assistant.confidence.fitting.outcome_table import OutcomeTable, chances, tabulated
from assistant.confidence.fitting.prior_platt import calibrated_as, refit_head
from assistant.confidence.fitting.weighted import Interval, worth
from assistant.confidence.linear import Flags, Floats
from assistant.confidence.outcomes import GOOD_EDIT, Outcome, in_order, outcomes_fingerprint
from assistant.errors import DataError
from assistant.types import Task

LEAST = 200
"""Outcomes below which the earlier calibration is the better guess."""

LEAST_OF_TASK = 200
"""Outcomes from which a task gets a calibration and counts of its own."""

_ADDED = "; calibrated on "


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """A sealed artefact, and how its calibration compares with the earlier one.

    `after` and `gain` are cross-fitted: each outcome is predicted by a calibration that saw neither it
    nor another of its group. `gain` is how much lower the log loss became. `good` is the weighted share
    of good drafts, `worth` the number of equally weighted outcomes that would be as precise, and
    `without_distance` counts outcomes left out as nobody measured how much was changed.
    """

    artefact: Artefact
    before: Measured
    after: Measured
    gain: Interval
    good: float
    outcomes: int
    without_distance: int
    groups: int
    worth: float
    tasks: tuple[Task, ...]
    since: datetime
    until: datetime


def recalibrated(
    artefact: Artefact,
    outcomes: Sequence[Outcome],
    *,
    good_edit: float = GOOD_EDIT,
    least: int = LEAST,
) -> Recalibration:
    """The artefact with calibration, counts and reference of these outcomes. Pure; order is no matter.

    Args:
        artefact: The one that scored the drafts.
        outcomes: One for each scored draft whose fate is known.
        good_edit: Normalised edit distance up to which an edited or repaired draft was good.
        least: Fewest outcomes to work with.

    Raises:
        DataError: they are of another artefact, too few, or all good or all bad.
    """
    ordered = in_order(outcomes)
    _refuse_foreign(ordered, artefact)
    labelled = [one for one in ordered if one.good(good_edit=good_edit) is not None]
    table = tabulated(artefact, labelled, good_edit=good_edit)
    _refuse_unfit(table.good, least)
    own = _tasks_with_enough(table.tasks)
    before, held_out = chances(artefact, table), _held_out(artefact, table, own)
    fitted = _refitted(artefact, table, table.all, own)
    gauge = compared(table, before, held_out)
    period = (min(one.created for one in labelled), max(one.created for one in labelled))
    update = {
        "full": fitted.full,
        "text": fitted.text,
        "prefix": fitted.prefix,
        "origin": _origin(artefact.origin, labelled, period),
        "counts": _counts(table, held_out, own),
        "reference": _reference(table, chances(fitted, table)),
    }
    return Recalibration(
        artefact=artefact.model_copy(update=update).sealed(),
        before=gauge[0],
        after=gauge[1],
        gain=gauge[2],
        good=float(np.average(table.good, weights=table.weights)),
        outcomes=len(labelled),
        without_distance=len(ordered) - len(labelled),
        groups=len(set(table.groups)),
        worth=worth(table.weights),
        tasks=tuple(sorted(own)),
        since=period[0],
        until=period[1],
    )


def _refuse_foreign(outcomes: Sequence[Outcome], artefact: Artefact) -> None:
    foreign = Counter(one.artefact for one in outcomes if one.artefact != artefact.fingerprint)
    if foreign:
        most, _ = max(foreign.items(), key=lambda one: (one[1], one[0]))
        message = (
            f"outcomes: {foreign.total()} of {len(outcomes)} are of another artefact than"
            f" {artefact.fingerprint!r}, most of them of {most!r}; name theirs with --artefact, or"
            " export those of one artefact only"
        )
        raise DataError(message)


def _refuse_unfit(good: Flags, least: int) -> None:
    if len(good) < least:
        message = (
            f"outcomes: {len(good)} with a known fate, {least} are needed; collect more feedback,"
            " raise `feedback.forced_escalation` in the policy, or lower --least"
        )
        raise DataError(message)
    if good.all() or not good.any():
        kind = "good" if good.all() else "bad"
        message = (
            f"outcomes: all {len(good)} drafts were {kind}, which says nothing about where they turn;"
            " collect the other kind too, or change --good-edit"
        )
        raise DataError(message)


def _tasks_with_enough(tasks: Sequence[Task]) -> frozenset[Task]:
    return frozenset(task for task, count in Counter(tasks).items() if count >= LEAST_OF_TASK)


def _refitted(
    artefact: Artefact, table: OutcomeTable, inside: Flags, own: frozenset[Task]
) -> Artefact:
    heads: dict[str, Head] = {}
    for name, head in (("full", artefact.full), ("text", artefact.text)):
        log_odds = table.log_odds[name]
        rows = inside & ~np.isnan(log_odds)
        heads[name] = refit_head(
            head,
            log_odds[rows],
            table.tasks_of(rows),
            good=table.good[rows],
            weights=table.weights[rows],
            own=own,
        )
    prefix = artefact.prefix
    if prefix is not None:
        # Nobody judges beginnings, but the draft that each became.
        moved = calibrated_as(prefix.head, heads["text"])
        prefix = prefix.model_copy(update={"head": moved})
    return artefact.model_copy(update={**heads, "prefix": prefix})


def _held_out(artefact: Artefact, table: OutcomeTable, own: frozenset[Task]) -> Floats:
    found = np.empty(len(table.good))
    for fold in np.unique(table.folds):
        outside = table.folds == fold
        found[outside] = chances(_refitted(artefact, table, ~outside, own), table)[outside]
    return found


def _counts(table: OutcomeTable, held_out: Floats, own: frozenset[Task]) -> tuple[ScoreCounts, ...]:
    of_tasks = [(task, table.of_task(task)) for task in sorted(own)]
    return tuple(
        score_counts(
            held_out[rows],
            table.good[rows],
            [table.groups[row] for row in np.flatnonzero(rows)],
            weights=table.weights[rows],
            task=task,
        )
        for task, rows in [(None, table.all), *of_tasks]
    )


def _reference(table: OutcomeTable, scores: Floats) -> Reference:
    """Of the drafts by the head that judged most: the other's lack features, or have more."""
    rows = table.by_full if 2 * table.by_full.sum() >= len(table.good) else ~table.by_full
    return reference_of(scores[rows], table.features_of(rows), table.weights[rows])


def _origin(
    origin: Origin, ordered: Sequence[Outcome], period: tuple[datetime, datetime]
) -> Origin:
    fitted_on = origin.source.partition(_ADDED)[0]
    since, until = (f"{moment:%Y-%m-%d}" for moment in period)
    added = (
        f"{_ADDED}{len(ordered)} outcomes of own traffic, {since} to {until},"
        f" SHA-256 {outcomes_fingerprint(ordered)}"
    )
    return origin.model_copy(update={"source": fitted_on + added})
