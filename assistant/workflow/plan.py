"""What the policy says about one request: its route, ladder, bar, and what shapes its text. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from assistant.cache.base import CacheQuery
from assistant.policy.models import Policy, RoutePolicy, SecondOpinion, TierPolicy
from assistant.types import CacheControl, Caller, DraftRequest
from assistant.workflow.decide import Bar
from assistant.workflow.prompt import PROMPTS_DIGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A request with everything the policy decides about it before a word is written.

    `large` is the last tier of the route, whose cost alone is shown beside that of the cascade.
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


def plan_request(
    policy: Policy, request: DraftRequest, *, scorer: str, caller: Caller, control: CacheControl
) -> Plan:
    """The first route that matches, the part of its ladder the caller may use, the shorter deadline.

    `scorer` is the fingerprint of the artefact in use: another one scores differently.
    """
    route = policy.route_for(request)
    ladder = _ladder(route, request)
    acts = len(ladder) > 1
    deadlines = [ms for ms in (request.deadline_ms, route.deadline_ms) if ms is not None]
    return Plan(
        request=request,
        route=route.name,
        ladder=ladder,
        large=route.ladder[-1],
        bar=Bar(
            min_score=route.accept.min_score,
            required_checks=frozenset(route.accept.required_checks),
            acts=acts,
        ),
        escalate=route.escalate,
        second_opinion=route.second_opinion,
        deadline_ms=min(deadlines, default=None),
        query=CacheQuery(
            caller=caller,
            request=request,
            shape=_shape(policy, ladder, route, scorer),
            min_score=route.accept.min_score if acts else None,
            required_checks=frozenset(route.accept.required_checks),
            control=control,
        ),
    )


def _ladder(route: RoutePolicy, request: DraftRequest) -> tuple[str, ...]:
    match request.entry:
        case "fast":
            return route.ladder[:1]
        case "best":
            return route.ladder[-1:]
        case "auto":
            return route.ladder


def _shape(policy: Policy, ladder: tuple[str, ...], route: RoutePolicy, scorer: str) -> str:
    """Digest of what, changed, would make the same request give another text."""
    tiers = [f"{name}={_writing_options(policy.tiers[name])}" for name in ladder]
    opinion = "" if route.second_opinion is None else route.second_opinion.model_dump_json()
    parts = (*tiers, route.escalate, opinion, scorer, PROMPTS_DIGEST)
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
