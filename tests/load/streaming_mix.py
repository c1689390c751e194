"""From single runs to a day's mix: weighted quantiles, means, and the targets. Pure.

The runs of a bench do not slow one another down, so a mix of which 30 % are deferred is the accepted ones
with weight 70 and the deferred ones with weight 30, however many there are of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from load.streaming_run import Seen, Strategy
from load.streaming_texts import LATEST, Fate

SHARES: Final = (0.1, 0.3, 0.5)
"""Of drafts that are deferred."""

FOUND: Final = "found"

PLACES: Final[Mapping[str, Mapping[Fate, float]]] = {
    FOUND: {0: 0.55, 1: 0.17, 2: 0.02, 3: 0.01, 4: 0.05, "end": 0.2},
    "first": {0: 1.0},
    "even": dict.fromkeys(range(LATEST + 1), 1 / (LATEST + 1)),
    "end": {"end": 1.0},
}
"""Where deferred drafts are deferred, by name: as a gate finds them, and bounds.

`found`: by `assistant.evaluation.gate` on 191 judged drafts of 100 to 450 words by models below 10B
parameters, scored by heads fitted without their prompts; the bar was 0.6 for whole drafts and 0.47 for
beginnings, and 4 stands for that segment and all behind it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What a reader sees, p50 and p95 in seconds, and GPU-seconds a request."""

    first_p50: float
    first_p95: float
    total_p50: float
    total_p95: float
    charged_s: float
    spent_s: float
    marked: float


Weighted: TypeAlias = Sequence[tuple[Seen, float]]
"""Runs, and how much each counts."""

_ROUNDING: Final = 1e-9
"""Sums of weights are off by less."""


def weighted(seen: Iterable[Seen], strategy: Strategy, fates: Mapping[Fate, float]) -> Weighted:
    """The runs of a strategy, those of each fate with the weight of it in all.

    Raises:
        ValueError: a fate was not run.
    """
    runs = [one for one in seen if one.job.strategy == strategy]
    found: list[tuple[Seen, float]] = []
    for fate, share in fates.items():
        own = [one for one in runs if one.job.order.fate == fate]
        if share and not own:
            message = f"no run of {strategy!r} with fate {fate!r}"
            raise ValueError(message)
        found += [(one, share / len(own)) for one in own if share]
    return found


def fates_of(share: float, places: Mapping[Fate, float]) -> Mapping[Fate, float]:
    """Accepted and deferred drafts where that share is deferred at such places."""
    return {"accepted": 1 - share, **{place: share * part for place, part in places.items()}}


def mix_of(runs: Weighted) -> Mix:
    """Its quantiles and means."""

    def mean(value: Callable[[Seen], float]) -> float:
        return sum(weight * value(one) for one, weight in runs) / sum(weight for _, weight in runs)

    firsts = [(one.first_s, weight) for one, weight in runs]
    totals = [(one.total_s, weight) for one, weight in runs]
    return Mix(
        first_p50=quantile(firsts, 0.5),
        first_p95=quantile(firsts, 0.95),
        total_p50=quantile(totals, 0.5),
        total_p95=quantile(totals, 0.95),
        charged_s=mean(lambda one: one.charged_s),
        spent_s=mean(lambda one: one.spent_s),
        marked=mean(lambda one: one.marked),
    )


def quantile(values: Sequence[tuple[float, float]], share: float) -> float:
    """The least value that at least `share` of the weight does not exceed.

    Raises:
        ValueError: there is no weight.
    """
    whole = sum(weight for _, weight in values)
    if whole <= 0:
        message = "no weight, no quantile"
        raise ValueError(message)
    under = 0.0
    ordered = sorted(values)
    for value, weight in ordered:
        under += weight
        if under >= share * whole * (1 - _ROUNDING):
            return value
    return ordered[-1][0]
