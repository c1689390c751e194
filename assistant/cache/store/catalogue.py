"""Everything that is stored, partition by partition, for those who administer it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from assistant.bounded import Down
from assistant.cache.keys import TENANTS, entry_key, partitions_key, prefix
from assistant.cache.store.place import Place, for_each, hashes
from assistant.cache.store.replies import words
from assistant.errors import CacheUnavailable

T = TypeVar("T")

AT_ONCE: Final = 200
"""Entries asked about by one command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A partition as its tenant's list names it; `user` is empty for one that the tenant shares."""

    tenant: str
    name: str
    user: str
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is noted of an entry beside its text; `created` in seconds since 1970."""

    partition: Partition
    id: str
    state: str
    created: float
    tier: str
    user: str
    share: str
    text: str
    exact: str
    canonical: str
    bucket: str
    documents: Collection[str]

    @property
    def key(self) -> str:
        """Its name in the store."""
        return entry_key(self.partition.name, self.id)


class Catalogue:
    """What is stored. Every method raises CacheUnavailable where the server does not answer."""

    def __init__(self, place: Place) -> None:
        """`place` is the server."""
        self.place = place

    async def tenants(self) -> list[str]:
        """Digests of all tenants."""
        return await self._members(TENANTS)

    async def partitions(self, tenant: str) -> list[Partition]:
        """Those of a tenant, by its digest."""
        found = []
        for member in await self._members(partitions_key(tenant)):
            name, user, task = member.split(":")
            found.append(Partition(tenant=tenant, name=name, user=user, task=task))
        return found

    async def entries(self, partition: Partition) -> AsyncIterator[Listed]:
        """All entries of a partition."""
        ids = await self._members(f"{prefix(partition.name)}all")
        for start in range(0, len(ids), AT_ONCE):
            batch = ids[start : start + AT_ONCE]
            keys = [entry_key(partition.name, one) for one in batch]
            rows = answered(await hashes(self.place, "list", keys, _NAMES))
            for entry_id, row in zip(batch, rows, strict=True):
                fields = {
                    name: (value or b"").decode() for name, value in zip(_NAMES, row, strict=True)
                }
                if fields["created"]:
                    yield _listed(partition, entry_id, fields)

    async def bytes_of(self, keys: Sequence[str]) -> int:
        """Memory that those entries take at the server, by its own count."""
        found = await for_each(
            self.place, "memory", keys, lambda redis, key: redis.memory_usage(key)
        )
        return sum(used or 0 for used in answered(found))

    async def names(self, tags: Collection[str]) -> Mapping[str, set[str]]:
        """All names in the store that hold one of those hash tags, by tag. Looks at every name there is."""
        found: dict[str, set[str]] = {tag: set() for tag in tags}
        async for batch in self.place.redis.scan("scan", "ink:{*"):
            for name in words(answered(batch)):
                tag = name.partition("{")[2].partition("}")[0]
                if tag in found:
                    found[tag].add(name)
        return found

    async def any_left(self, names: Iterable[str]) -> bool:
        """Whether one of those keys is still there."""
        found = await for_each(self.place, "left", names, lambda redis, key: redis.exists(key))
        return any(answered(found))

    async def delete(self, keys: Collection[str]) -> None:
        """Deletes keys, wherever they lie."""
        answered(await for_each(self.place, "delete", keys, lambda redis, key: redis.delete(key)))

    async def unlist(self, partition: Partition) -> None:
        """Takes a partition that holds nothing off the lists, and its tenant with the last one."""
        name = partitions_key(partition.tenant)
        member = f"{partition.name}:{partition.user}:{partition.task}"
        redis = self.place.redis
        answered(await redis.ask("unlist", lambda server: server.zrem(name, member)))
        if not answered(await redis.ask("unlist", lambda server: server.exists(name))):
            answered(
                await redis.ask("unlist", lambda server: server.zrem(TENANTS, partition.tenant))
            )

    async def _members(self, key: str) -> list[str]:
        return words(
            answered(await self.place.redis.ask("list", lambda redis: redis.zrange(key, 0, -1)))
        )


_NAMES: Final = ("state", "created", "tier", "user", "share", "text", "x", "c", "b", "d")


def _listed(partition: Partition, entry_id: str, fields: Mapping[str, str]) -> Listed:
    return Listed(
        partition=partition,
        id=entry_id,
        state=fields["state"],
        created=float(fields["created"]),
        tier=fields["tier"],
        user=fields["user"],
        share=fields["share"],
        text=fields["text"],
        exact=fields["x"],
        canonical=fields["c"],
        bucket=fields["b"],
        documents=fields["d"].split(),
    )


def answered(reply: T | Down) -> T:
    """The reply, where there is one.

    Raises:
        CacheUnavailable: the server does not answer.
    """
    if isinstance(reply, Down):
        raise CacheUnavailable
    return reply
