"""How well beginnings of drafts are judged, beside simpler ways to do it, and what a gate makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.confidence.artefact import Prefix, PrefixHeldOut
from assistant.confidence.checks import run_checks
from assistant.confidence.features import FEATURES, USED
from assistant.confidence.features.base import NAN, View
from assistant.confidence.fitting.additive import Additive, fit_additive
from assistant.confidence.fitting.assemble import examples_of, passages_of
from assistant.confidence.fitting.beginnings import Beginnings, beginnings_of, has_beginnings
from assistant.confidence.fitting.calibrate import fit_bend
from assistant.confidence.fitting.examples import NATURAL
from assistant.confidence.fitting.held_out import drafting
from assistant.confidence.fitting.out_of_fold import held_out_chances
from assistant.confidence.fitting.prefix import fit_prefix_head
from assistant.confidence.fitting.prefix import held_out_chances as calibrated_on_beginnings
from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.fitting.stages import RESAMPLES, by_share, by_words, held_out_stages
from assistant.confidence.fitting.table import Table, tabulate
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.linear import Bend, Floats
from assistant.confidence.metrics import auroc
from assistant.confidence.reading import Reading
from assistant.evaluation.gate import BAR, Course, least_allowance

OURS = "own head"
TEXT_HEAD = "text head"
"""As it is: the beginning taken for a whole draft."""

TEXT_HEAD_ANEW = "text head, anew"
"""What it says by the features that make sense on a beginning, calibrated on beginnings."""

TASK_MEAN = "mean of the task"

PLANTED_AT = (30, 60, 120, 250)
"""Words seen of a draft with a planted defect."""

_NEAR = 0.3
"""A beginning is taken for one of so many words when it is off by no more than this share, and a line."""

_LINE_WORDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedStage:
    """A planted defect after so many words.

    `auroc` is against beginnings of acceptable drafts of that length, `caught` the share below the bar
    for beginnings.
    """

    kind: str
    words: int
    examples: int
    auroc: float
    caught: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The fitted head for beginnings, how it and simpler scorers hold, and drafts as a gate sees them."""

    prefix: Prefix
    stages: Mapping[str, PrefixHeldOut]
    planted: tuple[PlantedStage, ...]
    courses: tuple[Course, ...]


def study(rows: Sequence[JudgedRow], *, resamples: int = RESAMPLES, compare: bool = True) -> Study:
    """Fits and measures; every number is of drafts whose prompts no model has seen. Takes minutes.

    `resamples` of the prompts are behind each interval. Without `compare` simpler scorers are left out.
    """
    examples = examples_of(rows).examples
    # No vectors are looked at: a stand-in of one dimension will do.
    stand_in = dict.fromkeys(passages_of(examples), np.ones(1, dtype=np.float32))
    table = tabulate(examples, stand_in)
    beginnings = beginnings_of(examples)
    head, chances = fit_prefix_head(beginnings)
    models = _text_models(table)
    courses = _courses(beginnings, chances, _whole_chances(table, models))
    allowance = least_allowance(courses)
    stages = {OURS: chances}
    if compare:
        stages[TEXT_HEAD] = _as_it_is(beginnings, table, models)
        stages[TEXT_HEAD_ANEW] = calibrated_on_beginnings(beginnings, _by_fold(beginnings, models))
        stages[TASK_MEAN] = _task_means(beginnings)
    held_out = {
        name: held_out_stages(beginnings, one, resamples=resamples if name == OURS else 0)
        for name, one in stages.items()
    }
    return Study(
        prefix=Prefix(head=head, allowance=allowance, allowance_bar=BAR, held_out=held_out[OURS]),
        stages=held_out,
        planted=_planted(beginnings, chances, bar=BAR - allowance),
        courses=courses,
    )


_Models = Mapping[int, Additive]


def _text_models(table: Table) -> _Models:
    """A text head for each fold, fitted without it."""
    columns = [column for column in USED if not FEATURES[column].needs_vectors]
    return {
        fold: fit_additive(table.learn(table.folds != fold), columns)
        for fold in np.unique(table.folds).tolist()
    }


