"""Queries, answers and caches over a real store, for whoever tests what is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from assistant.bounded import BoundedRedis, Limits
from assistant.cache.base import CacheQuery, CacheRules, Hit, Lookup, Stored
from assistant.cache.cipher import Cipher
from assistant.cache.recent import RecentAddresses
from assistant.cache.redis import RedisAnswerCache
from assistant.cache.store.entries import EntryStore
from assistant.cache.store.place import Place
from assistant.cache.store.protection import Protection
from assistant.types import (
    Answer,
    CacheControl,
    CacheInfo,
    Caller,
    Cost,
    DraftRequest,
    Provenance,
    Rung,
    Usage,
)
from support.valkey import Valkey

SECRET = b"secret"
PATIENT = Limits(timeout_s=2.0, connect_timeout_s=2.0)
"""For a machine that is busy with other tests."""

NOW = 1_800_000_000.0

SAID = "Write a short poem about a parcel."
POLITE = "Please write a short poem about a parcel."
"""Asks for the same, in words of no weight."""

OTHERWISE = "Write a short poem about a ladder."

ANNA = Caller(tenant="acme", user="anna")
BORIS = Caller(tenant="acme", user="boris")
CARLA = Caller(tenant="acme", user="carla")

AGAIN = CacheControl(no_cache=True)
SHARED = CacheRules(shared=True, accepted_by=2)
KEPT = CacheRules(provisional_s=0.0)
REPEATS = CacheRules(repeat="again")


def asks(
    instruction: str = SAID,
    *,
    caller: Caller = ANNA,
    rules: CacheRules | None = None,
    control: CacheControl | None = None,
    **fields: Any,  # noqa: ANN401  # each has a type of its own
) -> CacheQuery:
    """Somebody asks for something; `fields` are those of the request."""
    return CacheQuery(
        caller=caller,
        request=DraftRequest(instruction=instruction, **fields),
        shape="shape",
        rules=rules or CacheRules(),
        control=control or CacheControl(),
    )


def writes(text: str, *, tier: str = "large", score: float = 0.75) -> Answer:
    """An accepted answer of that text; its id follows from it."""
    rung = Rung(tier=tier, model="m", decision="accept", reason="score_ok", score=score)
    return Answer(
        id=f"draft_{sha256(text.encode()).hexdigest()[:24]}",
        text=text,
        finish="stop",
        checks=(),
        usage=Usage(prompt_tokens=30, completion_tokens=12),
        provenance=Provenance(
            tier=tier,
            model="m",
            score=score,
            path=(rung,),
            route="default",
            policy="test",
            policy_revision="0123456789ab",
            artefact="test",
            cache=CacheInfo(status="miss"),
            cost=Cost(gpu_s=0.5),
        ),
    )


@dataclass
class Writers:
    """Caches on one server, at a time and with a chance that the test sets."""

    server: Valkey
    now: float = NOW
    jitter: float = 0.0
    cache: RedisAnswerCache = field(init=False)

    def __post_init__(self) -> None:
        """Opens the cache."""
        self.cache = self.another()

    def another(self, *, cipher: Cipher | None = None) -> RedisAnswerCache:
        """A cache of its own, as another process has one."""
        return RedisAnswerCache(
            self.server.url,
            SECRET,
            cipher=cipher,
            limits=PATIENT,
            wall_clock=lambda: self.now,
            jitter=lambda: self.jitter,
        )

    async def stored(
        self, query: CacheQuery, text: str, *, tier: str = "large", score: float = 0.75
    ) -> str:
        """The reference to that text, which is stored."""
        put = await self.cache.put(query, writes(text, tier=tier, score=score))
        assert isinstance(put, Stored), put
        return put.entry

    async def accepted(self, query: CacheQuery, text: str, *, score: float = 0.75) -> str:
        """The same, and its writer accepted it."""
        entry = await self.stored(query, text, score=score)
        await self.cache.judged(entry, query.caller, accepted=True)
        return entry

    async def served(self, query: CacheQuery) -> str:
        """The text that is served, or why there is none."""
        return text_of(await self.cache.get(query))

    async def hit(self, query: CacheQuery) -> Hit:
        """What is served, which is something."""
        found = await self.cache.get(query)
        assert isinstance(found, Hit), found
        return found


@asynccontextmanager
async def writers_on(server: Valkey, *, jitter: float = 0.0) -> AsyncIterator[Writers]:
    """A cache on a server that is emptied before."""
    server.run("FLUSHALL")
    writers = Writers(server, jitter=jitter)
    try:
        yield writers
    finally:
        await writers.cache.aclose()


def text_of(found: Lookup) -> str:
    """The text of a hit, or the reason of anything else."""
    return found.answer.text if isinstance(found, Hit) else found.reason


def by(caller: Caller, query: CacheQuery) -> CacheQuery:
    """The same asked by somebody else."""
    return replace(query, caller=caller)


def told(query: CacheQuery, control: CacheControl) -> CacheQuery:
    """The same with that wish."""
    return replace(query, control=control)


@asynccontextmanager
async def store_on(server: Valkey, *, cipher: Cipher | None = None) -> AsyncIterator[EntryStore]:
    """What the semantic level is given, on a server as it is."""
    redis = BoundedRedis(server.url, name="cache", limits=PATIENT)
    place = Place(redis=redis, protection=Protection(cipher), wall_clock=lambda: NOW)
    try:
        yield EntryStore(place, RecentAddresses(SECRET))
    finally:
        await redis.aclose()
