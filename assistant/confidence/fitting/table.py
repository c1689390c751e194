"""All examples of a fit with their features, in one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.checks import run_checks
from assistant.confidence.features import FEATURES
from assistant.confidence.features.base import View
from assistant.confidence.fitting.additive import Learn
from assistant.confidence.fitting.examples import EXCERPT, NATURAL, Example
from assistant.confidence.linear import Flags, Floats
from assistant.confidence.reading import Reading
from assistant.confidence.relations import Relations

FOLDS = 5
"""Folds by prompt: a model must not know a prompt that it is tested on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Examples, one row each.

    `values` has a column for each of `FEATURES`, NaN where it does not apply. `target` is
    the probability of being acceptable that a fit aims at. `natural` marks judged drafts, apart from excerpts of them and planted defects.
    """

    examples: tuple[Example, ...]
    values: Floats
    acceptable: Flags
    target: Floats
    weights: Floats
    natural: Flags
    folds: NDArray[np.int_]

    def learn(self, rows: Flags) -> Learn:
        """What a model of these rows learns from."""
        judged = np.array([example.kind in {NATURAL, EXCERPT} for example in self.examples])
        return Learn(
            values=self.values[rows],
            target=self.target[rows],
            mass=self.weights[rows],
            judged=judged[rows],
        )


def tabulate(examples: Sequence[Example], vectors: Mapping[str, NDArray[np.float32]]) -> Table:
    """Measures all features; `vectors` holds a unit vector for each passage of the examples."""
    return Table(
        examples=tuple(examples),
        values=np.array([_measured(example, vectors) for example in examples]),
        acceptable=np.array([example.acceptable for example in examples]),
        target=np.array([example.target for example in examples]),
        weights=np.array([example.weight for example in examples]),
        natural=np.array([example.kind == NATURAL for example in examples]),
        folds=np.array([fold_of(example.group) for example in examples]),
    )


def fold_of(prompt: str) -> int:
    """The fold of a prompt, from its content alone."""
    return int.from_bytes(sha256(prompt.encode("utf-8", "surrogatepass")).digest()[:4]) % FOLDS


def _measured(example: Example, vectors: Mapping[str, NDArray[np.float32]]) -> list[float]:
    reading = Reading(example.draft)
    passages = reading.passages
    rows = np.array([vectors[passage] for passage in passages.flat()], dtype=np.float32)
    relations = Relations.split(passages, rows.reshape(len(passages.flat()), -1))
    checks = {check.name: check for check in run_checks(reading)}
    view = View(reading=reading, checks=checks, relations=relations)
    return [feature.measure(view) for feature in FEATURES]
