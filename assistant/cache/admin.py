"""What administrators do with the cache: look at it, have answers served no more, erase them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from assistant.bounded import BoundedRedis, Limits
from assistant.cache.keys import document_digest, tenant_digest, user_digest
from assistant.cache.store.catalogue import Catalogue, Listed, answered
from assistant.cache.store.erasure import Erasure
from assistant.cache.store.place import Place
from assistant.cache.store.protection import Protection
from assistant.cache.store.strata import Strata
from assistant.cache.store.values import StratumCounts
from assistant.errors import CacheUnavailable
from assistant.types import Caller

SAMPLED: Final = 500
"""Entries whose memory is asked for; the others are taken to be like them."""

PATIENCE: Final = Limits(timeout_s=5.0, connect_timeout_s=2.0, connections=4)
"""No request waits here, and a list may be long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStats:
    """What is stored. `bytes` is memory at the server for entries alone, estimated from `sampled` of them.

    `levels` counts entries that can be found at each level. `oldest` is in seconds since 1970. `shared`
    are copies for a whole tenant, counted in everything else too. `strata` are keyed by task and language.
    """

    entries: int
    bytes: int
    sampled: int
    tenants: int
    shared: int
    oldest: float | None
    states: Mapping[str, int]
    tasks: Mapping[str, int]
    tiers: Mapping[str, int]
    levels: Mapping[str, int]
    strata: Mapping[tuple[str, str], StratumCounts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Entries that meet every condition given; `everything` where there is none.

    `document` is a text that a writer of `tenant` gave, to the letter but for outer white space. `answer`
    is the id that an answer was written under. `written_before` is in seconds since 1970.

    Raises:
        ValueError: neither a condition nor `everything`, or both; a tenant and a user; a document of nobody.
    """

    tenant: str | None = None
    user: Caller | None = None
    task: str | None = None
    tier: str | None = None
    written_before: float | None = None
    answer: str | None = None
    document: str | None = field(default=None, repr=False)
    everything: bool = False

    def __post_init__(self) -> None:
        nobody = self.tenant is None and self.user is None
        if self.everything != (nobody and self.whole):
            message = "say which answers, or everything, and not both"
            raise ValueError(message)
        if self.tenant is not None and self.user is not None:
            message = "a user is one of a tenant: name one of both"
            raise ValueError(message)
        if self.document is not None and nobody:
            message = "a document is one of a tenant: say of which, or of which user"
            raise ValueError(message)

    @property
    def whole(self) -> bool:
        """Whether all that these tenants or users have is meant."""
        narrower = (self.task, self.tier, self.written_before, self.answer, self.document)
        return all(each is None for each in narrower)

    @property
    def tenant_name(self) -> str | None:
        """The one tenant that these can belong to, None where that may be any."""
        return self.tenant if self.user is None else self.user.tenant


class CacheAdmin:
    """Operations on all that is stored; `url` and `secret` as of the cache itself.

    Every operation raises CacheUnavailable where the server does not answer; it can be asked again.
    """

    def __init__(
        self,
        url: str,
        secret: bytes,
        *,
        limits: Limits = PATIENCE,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._redis = BoundedRedis(url, name="cache", limits=limits)
        self._secret = secret
        place = Place(redis=self._redis, protection=Protection(), wall_clock=wall_clock)
        self._catalogue = Catalogue(place)
        self._erasure = Erasure(self._catalogue)
        self._strata = Strata(place)

    async def stats(self) -> CacheStats:
        """Counts over everything that is stored."""
        entries = [
            entry
            for tenant in await self._catalogue.tenants()
            for partition in await self._catalogue.partitions(tenant)
            async for entry in self._catalogue.entries(partition)
        ]
        sample = entries[:: max(1, -(-len(entries) // SAMPLED))]
        used = await self._catalogue.bytes_of([each.key for each in sample])
        return CacheStats(
            entries=len(entries),
            bytes=round(used / len(sample) * len(entries)) if sample else 0,
            sampled=len(sample),
            tenants=len({each.partition.tenant for each in entries}),
            shared=sum(not each.partition.user for each in entries),
            oldest=min((each.created for each in entries), default=None),
            states=Counter(each.state for each in entries),
            tasks=Counter(each.partition.task for each in entries),
            tiers=Counter(each.tier for each in entries),
            levels=_levels(entries),
            strata=answered(await self._strata.all()),
        )

    async def invalidate(self, which: Which) -> int:
        """Has answers served no more; how many there were. Requests that refused a text still do."""
        return await self._erasure.invalidate(await self._select(which))

    async def erase(self, which: Which) -> int:
        """Erases answers, their vectors, votes, shared copies and every trace of them; how many there were.

        Of a user, of a tenant, or of everything, also what outlives an answer: refused texts and counts.
        Drafts that are kept for a larger tier go with them.
        """
        tenants = await self._tenants(which)
        user = None if which.user is None else user_digest(self._secret, which.user)
        count = await self._erasure.erase(await self._select(which))
        named = None if which.tenant_name is None else tenants
        await self._erasure.erase_drafts(named, user=user, answer=which.answer)
        if which.whole:
            await self._erasure.erase_rest(tenants, user)
            if user is not None and not await self._strata.forget(user):
                raise CacheUnavailable
        return count

    async def reset_stratum(self, task: str, language: str) -> None:
        """Forgets what was counted of semantic hits of that kind, so that they may be served again."""
        if not await self._strata.reset(task, language):
            raise CacheUnavailable

    async def aclose(self) -> None:
        """Closes connections."""
        await self._redis.aclose()

    async def _tenants(self, which: Which) -> list[str]:
        """Digests of those that may be concerned."""
        name = which.tenant_name
        if name is None:
            return await self._catalogue.tenants()
        return [tenant_digest(self._secret, name)]

    async def _select(self, which: Which) -> list[Listed]:
        fits = self._condition(which)
        return [
            entry
            for tenant in await self._tenants(which)
            for partition in await self._catalogue.partitions(tenant)
            if which.task in {None, partition.task}
            async for entry in self._catalogue.entries(partition)
            if fits(entry)
        ]

    def _condition(self, which: Which) -> Callable[[Listed], bool]:
        user = None if which.user is None else user_digest(self._secret, which.user)
        document = (
            None
            if which.document is None
            else document_digest(self._secret, which.tenant_name or "", which.document)
        )

        def fits(entry: Listed) -> bool:
            return (
                which.tier in {None, entry.tier}
                and user in {None, entry.user}
                and which.answer in {None, entry.id}
                and (which.written_before is None or entry.created < which.written_before)
                and (document is None or document in entry.documents)
            )

        return fits


def _levels(entries: Iterable[Listed]) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for each in entries:
        found["exact"] += 1
        found["canonical"] += bool(each.canonical)
        found["semantic"] += bool(each.bucket)
    return found
