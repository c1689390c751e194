"""Drafting models joined with large ones, prompt by prompt."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.fitting.held_out import DRAFTING_BILLIONS
from assistant.confidence.linear import Floats
from assistant.evaluation.deferral import Curves, apgr, cpt, curves, on_grid, skill
from assistant.evaluation.judged import Judged
from assistant.evaluation.resampling import estimate, mean_of_known
from assistant.evaluation.result import LeftOut, Pair

GRID = np.linspace(0, 1, 41)
"""Escalation shares at which curves are drawn."""

NUMBERS = ("apgr", "skill", "cpt50", "cpt80")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A drafting model and a large one; `drafts` and `texts` are row numbers, one a prompt.

    Of several texts of a model for one prompt the last counts.
    """

    small: str
    large: str
    drafts: NDArray[np.intp]
    texts: NDArray[np.intp]

    def curves(self, judged: Judged, order: Floats) -> Curves:
        """Curves of escalating by a number that each row has, shape (rows,), lowest first."""
        scores = judged.scores
        return curves(
            order[self.drafts],
            scores[self.drafts],
            scores[self.texts],
            judged.weights[:, self.drafts],
        )

    def oracle(self, judged: Judged) -> Curves:
        """Curves of escalating first where it gains most, which nobody can know beforehand."""
        gain = np.full(len(judged), np.nan)
        gain[self.drafts] = judged.scores[self.texts] - judged.scores[self.drafts]
        return self.curves(judged, -gain)

    def qualities(self, judged: Judged) -> tuple[float, float]:
        """Mean judged score of the small and of the large model over the prompts of both."""
        return float(judged.scores[self.drafts].mean()), float(judged.scores[self.texts].mean())


def join(judged: Judged) -> tuple[list[Joined], list[LeftOut]]:
    """Every pair whose large model is better, and the others with the reason."""
    sizes = dict(zip(judged.models.tolist(), judged.params_b.tolist(), strict=True))
    small = sorted(name for name, size in sizes.items() if size < DRAFTING_BILLIONS)
    large = sorted(name for name, size in sizes.items() if size >= DRAFTING_BILLIONS)
    kept, left_out = [], []
    for first in small:
        for second in large:
            pair = _joined(judged, first, second)
            reason = _no_gap(pair, judged)
            if reason:
                left_out.append(LeftOut(small=first, large=second, reason=reason))
            else:
                kept.append(pair)
    return kept, left_out


def pair_of(pair: Joined, judged: Judged, probabilities: Floats) -> Pair:
    """Everything told about a pair."""
    numbers = {
        name: estimate(values) for name, values in _numbers(pair, judged, probabilities).items()
    }
    small, large = pair.qualities(judged)
    return Pair(
        small=pair.small,
        large=pair.large,
        prompts=len(pair.drafts),
        quality_small=small,
        quality_large=large,
        known=estimate(apgr(pair.curves(judged, judged.scores))),
        **numbers,
    )


def mean_numbers(pairs: list[Joined], judged: Judged, probabilities: Floats) -> dict[str, Floats]:
    """`NUMBERS` on each line of weights: mean over drafting models of the mean over their pairs."""
    of_model: defaultdict[str, list[dict[str, Floats]]] = defaultdict(list)
    for pair in pairs:
        of_model[pair.small].append(_numbers(pair, judged, probabilities))
    if not pairs:
        return {name: np.full(len(judged.weights), np.nan) for name in NUMBERS}
    return {
        name: mean_of_known(
            np.array(
                [
                    mean_of_known(np.array([one[name] for one in numbers]))
                    for numbers in of_model.values()
                ]
            )
        )
        for name in NUMBERS
    }


def mean_curve(pairs: list[Joined], judged: Judged, order: Floats | None) -> Floats:
    """Mean PGR over the pairs at the shares of `GRID`; without an order, the oracle's."""
    data = judged.once()
    found = [pair.oracle(data) if order is None else pair.curves(data, order) for pair in pairs]
    result: Floats = np.mean([on_grid(one, GRID) for one in found], axis=0)
    return result


def _numbers(pair: Joined, judged: Judged, probabilities: Floats) -> dict[str, Floats]:
    found = pair.curves(judged, probabilities)
    reached = apgr(found)
    known = apgr(pair.curves(judged, judged.scores))
    return {
        "apgr": reached,
        "skill": skill(reached, known),
        "cpt50": cpt(found, 0.5),
        "cpt80": cpt(found, 0.8),
    }


def _joined(judged: Judged, small: str, large: str) -> Joined:
    drafts = {int(judged.prompts[row]): row for row in np.flatnonzero(judged.models == small)}
    texts = {int(judged.prompts[row]): row for row in np.flatnonzero(judged.models == large)}
    both = sorted(drafts.keys() & texts.keys())
    return Joined(
        small=small,
        large=large,
        drafts=np.array([drafts[prompt] for prompt in both], dtype=np.intp),
        texts=np.array([texts[prompt] for prompt in both], dtype=np.intp),
    )


def _no_gap(pair: Joined, judged: Judged) -> str:
    if not len(pair.drafts):
        return "no prompt was answered by both"
    small, large = pair.qualities(judged)
    if large <= small:
        return f"the large model is not better here ({large:.3f} against {small:.3f})"
    return ""
