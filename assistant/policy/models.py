"""What a policy file may say. The strings below the fields become the docs of the JSON Schema."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, field_validator, model_validator

from assistant.policy.base import Strict, wrong
from assistant.policy.cache import CachePolicy, ExactCachePolicy, RouteCachePolicy
from assistant.policy.consistency import inconsistencies
from assistant.policy.feedback import FeedbackPolicy
from assistant.policy.routes import (
    AcceptRule,
    Match,
    ResamplePolicy,
    RoutePolicy,
    SecondOpinion,
    StreamPolicy,
)
from assistant.policy.tiers import Card, LaunchPolicy, LlamaCppTierPolicy, SGLangTierPolicy
from assistant.policy.upgrade import UpgradePolicy
from assistant.types import DraftRequest

__all__ = [
    "AcceptRule",
    "CachePolicy",
    "Card",
    "ConfidencePolicy",
    "ExactCachePolicy",
    "FeedbackPolicy",
    "LaunchPolicy",
    "LlamaCppTierPolicy",
    "Match",
    "Policy",
    "ResamplePolicy",
    "RouteCachePolicy",
    "RoutePolicy",
    "SGLangTierPolicy",
    "SecondOpinion",
    "StreamPolicy",
    "TierPolicy",
    "UpgradePolicy",
]

REVISION_LENGTH = 12
"""Hexadecimal digits of a revision: 48 bits, plenty to tell the revisions of one file apart."""

TierPolicy: TypeAlias = Annotated[
    SGLangTierPolicy | LlamaCppTierPolicy, Field(discriminator="engine")
]
"""One model at a place in a ladder; `engine` says which keys it may have."""

TierName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
"""A short name of lower-case letters, digits, `-` and `_`, for it is shown in headers."""


class ConfidencePolicy(Strict):
    """How drafts are scored."""

    artefact: str = Field(default="default", min_length=1)
    """Fitted scorer: `default` is the one shipped, anything else is the path of a JSON file."""

    embedder: str | None = "all-minilm-l6-v2"
    """Sentence embedder for the relation features; `null` scores without embeddings."""


class Policy(Strict):
    """Everything that decides who writes what: tiers, routes, scoring and caching."""

    api_version: Literal["inkladder/v1"] = Field(alias="apiVersion")
    """Version of this file format."""

    name: str = Field(min_length=1, max_length=64)
    """Name of the policy, shown in every answer beside its revision."""

    tiers: dict[TierName, TierPolicy] = Field(min_length=1)
    """The models, by the names that ladders use."""

    confidence: ConfidencePolicy = ConfidencePolicy()
    """How drafts are scored: with which fitted artefact and which embedder."""

    routes: tuple[RoutePolicy, ...] = Field(min_length=1)
    """Which ladder a request takes: the first route that matches; the last one has no `match`."""

    cache: CachePolicy = CachePolicy()
    """What is remembered, and for how long."""

    upgrade: UpgradePolicy = UpgradePolicy()
    """Whether an answered request can be taken up again, by its id, for a better text."""

    feedback: FeedbackPolicy = FeedbackPolicy()
    """What is recorded of each answer, and which verdicts are gathered to calibrate the scorer."""

    @cached_property
    def revision(self) -> str:
        """Fingerprint of the content; order of keys, comments and spelled-out defaults do not count."""
        content = self.model_dump(mode="json", by_alias=True)
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:REVISION_LENGTH]

    @property
    def caches(self) -> bool:
        """Whether answers of any route are kept."""
        return any(self.cache_of(route).exact.enabled for route in self.routes)

    def cache_of(self, route: RoutePolicy) -> CachePolicy:
        """What is remembered of requests that take this route."""
        return self.cache if route.cache is None else route.cache.over(self.cache)

    def route_for(self, request: DraftRequest) -> RoutePolicy:
        """The first route that matches; the last one always does."""
        return next(route for route in self.routes if route.matches(request))

    @field_validator("name")
    @classmethod
    def _one_line(cls, name: str) -> str:
        if not name.isprintable() or name != name.strip():
            message = "must be one line without space around it"
            raise wrong(message)
        return name

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = inconsistencies(self.model_dump(mode="json", by_alias=True))
        if problems:
            raise ValueError("; ".join(str(problem) for problem in problems))
        return self
