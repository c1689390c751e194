"""Calibration drafts drawn from traffic whose risk at each threshold is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import Artefact, ScoreCounts, load_artefact

Floats = NDArray[np.float64]

_CELLS = np.arange(100)
_MIDDLE: Floats = (_CELLS + 0.5) / 100


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Drafts by hundredth of their score: how frequent, and with which chance not acceptable.

    `alike` is the chance that a draft has the score and the fate of its prompt instead of its own. Only
    the `heavy` share of prompts has `drafts_per_prompt`, the others have one.
    """

    shares: Floats
    risks: Floats
    prompts: int
    drafts_per_prompt: int = 1
    alike: float = 0.0
    heavy: float = 1.0

    def risk_from(self, threshold: float) -> float:
        """The true share of bad ones among drafts that score `threshold` or more."""
        above = round(threshold, 2) * 100 <= _CELLS + 1e-9
        return float((self.shares * self.risks)[above].sum() / self.shares[above].sum())

    def draw(self, generator: np.random.Generator) -> ScoreCounts:
        """One calibration set."""
        heavy = generator.uniform(size=self.prompts) < self.heavy
        drafts = np.where(heavy, self.drafts_per_prompt, 1)
        common, common_bad = self._judged(generator, self.prompts)
        own, own_bad = self._judged(generator, int(drafts.sum()))
        alike = generator.uniform(size=len(own)) < self.alike
        at = np.where(alike, np.repeat(common, drafts), own)
        bad = np.where(alike, np.repeat(common_bad, drafts), own_bad)
        every = np.bincount(at, minlength=100)
        wrong = np.bincount(at, weights=bad, minlength=100)
        cells = [(int(c), int(every[c]), int(wrong[c])) for c in _CELLS if every[c]]
        worth = int(drafts.sum() ** 2 / np.square(drafts).sum())
        return ScoreCounts(task=None, prompts=worth, cells=tuple(cells))

    def _judged(
        self, generator: np.random.Generator, count: int
    ) -> tuple[NDArray[np.int_], NDArray[np.bool_]]:
        at = generator.choice(_CELLS, size=count, p=self.shares)
        return at, generator.uniform(size=count) < self.risks[at]


def scores_like(a: float, b: float) -> Floats:
    """Shares of a Beta(a, b) spread of scores."""
    density = _MIDDLE ** (a - 1) * (1 - _MIDDLE) ** (b - 1)
    shares: Floats = density / density.sum()
    return shares


def risks_by(risk: Callable[[float], float]) -> Floats:
    """The chance of being bad at each score."""
    return np.array([min(1.0, max(0.0, risk(float(score)))) for score in _MIDDLE])


def artefact_with(*cells: tuple[int, int, int], prompts: int | None = None) -> Artefact:
    """The shipped artefact with these calibration drafts of all tasks, a prompt for each by default."""
    drafts = sum(drafts for _, drafts, _ in cells)
    counts = ScoreCounts(task=None, prompts=drafts if prompts is None else prompts, cells=cells)
    return load_artefact().model_copy(update={"counts": (counts,)}).sealed()
