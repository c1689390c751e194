"""What an answer cache is, what it is asked, and what it can say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from assistant.cache.flights.base import FlightPlace
from assistant.types import Answer, CacheControl, CacheLevel, Caller, DraftRequest, Task

SemanticMode: TypeAlias = Literal["off", "shadow", "serve"]
"""`shadow`: looks for a similar request and counts what it would have served; serves nothing."""

Repeat: TypeAlias = Literal["again", "serve"]
"""What an identical request of the same user means once its answer was delivered: write another text,
or serve the same one."""

WriteRefusal: TypeAlias = Literal[
    "no-store", "off", "not_accepted", "time", "variety", "unreadable", "tombstone", "redis-down"
]
"""Why an answer was not stored; `tombstone`: the writer has refused this very text before."""

MissReason: TypeAlias = Literal[
    "absent", "too_old", "below_bar", "unreadable", "tombstone", "unsure", "different", "shadow"
]
"""Why nothing stored is served. `unsure`: the language or a word is not known; `different`: what is
similar asks for another text; `shadow`: it would have been served, were it not only watched."""

Acceptance: TypeAlias = Callable[[str], Awaitable[bool | None]]
"""Whether a stored text would be good enough for the request at hand, by its scorer and bar; None where
nothing can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRules:
    """What the policy says for one request; times in seconds.

    `exact_ttl_s` and `canonical_ttl_s` are None where that level is off. An entry is kept for
    `provisional_s` until the writer accepts its text, then for the time of its level; 0 keeps all of
    them that long at once. `stale_for_s` is how much longer an exact hit may be served while it is
    written anew. `variants` is how many texts of one request are remembered. `shared` lets answers that
    `accepted_by` different users of a tenant have accepted be served to all its users;
    `shared_writes_per_hour` bounds what one user may put forward.
    """

    exact_ttl_s: float | None = 86_400.0
    canonical_ttl_s: float | None = 86_400.0
    semantic: SemanticMode = "shadow"
    semantic_ttl_s: float = 86_400.0
    max_false_hit: float = 0.01
    provisional_s: float = 600.0
    stale_for_s: float = 0.0
    variants: int = 3
    repeat: Repeat = "serve"
    shared: bool = False
    accepted_by: int = 2
    shared_writes_per_hour: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheQuery:
    """What is looked up or stored: who asks, what, and a digest of what shapes the text.

    `shape` covers ladder, models, prompts, default sampling and scorer: anything that, changed,
    would make the same request give another text or score. `min_score` and `required_checks` are the
    route's bar now: an entry that misses it is a miss, so raising a bar needs no invalidation; so is
    one that a tier outside `tiers` wrote (empty: any tier).
    """

    caller: Caller
    request: DraftRequest
    shape: str
    rules: CacheRules = field(default_factory=CacheRules)
    min_score: float | None = None
    required_checks: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    control: CacheControl = field(default_factory=CacheControl)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A stored answer that may be served as it is; `age_s` counts from its creation.

    `entry` is an opaque reference to what is stored, for `delivered` and `judged`. A `stale` one is past
    its time: it is served while the request is written anew.
    """

    answer: Answer
    age_s: float
    level: CacheLevel = "exact"
    entry: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Nothing usable is stored.

    `known` is set where the writer has refused what was: it tells those texts, as that of a bypass does.
    """

    reason: MissReason = "absent"
    known: Callable[[str], bool] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bypass:
    """The cache was not asked or did not answer: `off`, `no-cache`, `again`, `repeat`, `no-store`, `redis-down`, `upgrade`.

    `known` tells whether a text is one that the writer has had for this request already and wants no
    more; it is set where another text is asked for.
    """

    reason: str
    known: Callable[[str], bool] | None = field(default=None, repr=False)


Lookup: TypeAlias = Hit | Miss | Bypass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The answer is kept; `entry` is an opaque reference to it."""

    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStored:
    """The answer is not kept, and why.

    `entry` is where it would lie, and may, where the store did not say whether it took it.
    """

    reason: WriteRefusal
    entry: str = ""


Put: TypeAlias = Stored | NotStored


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A kind of request whose false semantic hits are counted by themselves."""

    task: Task
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowError:
    """What was seen of semantic hits in one stratum: how many, how many wrong, and a 95 % upper bound.

    `serving` says whether hits are served there now, or only watched.
    """

    seen: int
    wrong: int
    bound: float
    serving: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheReport:
    """What the cache of this process has done since it began, in counts.

    `rejections` are verifier refusals by reason; `refused_writes` answers not stored by reason;
    `flights` requests that led, joined or took over a generation; `commands` outcomes of the store.
    """

    rejections: Mapping[str, int] = field(default_factory=dict)
    refused_writes: Mapping[str, int] = field(default_factory=dict)
    flights: Mapping[str, int] = field(default_factory=dict)
    shadow: Mapping[Stratum, ShadowError] = field(default_factory=dict)
    stale: int = 0
    breaker: Literal["closed", "open", "half_open"] = "closed"


class AnswerCache(Protocol):
    """Remembers accepted answers. No method raises because the store is down."""

    def place(self, query: CacheQuery) -> FlightPlace | None:
        """Where identical requests meet; None for one that wants a text of its own or is not cached."""
        ...

    async def get(self, query: CacheQuery) -> Lookup:
        """The stored answer to this request: asked before to the letter, or in other words that fold to the same."""
        ...

    async def similar(self, query: CacheQuery) -> Lookup:
        """The stored answer to a request that is worded differently and asks for the same text.

        Only after `get` missed; a miss where the policy only watches this level.
        """
        ...

    async def put(self, query: CacheQuery, answer: Answer) -> Put:
        """Stores an answer that the write rules allow, for as long as the rules of the query say.

        Where the query asked for another text, the one stored before is served no more.
        """
        ...

    async def watch(
        self, query: CacheQuery, answer: Answer, *, entry: str | None, acceptable: Acceptance | None
    ) -> None:
        """Counts what `similar` would have served for a request that was written, and whether it was right.

        Without `acceptable` nothing is counted: nobody would have asked `similar`. Then makes the stored answer, if `entry` names one, findable by similar requests. Takes a while:
        it is called after the answer has left.
        """
        ...

    async def delivered(self, entry: str) -> None:
        """Notes that the text of `entry` has reached its user in full: the same request now is a repeat."""
        ...

    async def judged(self, entry: str, caller: Caller, *, accepted: bool) -> bool:
        """Takes a writer's verdict on the text of `entry`: keeps it for its full time, or never serves it again.

        False where the store does not answer: the verdict must be given once more.
        """
        ...

    async def forget(self, entry: str) -> bool:
        """Whether the text of `entry`, and what was derived from it, is gone now; false while the store is down."""
        ...

    def report(self) -> CacheReport:
        """What was counted so far."""
        ...

    async def healthy(self) -> bool:
        """Whether the store answers now."""
        ...

    async def aclose(self) -> None:
        """Closes connections."""
        ...
