"""What log-probabilities and the agreement of samples add to reading a draft's text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.checks import run_checks
from assistant.confidence.features import FEATURES
from assistant.confidence.features.base import Feature, View
from assistant.confidence.fitting.examples import Example, natural_examples
from assistant.confidence.fitting.out_of_fold import out_of_fold
from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.fitting.table import FOLDS, Table, fold_of
from assistant.confidence.linear import Flags, Floats
from assistant.confidence.reading import Reading
from assistant.errors import DataError
from assistant.evaluation.resampling import DEFAULT_RESAMPLES, estimate, measured, prompt_weights
from assistant.evaluation.result import Estimate
from assistant.evaluation.separation import aurocs, mean_auroc_within

TEXT = "text"

_KIND_MEAN = "kind mean"

_ONLY_LOGPROBS = "mean_logprob"

_SMOOTHING = 2.0
"""Drafts of the average kind that every kind's mean starts from: kinds are small in a fold."""

_LEAST_OF_EACH = 20
"""Acceptable and other drafts without which folds have nothing to learn from."""

_LABEL_BAR = 0.5
"""Never used: collected rows carry their verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """AUROC of finding acceptable drafts by one score, pooled and as the mean within kinds.

    `gain` and `gain_within` are the differences to the text features on the same resamples. The mean
    of a kind cannot tell drafts within it apart: `within` and `gain_within` are None for it.
    """

    name: str
    pooled: Estimate
    within: Estimate | None
    gain: Estimate
    gain_within: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GainReport:
    """The scores compared on the drafts of one temperature, None being all of them."""

    temperature: float | None
    drafts: int
    prompts: int
    acceptable: float
    lines: tuple[Line, ...]


def logprob_gain(
    rows: Sequence[JudgedRow],
    generator: np.random.Generator,
    *,
    resamples: int = DEFAULT_RESAMPLES,
) -> tuple[GainReport, ...]:
    """All temperatures together, then each; out of fold, folds and resamples grouped by prompt.

    Models are fitted on all temperatures together, as the one scorer of a tier would be. Embeddings are
    left out on both sides.

    Args:
        rows: Collected drafts with their verdicts, log-probabilities, kinds and temperatures.
        generator: Source of the bootstrap's chance.
        resamples: Resamples behind each interval.

    Raises:
        DataError: too few drafts of either verdict, or none has log-probabilities.
    """
    _check(rows)
    table = _table(natural_examples(rows, bar=_LABEL_BAR))
    kinds = np.array([row.kind or row.task for row in rows])
    scores = _scores(table, kinds)
    temperatures = np.array(
        [np.nan if row.temperature is None else row.temperature for row in rows], dtype=np.float64
    )
    known = np.unique(temperatures[~np.isnan(temperatures)])
    compared = _Compared(table=table, kinds=kinds, scores=scores)
    everything = compared.report(None, np.ones(len(rows), dtype=bool), generator, resamples)
    each = [compared.report(float(one), temperatures == one, generator, resamples) for one in known]
    return (everything, *each) if len(known) > 1 else (everything,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    table: Table
    kinds: NDArray[np.str_]
    scores: dict[str, Floats]

    def report(
        self,
        temperature: float | None,
        inside: Flags,
        generator: np.random.Generator,
        resamples: int,
    ) -> GainReport:
        groups = [one.group for one, kept in zip(self.table.examples, inside, strict=True) if kept]
        prompts = np.unique(np.array(groups, dtype=object), return_inverse=True)[1].astype(int)
        weights = prompt_weights(prompts, resamples=resamples, generator=generator)
        good, kinds = self.table.acceptable[inside], self.kinds[inside]
        pooled = {name: aurocs(good, one[inside], weights) for name, one in self.scores.items()}
        within = {
            name: mean_auroc_within(good, one[inside], weights, kinds)
            for name, one in self.scores.items()
        }
        return GainReport(
            temperature=temperature,
            drafts=len(groups),
            prompts=len(set(groups)),
            acceptable=float(good.mean()),
            lines=tuple(
                Line(
                    name=name,
                    pooled=measured(pooled[name]),
                    within=_within(name, within[name]),
                    gain=measured(pooled[name] - pooled[TEXT]),
                    gain_within=_within(name, within[name] - within[TEXT]),
                )
                for name in self.scores
            ),
        )


def _within(name: str, values: Floats) -> Estimate | None:
    return None if name == _KIND_MEAN else estimate(values)


def _scores(table: Table, kinds: NDArray[np.str_]) -> dict[str, Floats]:
    """Every score compared, by name, each of shape (rows,); higher is better."""
    mean = table.values[:, [one.name for one in FEATURES].index(_ONLY_LOGPROBS)]

    def fitted(use: Callable[[Feature], bool]) -> Floats:
        return out_of_fold(table, [at for at, one in enumerate(FEATURES) if use(one)])

    return {
        _KIND_MEAN: _kind_means(table, kinds),
        "mean logprob": np.nan_to_num(mean, nan=float(np.nanmean(mean))),
        "logprobs": fitted(lambda one: one.family == "logprob"),
        TEXT: fitted(_of_text),
        "text + logprobs": fitted(lambda one: _of_text(one) or one.family == "logprob"),
        "text + agreement": fitted(lambda one: _of_text(one) or one.family == "agreement"),
        "text + both": fitted(lambda one: _of_text(one) or one.family in {"logprob", "agreement"}),
    }


def _of_text(feature: Feature) -> bool:
    """Whether it reads the text alone; the check of low log-probabilities does not."""
    reads_more = feature.family in {"logprob", "agreement"} or feature.name == "low_logprob"
    return not (reads_more or feature.needs_vectors)


def _kind_means(table: Table, kinds: NDArray[np.str_]) -> Floats:
    """Share of acceptable drafts of the row's kind in the other folds, drawn towards that of all."""
    means = np.empty(len(kinds))
    for fold in range(FOLDS):
        outside, inside = table.folds == fold, table.folds != fold
        overall = table.acceptable[inside].mean()
        for kind in np.unique(kinds[outside]):
            same = table.acceptable[inside & (kinds == kind)]
            smoothed = (same.sum() + _SMOOTHING * overall) / (len(same) + _SMOOTHING)
            means[outside & (kinds == kind)] = smoothed
    return means


