"""What an answer cache is, and the three things a lookup can say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from assistant.types import Answer, CacheControl, Caller, DraftRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheQuery:
    """What is looked up or stored: who asks, what, and a digest of what shapes the text.

    `shape` covers ladder, models, prompts, default sampling and scorer: anything that, changed,
    would make the same request give another text or score. `min_score` and `required_checks` are the
    route's bar now: an entry that misses it is a miss, so raising a bar needs no invalidation.
    """

    caller: Caller
    request: DraftRequest
    shape: str
    min_score: float | None = None
    required_checks: frozenset[str] = frozenset()
    control: CacheControl = field(default_factory=CacheControl)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A stored answer that may be served as it is; `age_s` counts from its creation."""

    answer: Answer
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Nothing usable is stored; `reason` is `absent`, `too_old`, `below_bar` or `unreadable`."""

    reason: str = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bypass:
    """The cache was not asked or did not answer: `off`, `no-cache`, `no-store`, `redis-down`."""

    reason: str


Lookup: TypeAlias = Hit | Miss | Bypass


class AnswerCache(Protocol):
    """Remembers accepted answers. No method raises because the store is down."""

    async def get(self, query: CacheQuery) -> Lookup:
        """The stored answer to exactly this request of this caller, within its timeout."""
        ...

    async def put(self, query: CacheQuery, answer: Answer, *, ttl_s: float) -> bool:
        """Whether the answer is stored now, to be forgotten after `ttl_s` seconds."""
        ...

    async def healthy(self) -> bool:
        """Whether the store answers now."""
        ...

    async def aclose(self) -> None:
        """Closes connections."""
        ...
