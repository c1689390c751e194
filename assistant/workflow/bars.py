"""From which score each route accepts: as the policy says, or as calibration drafts show. Pure.

Worked out once when an assistant is made, never for a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from assistant.confidence.artefact import ScoreCounts
from assistant.confidence.threshold import (
    Measured,
    NoSafeThreshold,
    SafeThreshold,
    measured_at,
    safe_threshold,
)
from assistant.confidence.threshold_counts import calibration_for
from assistant.policy.models import AcceptRule, Policy, RoutePolicy
from assistant.types import Task

USUAL_CONFIDENCE = 0.95
"""At which the risk of a given `min_score` is told: such a rule names no level of its own."""

Compiled: TypeAlias = SafeThreshold | NoSafeThreshold | Measured | None
"""What calibration drafts say: about a threshold they chose, that none is safe, or about a given one.

None where a score is given and there are no drafts to measure it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteBar:
    """The accept rule of a route and what it comes to.

    `matched` are the tasks that the route asks for; `tasks` those whose own drafts `compiled` is from,
    empty where it is from all drafts together.
    `acts` is false on a ladder of one with a score given: whatever is written is accepted there.
    """

    route: str
    rule: AcceptRule
    compiled: Compiled
    tasks: tuple[Task, ...] = ()
    matched: tuple[Task, ...] = ()
    acts: bool = True

    @property
    def min_score(self) -> float | None:
        """Least score that is accepted; None where no score is safe and all drafts are deferred."""
        if isinstance(self.compiled, SafeThreshold):
            return self.compiled.threshold
        return self.rule.min_score


def compile_bar(
    route: RoutePolicy, counts: Iterable[ScoreCounts], *, rule: AcceptRule | None = None
) -> RouteBar:
    """The bar of one route, by its own rule or by another to try."""
    rule = rule or route.accept
    matched = () if route.match is None else route.match.task
    calibration = calibration_for(counts, matched)
    compiled: Compiled
    if rule.min_score is not None:
        compiled = measured_at(
            calibration.counts, rule.min_score, confidence_level=USUAL_CONFIDENCE
        )
    else:
        compiled = _safe(calibration.counts, rule)
    return RouteBar(
        route=route.name,
        rule=rule,
        compiled=compiled,
        tasks=calibration.tasks,
        matched=matched,
        acts=rule.max_risk is not None or len(route.ladder) > 1,
    )


def risk_bars(policy: Policy, counts: Iterable[ScoreCounts]) -> tuple[RouteBar, ...]:
    """The bars of the routes whose rule bounds the risk, in the order of the policy."""
    every = tuple(counts)
    return tuple(
        compile_bar(route, every) for route in policy.routes if route.accept.max_risk is not None
    )


def thresholds_of(bars: Iterable[RouteBar]) -> Mapping[str, float]:
    """Least scores by route; a route without a safe one is left out."""
    return {bar.route: bar.min_score for bar in bars if bar.min_score is not None}


def _safe(counts: ScoreCounts, rule: AcceptRule) -> SafeThreshold | NoSafeThreshold:
    if rule.max_risk is None or rule.confidence_level is None:
        message = f"an accept rule without `min_score` has both other keys, got {rule!r}"
        raise AssertionError(message)
    return safe_threshold(counts, max_risk=rule.max_risk, confidence_level=rule.confidence_level)