def _logits(table: Table, models: _Models) -> Floats:
    logits = np.empty(len(table.values))
    for fold, model in models.items():
        logits[table.folds == fold] = model.logits(table.values[table.folds == fold])
    return logits


def _whole_chances(table: Table, models: _Models) -> Floats:
    """Of each draft that has beginnings, in their order."""
    every = held_out_chances(table, _logits(table, models))
    result: Floats = every[[has_beginnings(one) for one in table.examples]]
    return result


def _by_fold(rows: Beginnings, models: _Models) -> Floats:
    """What the text head says of a beginning by the features that make sense there."""
    logits = np.empty(len(rows.values))
    for fold, model in models.items():
        logits[rows.folds == fold] = model.logits(rows.values[rows.folds == fold])
    return logits


def _as_it_is(rows: Beginnings, table: Table, models: _Models) -> Floats:
    """Beginnings taken for whole drafts, where a stage looks; NaN elsewhere."""
    wanted = np.unique(np.concatenate([found for _, found in (*by_share(rows), *by_words(rows))]))
    logits = _logits(table, models)
    found = np.full(len(rows.values), np.nan)
    for fold, model in models.items():
        known = table.natural & (table.folds != fold)
        some = wanted[rows.folds[wanted] == fold]
        values = np.array([_measured_whole(rows.draft(row)) for row in some.tolist()])
        if len(some):
            bend = Bend(fit_bend(logits[known], table.acceptable[known]))
            found[some] = 0.5 * (1 + np.tanh(bend.at(model.logits(values)) / 2))
    return found


def _measured_whole(draft: ScoringInput) -> list[float]:
    reading = Reading(draft)
    checks = {check.name: check for check in run_checks(reading)}
    view = View(reading=reading, checks=checks, relations=None)
    return [NAN if one.needs_vectors else one.measure(view) for one in FEATURES]


def _task_means(rows: Beginnings) -> Floats:
    tasks = np.array([one.task for one in rows.examples])[rows.example]
    drafts = rows.whole & rows.natural
    found = np.empty(len(rows.values))
    for fold in np.unique(rows.folds):
        inside, outside = drafts & (rows.folds != fold), rows.folds == fold
        for task in np.unique(tasks[outside]):
            known = rows.acceptable[inside & (tasks == task)]
            rate = known.mean() if len(known) else rows.acceptable[inside].mean()
            found[outside & (tasks == task)] = rate
    return found


def _courses(rows: Beginnings, chances: Floats, whole: Floats) -> tuple[Course, ...]:
    """Drafts of models small enough to draft."""
    found = []
    for place in np.flatnonzero(drafting(rows.examples)).tolist():
        own = rows.example == place
        parts = own & ~rows.whole
        example = rows.examples[place]
        found.append(
            Course(
                scores=chances[parts],
                seen=rows.share[parts],
                whole=float(whole[place]),
                words=int(rows.seen[own & rows.whole][0]),
                good=example.acceptable,
                prompt=example.group,
            )
        )
    return tuple(found)


def _planted(rows: Beginnings, chances: Floats, *, bar: float) -> tuple[PlantedStage, ...]:
    kinds = np.array([one.kind for one in rows.examples])[rows.example]
    good = rows.acceptable & (kinds == NATURAL) & ~rows.whole
    found = []
    for kind in sorted(set(kinds.tolist()) - {NATURAL}):
        for words in PLANTED_AT:
            near = np.abs(rows.seen - words) <= _NEAR * words + _LINE_WORDS
            bad = near & (kinds == kind)
            both = bad | (near & good)
            area = auroc(good[both], chances[both])
            if not np.isnan(area):
                found.append(
                    PlantedStage(
                        kind=kind,
                        words=words,
                        examples=len(np.unique(rows.example[bad])),
                        auroc=area,
                        caught=float((chances[bad] < bar).mean()),
                    )
                )
    return tuple(found)
