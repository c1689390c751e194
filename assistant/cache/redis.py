"""Exact answers in Redis or Valkey. A store that is down, slow, full or read-only fails no request."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

from assistant.breaker import Breaker
from assistant.cache.base import Bypass, CacheQuery, Hit, Lookup, Miss
from assistant.cache.bounded import BoundedRedis, Down, Limits
from assistant.cache.entry import decode, encode
from assistant.cache.keys import entry_key
from assistant.cache.rules import bypass_for, refusal_for, storable
from assistant.types import Answer

JITTER: Final = 0.05
"""Share of the time to live that is taken off at random, so that entries do not expire together."""


class RedisAnswerCache:
    """Exact answers in any Redis 7 or Valkey at `url` (`redis://`, `rediss://` or `unix://`).

    `secret` keys the digests that entries are stored under: with another one nothing is found.
    `wall_clock` tells seconds since the epoch, `jitter` a number in [0, 1).

    Raises:
        ValueError: `url` is of another scheme.
    """

    def __init__(
        self,
        url: str,
        secret: bytes,
        *,
        limits: Limits | None = None,
        breaker: Breaker | None = None,
        wall_clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = BoundedRedis(url, limits=limits, breaker=breaker)
        self._secret = secret
        self._wall_clock = wall_clock
        self._jitter = jitter

    async def get(self, query: CacheQuery) -> Lookup:
        """The stored answer to exactly this request of this caller, or why there is none."""
        unwanted = bypass_for(query.control)
        if unwanted is not None:
            return unwanted
        key = entry_key(self._secret, query)
        data = await self._store.get(key)
        if isinstance(data, Down):
            return Bypass(reason="redis-down")
        if data is None:
            return Miss()
        entry = decode(data)
        if entry is None:
            await self._store.delete(key)
            return Miss(reason="unreadable")
        # Another host wrote it, perhaps with its clock ahead of this one's.
        age_s = max(0.0, self._wall_clock() - entry.created_at)
        refusal = refusal_for(query, entry.answer, age_s=age_s)
        return Hit(answer=entry.answer, age_s=age_s) if refusal is None else refusal

    async def put(self, query: CacheQuery, answer: Answer, *, ttl_s: float) -> bool:
        """Whether the answer is stored now; one that is not `storable`, or unwanted, is not.

        It is forgotten `ttl_s` seconds from now or up to a twentieth earlier, read or not.
        """
        if query.control.no_store or not storable(
            answer, variants=query.request.variants, required_checks=query.required_checks
        ):
            return False
        data = encode(answer, created_at=self._wall_clock())
        if data is None:
            return False
        ttl_ms = max(1, round(ttl_s * 1000 * (1 - JITTER * self._jitter())))
        key = entry_key(self._secret, query)
        return not isinstance(await self._store.set(key, data, ttl_ms=ttl_ms), Down)

    async def healthy(self) -> bool:
        """Whether the store answers now."""
        return await self._store.ping()

    async def aclose(self) -> None:
        """Closes connections."""
        await self._store.aclose()
