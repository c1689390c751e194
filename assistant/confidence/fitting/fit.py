"""Fits both heads of an artefact: out of fold first, to know how they hold, then on everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import (
    Artefact,
    Head,
    HeadMetrics,
    HeldOut,
    Origin,
    Reference,
    ScoreCounts,
)
from assistant.confidence.drift import reference_of
from assistant.confidence.features import FEATURES, USED
from assistant.confidence.fitting.additive import fit_additive
from assistant.confidence.fitting.assemble import Examples, examples_of
from assistant.confidence.fitting.calibrate import fit_bend
from assistant.confidence.fitting.counting import score_counts
from assistant.confidence.fitting.defects import GRAVE_WEIGHT, KIND_WEIGHT, SLIGHT_WEIGHT
from assistant.confidence.fitting.examples import EXCERPT, EXCERPT_WEIGHT, NATURAL
from assistant.confidence.fitting.held_out import baselines, drafting, head_metrics
from assistant.confidence.fitting.out_of_fold import held_out_chances, held_out_logits
from assistant.confidence.fitting.rows import JudgedRow, data_fingerprint
from assistant.confidence.fitting.table import Table, tabulate
from assistant.confidence.linear import Floats
from assistant.types import Task

_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where judged drafts come from, for the artefact."""

    name: str
    licence: str


def fit(
    rows: Sequence[JudgedRow],
    vectors: Mapping[str, NDArray[np.float32]],
    *,
    embedder: str,
    source: Source,
) -> Artefact:
    """The sealed artefact; `vectors` holds a unit vector for each of `passages_of` the examples.

    The same rows in any order, on the same versions of the libraries, give the same bytes.
    """
    assembled = examples_of(rows)
    table = tabulate(assembled.examples, vectors)
    columns = list(USED)
    without_vectors = [column for column in columns if not FEATURES[column].needs_vectors]
    full, full_metrics, honest = _head(table, columns)
    text, text_metrics, _ = _head(table, without_vectors)
    return Artefact(
        embedder=embedder,
        origin=_origin(rows, assembled, source),
        full=full,
        text=text,
        held_out=HeldOut(
            full=full_metrics,
            text=text_metrics,
            baselines=baselines(table.examples, table.acceptable, table.folds),
        ),
        counts=_counts(table, honest),
        reference=_reference(table, honest, full),
    ).sealed()


def _counts(table: Table, honest: Floats) -> tuple[ScoreCounts, ...]:
    """Held-out scores of the drafting models' drafts: all together, and of each task."""
    rows = np.flatnonzero(drafting(table.examples)).tolist()
    tasks = [table.examples[row].draft.request.task for row in rows]
    chosen: list[tuple[Task | None, list[int]]] = [(None, rows)]
    chosen += [
        (task, [row for row, one in zip(rows, tasks, strict=True) if one == task])
        for task in sorted(set(tasks))
    ]
    return tuple(
        score_counts(
            honest[some],
            table.acceptable[some],
            [table.examples[row].group for row in some],
            task=task,
        )
        for task, some in chosen
        if some
    )


def _reference(table: Table, honest: Floats, head: Head) -> Reference:
    rows = drafting(table.examples)
    place = {feature.name: at for at, feature in enumerate(FEATURES)}
    values = {curve.feature: table.values[rows, place[curve.feature]] for curve in head.curves}
    return reference_of(honest[rows], values)


def _origin(rows: Sequence[JudgedRow], assembled: Examples, source: Source) -> Origin:
    kinds = [example.kind for example in assembled.examples]
    return Origin(
        source=source.name,
        licence=source.licence,
        data_fingerprint=data_fingerprint(rows),
        rows=len(rows),
        prompts=len({row.prompt for row in rows}),
        excerpts=kinds.count(EXCERPT),
        planted=len(kinds) - kinds.count(EXCERPT) - kinds.count(NATURAL),
        label="acceptable: judged above the bottom third of the data (score above `bar`)",
        bar=round(assembled.bar, _DIGITS),
        weighting=(
            f"judged drafts 1 each, excerpts {EXCERPT_WEIGHT:g}; each planted kind together"
            f" {KIND_WEIGHT:g} of the judged drafts, {GRAVE_WEIGHT:g} for grave ones,"
            f" {SLIGHT_WEIGHT:g} for slight ones"
        ),
    )


def _head(table: Table, columns: list[int]) -> tuple[Head, HeadMetrics, Floats]:
    """The head, how it holds, and held-out scores of all examples."""
    logits = held_out_logits(table, columns)
    honest = held_out_chances(table, logits)
    model = fit_additive(table.learn(np.ones(len(table.values), dtype=bool)), columns)
    head = Head(
        curves=model.curves,
        intercept=model.intercept,
        bend=fit_bend(logits[table.natural], table.acceptable[table.natural]),
        slope=1.0,
        offset=0.0,
    )
    return head, head_metrics(table.examples, table.acceptable, honest), honest
