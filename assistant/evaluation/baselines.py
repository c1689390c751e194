"""What simpler scorers would reach, fitted on the same folds; scikit-learn is loaded here only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.fitting.examples import Example
from assistant.confidence.fitting.table import Table
from assistant.confidence.linear import Flags, Floats
from assistant.confidence.text.words import words

_LEAST_DOCUMENTS = 2
"""A word of one draft alone teaches nothing about others."""

_MOST_WORDS = 20_000
"""Commonest words kept: more move no AUROC of ours and cost seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Probabilities of the rows marked in `rows`, both over the judged drafts.

    `within` is False where drafts of one task cannot be told apart.
    """

    name: str
    probabilities: Floats
    rows: Flags
    within: bool = True


def baselines(
    table: Table, generator: np.random.Generator
) -> tuple[tuple[Baseline, ...], tuple[str, ...]]:
    """Every baseline that the data allows, and a sentence for each that it does not."""
    examples = [one for one, natural in zip(table.examples, table.natural, strict=True) if natural]
    good, folds = table.acceptable[table.natural], table.folds[table.natural]
    every = np.ones(len(good), dtype=bool)
    lengths = np.log1p([float(len(words(one.draft.text))) for one in examples])
    prompts = [one.group for one in examples]
    drafts = [one.draft.text for one in examples]
    found = [
        Baseline(name="random", probabilities=_random(good, folds, generator), rows=every),
        Baseline(name="length", probabilities=_by_number(lengths, good, folds), rows=every),
        Baseline(
            name="task mean",
            probabilities=_rates(good, folds, [one.task for one in examples]),
            rows=every,
            within=False,
        ),
        Baseline(
            name="words of the prompt", probabilities=_by_words(prompts, good, folds), rows=every
        ),
        Baseline(
            name="words of the draft", probabilities=_by_words(drafts, good, folds), rows=every
        ),
    ]
    mean, rows = _mean_logprobs(examples)
    if _can_be_folded(good[rows], folds[rows]):
        probabilities = np.zeros(len(good))
        probabilities[rows] = _by_number(mean[rows], good[rows], folds[rows])
        found.append(Baseline(name="mean log-probability", probabilities=probabilities, rows=rows))
        return tuple(found), ()
    return tuple(found), ("mean log-probability: no log-probabilities in this data",)


def _random(good: Flags, folds: NDArray[np.int_], generator: np.random.Generator) -> Floats:
    """The share of good drafts, and nothing else: honest, and blind."""
    rates = _rates(good, folds, [""] * len(good))
    noise: Floats = generator.uniform(-1e-6, 1e-6, size=len(good))
    honest: Floats = rates.mean() + noise
    return honest


def _rates(good: Flags, folds: NDArray[np.int_], groups: Sequence[str]) -> Floats:
    names = np.array(groups)
    found = np.empty(len(good))
    for held in np.unique(folds):
        inside, outside = folds != held, folds == held
        for name in np.unique(names[outside]):
            known = good[inside & (names == name)]
            rate = known.mean() if len(known) else good[inside].mean()
            found[outside & (names == name)] = rate
    return found


def _by_number(numbers: Floats, good: Flags, folds: NDArray[np.int_]) -> Floats:
    from sklearn.linear_model import LogisticRegression

    found = np.empty(len(good))
    for held in np.unique(folds):
        inside, outside = folds != held, folds == held
        model = LogisticRegression(C=1e6).fit(numbers[inside, None], good[inside])
        found[outside] = model.predict_proba(numbers[outside, None])[:, 1]
    return found


def _by_words(texts: Sequence[str], good: Flags, folds: NDArray[np.int_]) -> Floats:
    """Logistic regression on TF-IDF (Salton and Buckley 1988); weights of words from inside a fold."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    least = min(_LEAST_DOCUMENTS, len(texts))
    counts = CountVectorizer(min_df=least, max_features=_MOST_WORDS).fit_transform(texts)
    found = np.empty(len(good))
    for held in np.unique(folds):
        inside, outside = folds != held, folds == held
        weigh = TfidfTransformer(sublinear_tf=True).fit(counts[inside])
        model = LogisticRegression(max_iter=1000).fit(weigh.transform(counts[inside]), good[inside])
        found[outside] = model.predict_proba(weigh.transform(counts[outside]))[:, 1]
    return found


def _mean_logprobs(examples: Sequence[Example]) -> tuple[Floats, Flags]:
    rows = np.array([bool(one.draft.logprobs) for one in examples])
    means = [
        float(np.mean([token.logprob for token in one.draft.logprobs]))
        if one.draft.logprobs
        else 0.0
        for one in examples
    ]
    return np.array(means), rows


def _can_be_folded(good: Flags, folds: NDArray[np.int_]) -> bool:
    """Whether both kinds are left outside every fold."""
    return len(good) > 0 and all(
        len(np.unique(good[folds != held])) > 1 for held in np.unique(folds)
    )
