"""Fits both heads of an artefact: out of fold first, to know how they hold, then on everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import Artefact, Head, HeadMetrics, HeldOut, Origin
from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.assemble import Examples, examples_of
from assistant.confidence.fitting.defects import KIND_WEIGHT, NOTHING_WEIGHT, SLIGHT_WEIGHT
from assistant.confidence.fitting.examples import EXCERPT, EXCERPT_WEIGHT, NATURAL
from assistant.confidence.fitting.held_out import baselines, head_metrics
from assistant.confidence.fitting.logistic import fit_linear, fit_platt
from assistant.confidence.fitting.out_of_fold import held_out_logits, out_of_fold
from assistant.confidence.fitting.rows import JudgedRow, data_fingerprint
from assistant.confidence.fitting.table import Table, tabulate

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
    without_vectors = [column for column, one in enumerate(FEATURES) if not one.needs_vectors]
    full, full_metrics = _head(table, list(range(len(FEATURES))))
    text, text_metrics = _head(table, without_vectors)
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
    ).sealed()


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
            f" {KIND_WEIGHT:g} of the judged drafts, {NOTHING_WEIGHT:g} where nothing was written,"
            f" {SLIGHT_WEIGHT:g} for slight ones"
        ),
    )


def _head(table: Table, columns: list[int]) -> tuple[Head, HeadMetrics]:
    metrics = head_metrics(table.examples, table.acceptable, out_of_fold(table, columns))
    logits = held_out_logits(table, columns)
    linear = fit_linear(table.values, table.acceptable, table.weights, columns)
    slope, offset = fit_platt(logits[table.natural], table.acceptable[table.natural])
    head = Head(
        weights=linear.named(),
        intercept=round(linear.intercept, _DIGITS),
        slope=round(slope, _DIGITS),
        offset=round(offset, _DIGITS),
    )
    return head, metrics
