"""Puts together all that a fit learns from, the same for the same rows in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from assistant.confidence.fitting.defects import planted
from assistant.confidence.fitting.examples import Example, bare, excerpts, natural_examples
from assistant.confidence.fitting.rows import JudgedRow, in_order
from assistant.confidence.reading import Reading

BOTTOM = 1 / 3
"""Share of judged drafts below the bar: what an editor would send back; smaller shares are as
learnable but leave too few examples."""

SEED = 20261121
"""Seeds excerpts and planted defects; any will do, this one is fixed so that fits repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """All examples, and the judged score above which a draft counts as acceptable."""

    examples: tuple[Example, ...]
    bar: float


def examples_of(rows: Sequence[JudgedRow]) -> Examples:
    """Judged drafts, then excerpts of them, then planted defects."""
    ordered = in_order(rows)
    bar = float(np.quantile([row.score for row in ordered], BOTTOM))
    natural = natural_examples(ordered, bar=bar)
    generator = Random(SEED)  # noqa: S311 - repeatable examples, nothing secret
    every = (
        *natural,
        *excerpts(natural, generator),
        *planted([bare(one) for one in natural], generator),
    )
    return Examples(examples=every, bar=bar)


def passages_of(examples: Sequence[Example]) -> list[str]:
    """Every passage whose vector a fit needs, once each."""
    found: dict[str, None] = {}
    for example in examples:
        found.update(dict.fromkeys(Reading(example.draft).passages.flat()))
    return list(found)
