"""What a gate does that releases a draft by segments, each judged on all that is written so far.

Scores of beginnings are forecasts of one outcome, and forecasts that are revised wander: the lowest of
twenty is far below the last. Held against the bar of the whole draft, beginnings would be deferred more
often than drafts; so their bar lies lower, by the allowance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.confidence.linear import Flags, Floats
from assistant.evaluation.judged import prompt_numbers
from assistant.evaluation.resampling import measured, prompt_weights
from assistant.evaluation.result import Estimate

ALLOWANCES = tuple(round(0.01 * step, 2) for step in range(31))
"""Those that one is chosen from."""

TOLERANCE = 0.02
"""Share of all drafts that the gate may defer beyond those that the whole draft's bar defers."""

BAR = 0.6
"""Bar of whole drafts in the shipped policies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A judged draft as a gate sees it.

    `scores` are those of its beginnings, segment by segment, and `seen` the share of the draft that each
    holds; `whole` is the score of the complete draft. `words` is its length, `good` whether it was
    acceptable, `prompt` what it answers.
    """

    scores: Floats
    seen: Floats
    whole: float
    words: int
    good: bool
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where a gate closes: behind `segment` (from 0), or None at the end of the draft.

    `written` and `released` are shares of the draft.
    """

    segment: int | None
    written: float
    released: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCosts:
    """GPU-seconds per 256 tokens of text."""

    small: float = 0.109
    large: float = 0.244


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLine:
    """What a gate of one allowance does, as shares of all drafts unless said otherwise.

    `first`, `early` and `at_end` are deferred behind the first segment, behind any but the last, and as
    whole drafts; `total` all of them, `beyond` how many more than the bar of the whole draft defers. `good_early`
    and `bad_early` are shares of the good and of the bad drafts, `bad_rewritten` the share of the bad ones'
    words that the larger model writes. `written` and `released` are mean shares
    of an early deferred draft. `cost` is the GPU time relative to a cascade that defers whole drafts by
    the same bar and has them written anew; reading the prompt is left out of both.
    """

    allowance: float
    first: float
    early: float
    at_end: float
    total: float
    beyond: Estimate
    good_early: float | None
    bad_early: float | None
    bad_rewritten: float | None
    written: float | None
    released: float | None
    cost: float


def stop_of(course: Course, *, bar: float, allowance: float) -> Stop | None:
    """Where the gate closes on a draft; None where all of it is released."""
    low = np.flatnonzero(course.scores < bar - allowance)
    if len(low):
        at = int(low[0])
        return Stop(
            segment=at,
            written=float(course.seen[at]),
            released=float(course.seen[at - 1]) if at else 0.0,
        )
    if course.whole >= bar:
        return None
    return Stop(
        segment=None, written=1.0, released=float(course.seen[-1]) if len(course.seen) else 0.0
    )


def gate_line(
    courses: Sequence[Course],
    *,
    allowance: float,
    bar: float = BAR,
    costs: GateCosts = GateCosts(),
    resamples: int = 0,
    seed: int = 0,
) -> GateLine:
    """Sends every draft through a gate of this allowance."""
    stops = [stop_of(one, bar=bar, allowance=allowance) for one in courses]
    whole = np.array([one.whole < bar for one in courses])
    good = np.array([one.good for one in courses])
    words = np.array([float(one.words) for one in courses])
    early = np.array([one is not None and one.segment is not None for one in stops])
    deferred = np.array([one is not None for one in stops])
    written = np.array([1.0 if one is None else one.written for one in stops])
    released = np.array([1.0 if one is None else one.released for one in stops])
    weights = prompt_weights(
        prompt_numbers([one.prompt for one in courses]),
        resamples=resamples,
        generator=np.random.default_rng(seed),
    )
    more = weights @ (deferred.astype(np.float64) - whole) / weights.sum(axis=1)
    gate = words @ (costs.small * written + costs.large * (1 - released))
    buffered = words @ (costs.small + costs.large * whole)
    return GateLine(
        allowance=allowance,
        first=float(np.mean([one is not None and one.segment == 0 for one in stops])),
        early=float(early.mean()),
        at_end=float((deferred & ~early).mean()),
        total=float(deferred.mean()),
        beyond=measured(more),
        good_early=_mean(early[good]),
        bad_early=_mean(early[~good]),
        bad_rewritten=_mean(1 - released[~good], words[~good]),
        written=_mean(written[early]),
        released=_mean(released[early]),
        cost=float(gate / buffered),
    )


def least_allowance(
    courses: Sequence[Course], *, bar: float = BAR, tolerance: float = TOLERANCE
) -> float:
    """The least allowance that defers hardly more than the bar of the whole draft does.

    A smaller one finds more bad drafts early, at the price of good ones; a larger one fewer of both.
    """
    for allowance in ALLOWANCES:
        line = gate_line(courses, allowance=allowance, bar=bar)
        if line.beyond.value <= tolerance:
            return allowance
    return ALLOWANCES[-1]


def _mean(values: Floats | Flags, weights: Floats | None = None) -> float | None:
    """None of no drafts."""
    return float(np.average(values, weights=weights)) if len(values) else None
