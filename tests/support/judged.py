"""A made-up judge's drafts as rows and as a table, with no text that takes time to read."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.examples import NATURAL, Example, natural_examples
from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.fitting.table import Table, fold_of
from assistant.confidence.linear import Floats

TASKS = ("chat", "draft", "summarize", "continue")
WRITERS = {"small-a": 7.0, "small-b": 8.0, "large": 70.0}

COLUMNS = [0, 1, 2, 3]
"""Features that know something; all others are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Rows, their table (with one planted fault a prompt), and a score for every example."""

    rows: list[JudgedRow]
    table: Table
    probabilities: Floats


def judged_rows_of(prompts: int, *, seed: int = 3) -> list[JudgedRow]:
    """Three writers on each prompt; the large one is better, and some tasks are harder."""
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(prompts):
        task = TASKS[number % len(TASKS)]
        ease = 0.08 * (number % len(TASKS))
        for writer, size in WRITERS.items():
            score = 0.5 + ease + 0.1 * (size > 10) + generator.normal(0, 0.15)
            rows.append(
                JudgedRow(
                    prompt=f"Say thing {number} in a line.",
                    response=f"Thing {number}, as {writer} says it, is a pleasant one.",
                    score=round(float(np.clip(score, 0, 1)), 4),
                    task=task,
                    model=writer,
                    params_b=size,
                )
            )
    return rows


def made(prompts: int = 60, *, seed: int = 3) -> Made:
    """A table whose first features follow the judge's score with noise, as the signs allow."""
    rows = judged_rows_of(prompts, seed=seed)
    bar = float(np.quantile([row.score for row in rows], 1 / 3))
    natural = natural_examples(rows, bar=bar)
    bases = [one for one in natural if one.acceptable][:prompts]
    faulty = [replace(one, acceptable=False, target=0.0, kind="loop", weight=0.1) for one in bases]
    examples = [*natural, *faulty]
    quality = np.array([row.score for row in rows] + [0.05] * len(faulty))
    generator = np.random.default_rng(seed + 1)
    noise = generator.normal(0, 0.15, size=(len(examples), len(FEATURES)))
    signs = np.array([-1.0 if feature.sign < 0 else 1.0 for feature in FEATURES])
    seen = quality + generator.normal(0, 0.1, size=len(examples))
    return Made(
        rows=rows,
        table=_table(examples, signs * (quality[:, None] + noise)),
        probabilities=np.clip(seen, 0.01, 0.99),
    )


def _table(examples: list[Example], values: Floats) -> Table:
    return Table(
        examples=tuple(examples),
        values=values,
        acceptable=np.array([one.acceptable for one in examples]),
        target=np.array([one.target for one in examples]),
        weights=np.array([one.weight for one in examples]),
        natural=np.array([one.kind == NATURAL for one in examples]),
        folds=np.array([fold_of(one.group) for one in examples]),
    )
