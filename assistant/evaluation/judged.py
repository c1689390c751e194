"""Judged drafts of a table as arrays, with the weights of their resamples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.fitting.table import Table
from assistant.confidence.linear import Flags, Floats

THIRD = 1 / 3
TENTH = 1 / 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row a judged draft.

    `good_third` and `good_tenth` are drafts above the worst third and tenth of all rows by `scores`;
    `prompts` numbers the prompts from 0; `params_b` is NaN where unknown. `weights` has a line for
    the data and one for each resample, shape (lines, rows).
    """

    scores: Floats
    good_third: Flags
    good_tenth: Flags
    tasks: NDArray[np.str_]
    models: NDArray[np.str_]
    params_b: Floats
    prompts: NDArray[np.int_]
    weights: Floats

    def __len__(self) -> int:
        return len(self.scores)

    def only(self, rows: Flags) -> Judged:
        """The marked rows; what counts as bad stays as it was over all of them."""
        return Judged(
            scores=self.scores[rows],
            good_third=self.good_third[rows],
            good_tenth=self.good_tenth[rows],
            tasks=self.tasks[rows],
            models=self.models[rows],
            params_b=self.params_b[rows],
            prompts=self.prompts[rows],
            weights=self.weights[:, rows],
        )

    def once(self) -> Judged:
        """The same rows with the line of the data alone, where no interval is wanted."""
        return replace(self, weights=self.weights[:1])


def judged(table: Table, rows: Sequence[JudgedRow], weights: Floats) -> Judged:
    """The natural examples of a table with the scores of their rows, in the table's order.

    Args:
        table: All examples; excerpts and planted defects are passed over.
        rows: The judged rows behind the natural examples, in any order.
        weights: `prompt_weights` of all examples, shape (lines, examples).

    Raises:
        ValueError: a natural example has no row of its own.
    """
    natural = [
        one for one, is_natural in zip(table.examples, table.natural, strict=True) if is_natural
    ]
    waiting: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
    for row in rows:
        waiting[row.prompt, row.model, row.response].append(row.score)
    scores = []
    for example in natural:
        same = waiting[example.group, example.model, example.draft.text]
        if not same:
            message = (
                f"a judged draft of model {example.model!r} in the table has no row; give all rows"
            )
            raise ValueError(message)
        scores.append(same.pop())
    values = np.array(scores)
    return Judged(
        scores=values,
        good_third=values > np.quantile(values, THIRD),
        good_tenth=values > np.quantile(values, TENTH),
        tasks=np.array([example.task for example in natural]),
        models=np.array([example.model for example in natural]),
        params_b=np.array(
            [np.nan if one.params_b is None else one.params_b for one in natural], dtype=np.float64
        ),
        prompts=prompt_numbers([example.group for example in natural]),
        weights=weights[:, table.natural],
    )


def prompt_numbers(prompts: Sequence[str]) -> NDArray[np.int_]:
    """Prompts as numbers from 0 in the order of their text."""
    return np.unique(np.array(prompts, dtype=object), return_inverse=True)[1].astype(int)
