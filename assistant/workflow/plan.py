"""What the policy says about one request: its route, ladder, bar, and what shapes its text. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Final, Literal

from assistant.cache.base import CacheQuery, CacheRules, Repeat
from assistant.policy.models import (
    CachePolicy,
    Policy,
    ResamplePolicy,
    RoutePolicy,
    SecondOpinion,
    TierPolicy,
)
from assistant.types import CacheControl, Caller, DraftRequest, Surface
from assistant.workflow.decide import Bar
from assistant.workflow.prompt import PROMPTS_DIGEST

_OUT_OF_REACH: Final = inf
"""Bar of stored answers where no score is safe: what an earlier rule accepted is not served either."""


_USUAL_REPEAT: Final[Mapping[Surface, Repeat]] = {"native": "serve", "openai": "again"}
"""Plugins resend the same body when their user asks for another text; they have no other way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How a draft goes out while it is written: by segments of about so many tokens that end at a `unit`.

    `min_score` is the least score of a beginning; None leaves it to the scorer and the route's own.
    """

    unit: Literal["sentences", "paragraphs"]
    tokens: int
    min_score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A request with everything the policy decides about it before a word is written.

    `large` is the last tier of the route, whose cost alone is shown beside that of the cascade. Without
    a `gate` whole texts are compared before one is served.
    """

    request: DraftRequest
    route: str
    ladder: tuple[str, ...]
    large: str
    bar: Bar
    escalate: Literal["fresh", "repair"]
    second_opinion: SecondOpinion | None
    deadline_ms: int | None
    query: CacheQuery
    gate: Gate | None = None
    abort_early: bool = True
    resample: ResamplePolicy | None = None
    patience_ms: int | None = None


def plan_request(  # noqa: PLR0913 - what is asked, by whom, and what is in force
    policy: Policy,
    request: DraftRequest,
    *,
    scorer: str,
    caller: Caller,
    control: CacheControl,
    thresholds: Mapping[str, float],
    live: bool = False,
) -> Plan:
    """The first route that matches, the part of its ladder the caller may use, the shorter deadline.

    `scorer` is the fingerprint of the artefact in use: another one scores differently. `thresholds` are
    the least scores that keep the risk of routes with `max_risk`; one that is not there has none. `live`:
    somebody reads along.
    """
    route = policy.route_for(request)
    ladder = _ladder(route, request)
    bar = _bar(route, ladder, thresholds)
    deadlines = [ms for ms in (request.deadline_ms, route.deadline_ms) if ms is not None]
    return Plan(
        request=request,
        route=route.name,
        ladder=ladder,
        large=route.ladder[-1],
        bar=bar,
        escalate=route.escalate,
        second_opinion=route.second_opinion,
        deadline_ms=min(deadlines, default=None),
        gate=_gate(route, request) if live else None,
        abort_early=route.abort_early,
        resample=route.resample,
        patience_ms=route.patience_ms,
        query=CacheQuery(
            caller=caller,
            request=request,
            shape=_shape(policy, ladder, route, scorer),
            rules=_rules(policy.cache_of(route), control),
            min_score=_least_stored(bar),
            required_checks=bar.required_checks,
            tiers=frozenset(ladder),
            control=control,
        ),
    )


def _gate(route: RoutePolicy, request: DraftRequest) -> Gate | None:
    """None where the text is held back until it is complete, and the best of all is served.

    Several texts are compared before the first word goes out. Beginnings of HTML have no meaning of their own.
    """
    stream = route.stream
    judges_whole = route.accept.max_risk is not None or route.second_opinion is not None
    unit = stream.gate or ("whole" if judges_whole else "sentences")
    if (
        unit == "whole"
        or request.task in stream.whole
        or request.variants > 1
        or request.format == "html"
    ):
        return None
    return Gate(unit=unit, tokens=stream.tokens, min_score=stream.min_score)


def _ladder(route: RoutePolicy, request: DraftRequest) -> tuple[str, ...]:
    match request.entry:
        case "fast":
            return route.ladder[:1]
        case "best":
            return route.ladder[-1:]
        case "auto":
            return route.ladder


def _bar(route: RoutePolicy, ladder: tuple[str, ...], thresholds: Mapping[str, float]) -> Bar:
    """A stated risk is a promise: a text that misses it is marked even where nobody else can be asked."""
    rule = route.accept
    by_risk = rule.max_risk is not None
    return Bar(
        min_score=thresholds.get(route.name) if by_risk else rule.min_score,
        required_checks=frozenset(rule.required_checks),
        acts=by_risk or len(ladder) > 1,
    )


def _least_stored(bar: Bar) -> float | None:
    if not bar.acts:
        return None
    return _OUT_OF_REACH if bar.min_score is None else bar.min_score


def _rules(cache: CachePolicy, control: CacheControl) -> CacheRules:
    return CacheRules(
        exact_ttl_s=cache.exact.ttl if cache.exact.enabled else None,
        canonical_ttl_s=cache.canonical.ttl if cache.canonical.enabled else None,
        semantic=cache.semantic.mode,
        semantic_ttl_s=cache.semantic.ttl,
        max_false_hit=cache.semantic.max_false_hit,
        provisional_s=cache.provisional,
        stale_for_s=cache.exact.stale_for,
        variants=cache.variants,
        repeat=cache.repeat or _USUAL_REPEAT[control.surface],
        shared=cache.scope == "tenant",
        accepted_by=cache.sharing.accepted_by,
        shared_writes_per_hour=cache.sharing.writes_per_hour,
    )


def _shape(policy: Policy, ladder: tuple[str, ...], route: RoutePolicy, scorer: str) -> str:
    """Digest of what, changed, would make the same request give another text."""
    tiers = [f"{name}={_writing_options(policy.tiers[name])}" for name in ladder]
    opinion = "" if route.second_opinion is None else route.second_opinion.model_dump_json()
    resample = "" if route.resample is None else route.resample.model_dump_json()
    parts = (*tiers, route.escalate, opinion, resample, scorer, PROMPTS_DIGEST)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _writing_options(tier: TierPolicy) -> str:
    return tier.model_dump_json(
        include={
            "engine",
            "model",
            "path",
            "quantization",
            "samples",
            "temperature",
            "top_p",
            "max_tokens",
        }
    )
