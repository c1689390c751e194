"""How the passages of a draft relate in meaning: to the request, to the source, to each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.passages import Passages

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """Unit vectors of the three texts' passages, one row each; a text may have none."""

    ask: Vectors
    source: Vectors
    draft: Vectors

    @classmethod
    def split(cls, passages: Passages, vectors: Vectors) -> Relations:
        """Cuts the rows of `passages.flat()` apart.

        Raises:
            ValueError: there are not as many rows as passages.
        """
        expected = len(passages.flat())
        if vectors.ndim != 2 or len(vectors) != expected:  # noqa: PLR2004 - rows and columns
            message = (
                f"expected {expected} vectors, one for each passage, got shape {vectors.shape}"
            )
            raise ValueError(message)
        asked, given = len(passages.ask), len(passages.ask) + len(passages.source)
        return cls(ask=vectors[:asked], source=vectors[asked:given], draft=vectors[given:])


def centre(vectors: Vectors) -> Vectors:
    """The unit vector of the mean direction."""
    mean: Vectors = vectors.mean(axis=0)
    norm = float(np.linalg.norm(mean))
    return mean / norm if norm else mean


def similarity(first: Vectors, second: Vectors) -> float:
    """Cosine of the mean directions of two texts."""
    return float(centre(first) @ centre(second))


def best_matches(targets: Vectors, candidates: Vectors) -> Vectors:
    """For each target passage, the similarity of the nearest candidate."""
    best: Vectors = (targets @ candidates.T).max(axis=1)
    return best


def neighbours(vectors: Vectors) -> Vectors:
    """Similarity of each passage to the next."""
    return np.array([float(a @ b) for a, b in pairwise(vectors)], dtype=np.float32)


def earlier_matches(vectors: Vectors) -> Vectors:
    """For each passage from the second on, the similarity of the nearest earlier one."""
    table = vectors @ vectors.T
    return np.array([table[row, :row].max() for row in range(1, len(vectors))], dtype=np.float32)
