"""Answers in Redis or Valkey. A store that is down, slow, full or read-only fails no request."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from assistant.bounded import BoundedRedis, Limits
from assistant.breaker import Breaker
from assistant.cache.base import (
    Acceptance,
    Bypass,
    CacheQuery,
    CacheReport,
    Hit,
    Lookup,
    Miss,
    NotStored,
    Put,
)
from assistant.cache.base_semantic import SemanticLevel
from assistant.cache.flights.base import FlightPlace
from assistant.cache.keys import user_digest
from assistant.cache.lookup import Lookups
from assistant.cache.recent import RecentAddresses
from assistant.cache.reference import EntryRef
from assistant.cache.rules import unwanted, wants_another
from assistant.cache.store.answers import AnswerStore
from assistant.cache.store.entries import EntryStore
from assistant.cache.store.place import Place
from assistant.cache.store.protection import Cipher, Protection
from assistant.cache.store.verdicts import Verdicts
from assistant.cache.writing import Writer
from assistant.types import Answer, Caller

PATIENCE: Final = Limits(timeout_s=1.0, connect_timeout_s=1.0, connections=8)
"""For what a writer has said of a text: no answer waits for it, and it must not be lost to a hiccup."""


class RedisAnswerCache:
    """Answers in any Redis 7 or Valkey at `url`, which may name a cluster; see `BoundedRedis`.

    `secret` keys the digests that entries are stored under: with another one nothing is found. With a
    `cipher` texts are encrypted. `semantic` makes the level of requests in other words over what is stored.
    `limits` and `breaker` are those of requests, `patience` the limits of verdicts, which have a breaker of
    their own. `wall_clock` tells seconds since the epoch, `jitter` a number in [0, 1).

    Raises:
        ValueError: `url` is of another scheme.
    """

    def __init__(  # noqa: PLR0913  # each part of a server and its surroundings may be another
        self,
        url: str,
        secret: bytes,
        *,
        cipher: Cipher | None = None,
        semantic: Callable[[EntryStore], SemanticLevel] | None = None,
        limits: Limits | None = None,
        patience: Limits = PATIENCE,
        breaker: Breaker | None = None,
        wall_clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._redis = BoundedRedis(url, name="cache", limits=limits, breaker=breaker)
        self._patient = BoundedRedis(url, name="cache", limits=patience)
        place = Place(redis=self._redis, protection=Protection(cipher), wall_clock=wall_clock)
        patient = replace(place, redis=self._patient)
        self._secret = secret
        self._addresses = RecentAddresses(secret)
        self._answers = AnswerStore(place)
        self._verdicts = Verdicts(patient)
        self._lookups = Lookups(place, self._addresses)
        self._writer = Writer(place, patient, self._addresses, jitter)
        self._semantic = None if semantic is None else semantic(EntryStore(place, self._addresses))
        self._refused_writes: Counter[str] = Counter()
        self._stale = 0

    def place(self, query: CacheQuery) -> FlightPlace | None:
        """Where identical requests meet; None for one that wants a text of its own or is not cached."""
        if unwanted(query) is not None or wants_another(query) is not None:
            return None
        address = self._addresses.of(query)
        return FlightPlace(partition=address.partition, key=address.exact, tenant=address.tenant)

    async def get(self, query: CacheQuery) -> Lookup:
        """The caller's own answer, then one that the tenant shares, or why there is none."""
        refusal = unwanted(query)
        if refusal is not None:
            return Bypass(reason=refusal)
        found = await self._lookups.find(query)
        if isinstance(found, Hit) and found.stale:
            self._stale += 1
        return found

    async def similar(self, query: CacheQuery) -> Lookup:
        """The stored answer to a request in other words, by the level that was given."""
        if self._semantic is None or unwanted(query) or wants_another(query):
            return Miss()
        return await self._semantic.similar(query, self._addresses.of(query))

    async def put(self, query: CacheQuery, answer: Answer) -> Put:
        """Stores what the write rules allow."""
        put = await self._writer.put(query, answer)
        if isinstance(put, NotStored):
            self._refused_writes[put.reason] += 1
        return put

    async def watch(
        self, query: CacheQuery, answer: Answer, *, entry: str | None, acceptable: Acceptance | None
    ) -> None:
        """Has the semantic level look on, if there is one."""
        if self._semantic is None or unwanted(query):
            return
        ref = None if entry is None else EntryRef.parse(entry)
        address = self._addresses.of(query)
        await self._semantic.watch(query, address, answer, entry=ref, acceptable=acceptable)

    async def delivered(self, entry: str) -> None:
        """Notes that the text of `entry` has reached its user in full."""
        ref = EntryRef.parse(entry)
        if ref is not None:
            await self._answers.delivered(ref)

    async def judged(self, entry: str, caller: Caller, *, accepted: bool) -> bool:
        """Keeps the text for its full time and puts it forward, or never serves it again.

        False where the store does not answer: then it may be said again.
        """
        ref = EntryRef.parse(entry)
        if ref is None:
            return True
        take = self._verdicts.accept if accepted else self._verdicts.reject
        if not await take(ref, user_digest(self._secret, caller)):
            return False
        if self._semantic is not None:
            await self._semantic.judged(ref, accepted=accepted)
        return True

    async def forget(self, entry: str) -> bool:
        """Whether the text of `entry`, and what was derived from it, is gone now.

        One that the tenant shares is not the caller's to erase, unless the caller wrote it.
        """
        ref = EntryRef.parse(entry)
        return ref is None or await self._verdicts.forget(ref)

    def report(self) -> CacheReport:
        """What was counted so far; flights are counted by others."""
        level = self._semantic
        return CacheReport(
            rejections={} if level is None else level.rejections(),
            refused_writes=dict(self._refused_writes),
            shadow={} if level is None else level.strata(),
            stale=self._stale,
            breaker=self._redis.state,
        )

    async def healthy(self) -> bool:
        """Whether the store answers now."""
        return await self._redis.ping()

    async def aclose(self) -> None:
        """Closes connections."""
        await self._redis.aclose()
        await self._patient.aclose()
