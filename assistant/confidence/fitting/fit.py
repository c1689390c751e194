"""Fits both heads of an artefact: out of fold first, to know how they hold, then on everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import Artefact, Head, HeadMetrics, HeldOut, Origin
from assistant.confidence.checks import run_checks
from assistant.confidence.features import FEATURES
from assistant.confidence.features.base import View
from assistant.confidence.fitting.assemble import Examples, examples_of
from assistant.confidence.fitting.defects import KIND_WEIGHT, NOTHING_WEIGHT, SLIGHT_WEIGHT
from assistant.confidence.fitting.examples import EXCERPT, EXCERPT_WEIGHT, NATURAL, Example
from assistant.confidence.fitting.held_out import baselines, head_metrics
from assistant.confidence.fitting.logistic import fit_linear, fit_platt
from assistant.confidence.fitting.rows import JudgedRow, data_fingerprint
from assistant.confidence.linear import Flags, Floats
from assistant.confidence.reading import Reading
from assistant.confidence.relations import Relations

FOLDS = 5
"""Folds by prompt: a model must not know a prompt that it is tested on."""

_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where judged drafts come from, for the artefact."""

    name: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Examples with their features, in one order."""

    examples: tuple[Example, ...]
    values: Floats
    acceptable: Flags
    weights: Floats
    natural: Flags
    folds: NDArray[np.int_]


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
    table = _table(assembled.examples, vectors)
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


def fold_of(prompt: str) -> int:
    """The fold of a prompt, from its content alone."""
    return int.from_bytes(sha256(prompt.encode("utf-8", "surrogatepass")).digest()[:4]) % FOLDS


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


def _table(examples: tuple[Example, ...], vectors: Mapping[str, NDArray[np.float32]]) -> _Table:
    return _Table(
        examples=examples,
        values=np.array([_measured(example, vectors) for example in examples]),
        acceptable=np.array([example.acceptable for example in examples]),
        weights=np.array([example.weight for example in examples]),
        natural=np.array([example.kind == NATURAL for example in examples]),
        folds=np.array([fold_of(example.group) for example in examples]),
    )


def _measured(example: Example, vectors: Mapping[str, NDArray[np.float32]]) -> list[float]:
    reading = Reading(example.draft)
    passages = reading.passages
    rows = np.array([vectors[passage] for passage in passages.flat()], dtype=np.float32)
    relations = Relations.split(passages, rows.reshape(len(passages.flat()), -1))
    checks = {check.name: check for check in run_checks(reading)}
    view = View(reading=reading, checks=checks, relations=relations)
    return [feature.measure(view) for feature in FEATURES]


def _head(table: _Table, columns: list[int]) -> tuple[Head, HeadMetrics]:
    logits = _out_of_fold(table, columns)
    metrics = head_metrics(table.examples, table.acceptable, _calibrated(table, logits))
    linear = fit_linear(table.values, table.acceptable, table.weights, columns)
    slope, offset = fit_platt(logits[table.natural], table.acceptable[table.natural])
    head = Head(
        weights=linear.named(),
        intercept=round(linear.intercept, _DIGITS),
        slope=round(slope, _DIGITS),
        offset=round(offset, _DIGITS),
    )
    return head, metrics


def _out_of_fold(table: _Table, columns: list[int]) -> Floats:
    logits = np.empty(len(table.values))
    for fold in range(FOLDS):
        inside, outside = table.folds != fold, table.folds == fold
        linear = fit_linear(
            table.values[inside], table.acceptable[inside], table.weights[inside], columns
        )
        logits[outside] = linear.logits(table.values[outside])
    return logits


def _calibrated(table: _Table, logits: Floats) -> Floats:
    """Probabilities whose calibration, too, was fitted on the other folds' judged drafts."""
    log_odds = np.empty(len(logits))
    for fold in range(FOLDS):
        inside, outside = (table.folds != fold) & table.natural, table.folds == fold
        slope, offset = fit_platt(logits[inside], table.acceptable[inside])
        log_odds[outside] = slope * logits[outside] + offset
    probabilities: Floats = 1 / (1 + np.exp(-log_odds))
    return probabilities
