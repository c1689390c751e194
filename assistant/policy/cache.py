"""What is remembered, how alike requests must be, and for how long."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from assistant.policy.base import Strict, wrong
from assistant.policy.duration import Duration, DurationOrZero

DAY_S = 86_400.0


class ExactCachePolicy(Strict):
    """Answers served again when the same user sends exactly the same request."""

    enabled: bool = True
    """Whether accepted answers are stored and looked up at all."""

    ttl: Duration = DAY_S
    """How long an answer may be served after it was written."""

    stale_for: DurationOrZero = 0.0
    """How much longer it may be served while the request is written anew in the background; 0: not at all."""


class CanonicalCachePolicy(Strict):
    """Answers to the same request in other words of no weight: word forms, politeness, spelling, formats."""

    enabled: bool = True
    """Whether such requests share an answer."""

    ttl: Duration = DAY_S
    """How long an answer may be served so after it was written."""


class SemanticCachePolicy(Strict):
    """Answers to requests that are worded differently and ask for the same text."""

    mode: Literal["off", "shadow", "serve"] = "shadow"
    """`shadow` looks and counts, and serves nothing; `serve` serves where the error is known to be small."""

    ttl: Duration = DAY_S
    """How long an answer may be served so after it was written."""

    max_false_hit: float = Field(default=0.01, gt=0, le=0.2)
    """Highest share of requests that ask for another text and would be served a stored one: the 95 % upper
    bound of it must be lower, on labelled pairs of the same task and language, or nothing is served there."""


class SharingPolicy(Strict):
    """When an answer may be served to other users of its tenant; only with `scope: tenant`."""

    accepted_by: int = Field(default=2, ge=2, le=100)
    """How many different users must have accepted an answer to a request before others are served one."""

    writes_per_hour: int = Field(default=60, ge=1)
    """How many answers one user may put forward in an hour."""


class CachePolicy(Strict):
    """What is remembered."""

    scope: Literal["user", "tenant"] = "user"
    """Whose answers one may be served: one's own, or those accepted by several users of the tenant."""

    exact: ExactCachePolicy = ExactCachePolicy()
    """Cache of exactly repeated requests; without it there is none at all."""

    canonical: CanonicalCachePolicy = CanonicalCachePolicy()
    """Cache of the same request with other politeness, spelling, formats of numbers and dates."""

    semantic: SemanticCachePolicy = SemanticCachePolicy()
    """Cache of requests in other words."""

    provisional: DurationOrZero = 600.0
    """How long an answer is kept until its writer accepts it; 0 keeps it for its `ttl` at once."""

    variants: int = Field(default=3, ge=1, le=10)
    """How many texts of one request are remembered when its writer asks for another one."""

    repeat: Literal["again", "serve"] | None = None
    """What the same request means once its answer was delivered: `again` writes another text, `serve` serves
    the same. `null`: `again` on OpenAI-compatible routes, where plugins have no other way to ask for
    another text, `serve` on the native route."""

    sharing: SharingPolicy = SharingPolicy()
    """When answers are shared inside a tenant."""


class RouteExactCache(Strict):
    """Exact level of one route; what is `null` is as in the policy's `cache`."""

    enabled: bool | None = None
    """Whether answers of this route are stored and looked up at all."""

    ttl: Duration | None = None
    """How long an answer may be served after it was written."""

    stale_for: DurationOrZero | None = None
    """How much longer it may be served while it is written anew."""


class RouteCanonicalCache(Strict):
    """Canonical level of one route; what is `null` is as in the policy's `cache`."""

    enabled: bool | None = None
    """Whether requests in other words of no weight share an answer."""

    ttl: Duration | None = None
    """How long an answer may be served so."""


class RouteSemanticCache(Strict):
    """Semantic level of one route; what is `null` is as in the policy's `cache`."""

    mode: Literal["off", "shadow", "serve"] | None = None
    """`off`, `shadow` or `serve`."""

    ttl: Duration | None = None
    """How long an answer may be served so."""

    max_false_hit: Annotated[float | None, Field(gt=0, le=0.2)] = None
    """Highest 95 % upper bound of false hits."""


class RouteCachePolicy(Strict):
    """What this route does otherwise than the policy's `cache`; what is `null` is as there."""

    scope: Literal["user", "tenant"] | None = None
    """Whose answers one may be served."""

    exact: RouteExactCache | None = None
    """Cache of exactly repeated requests."""

    canonical: RouteCanonicalCache | None = None
    """Cache of requests in other words of no weight."""

    semantic: RouteSemanticCache | None = None
    """Cache of requests in other words."""

    provisional: DurationOrZero | None = None
    """How long an answer is kept until its writer accepts it."""

    variants: Annotated[int | None, Field(ge=1, le=10)] = None
    """How many texts of one request are remembered."""

    repeat: Literal["again", "serve"] | None = None
    """What the same request means once its answer was delivered."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.given():
            message = (
                "must change at least one key; remove it to cache as the policy's `cache` says"
            )
            raise wrong(message)
        return self

    def given(self) -> dict[str, object]:
        """What is not `null`, as plain data."""
        return self.model_dump(exclude_none=True)

    def over(self, cache: CachePolicy) -> CachePolicy:
        """`cache` with what this route does otherwise."""
        return CachePolicy.model_validate(_merged(cache.model_dump(), self.given()))


def _merged(base: dict[str, object], changes: dict[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in changes.items():
        below = merged.get(key)
        nested = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = _merged(below, value) if nested else value  # type: ignore[arg-type]
    return merged