def _table(examples: Sequence[Example]) -> Table:
    """The examples with all features that need no vectors."""
    return Table(
        examples=tuple(examples),
        values=np.array([_measured(example) for example in examples]),
        acceptable=np.array([example.acceptable for example in examples]),
        target=np.array([example.target for example in examples]),
        weights=np.ones(len(examples)),
        natural=np.ones(len(examples), dtype=bool),
        folds=np.array([fold_of(example.group) for example in examples]),
    )


def _measured(example: Example) -> list[float]:
    reading = Reading(example.draft)
    checks = {check.name: check for check in run_checks(reading)}
    view = View(reading=reading, checks=checks, relations=None)
    return [feature.measure(view) for feature in FEATURES]


def _check(rows: Sequence[JudgedRow]) -> None:
    unlabelled = next((row.id for row in rows if row.acceptable is None), None)
    if unlabelled is not None:
        message = (
            f"row {unlabelled!r} says not whether it is `acceptable`; give a file written by"
            " `inkladder confidence collect`"
        )
        raise DataError(message)
    good = sum(row.acceptable is True for row in rows)
    if min(good, len(rows) - good) < _LEAST_OF_EACH:
        message = (
            f"{good} of {len(rows)} drafts are acceptable: at least {_LEAST_OF_EACH} must be and"
            f" {_LEAST_OF_EACH} must not; collect more with a higher --per-kind"
        )
        raise DataError(message)
    if not any(row.logprobs for row in rows):
        message = "no draft has log-probabilities; collect with an engine that tells them"
        raise DataError(message)
