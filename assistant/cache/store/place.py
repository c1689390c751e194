"""The server and what is the same for everything that is stored on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar, cast

from redis.asyncio import Redis

from assistant.bounded import Argument, BoundedRedis, Down, Script
from assistant.cache.keys import TENANTS, entry_key, partitions_key, prefix
from assistant.cache.store.protection import Protection
from assistant.cache.store.scripts import REGISTER

T = TypeVar("T")

TOMBSTONE_S: Final = 30 * 86_400.0
"""Seconds that a refused text is remembered at least, from its last refusal."""

LONGER_S: Final = 86_400.0
"""Seconds that a refused text is remembered longer than it is kept."""

MS_PER_S: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server, how texts are protected on it, and a clock in seconds since 1970."""

    redis: BoundedRedis
    protection: Protection
    wall_clock: Callable[[], float]

    async def run(
        self, operation: str, script: Script, *, partition: str, key: str, args: Sequence[Argument]
    ) -> object | Down:
        """The reply of a script over one partition; `key` names any of its keys."""
        common = (prefix(partition), seconds(self.wall_clock()))
        return await self.redis.run(operation, script, keys=[key], args=[*common, *args])

    async def on_entry(
        self,
        operation: str,
        script: Script,
        *,
        partition: str,
        entry_id: str,
        args: Sequence[Argument],
    ) -> object | Down:
        """The reply of a script about one entry."""
        key = entry_key(partition, entry_id)
        return await self.run(
            operation, script, partition=partition, key=key, args=[entry_id, *args]
        )

    async def register(
        self, *, tenant: str, partition: str, user: str, task: str, keep_s: float
    ) -> bool:
        """Notes that a tenant has this partition, before anything is written to it; whether that worked.

        Whoever erases finds it there, as long as anything can lie in it: the entries, and tombstones of
        verdicts that came late. The list of all tenants is for looking around only, and may lie on a node
        that is down.
        """
        keep_s += 2 * TOMBSTONE_S
        listed = await self._note(partitions_key(tenant), f"{partition}:{user}:{task}", keep_s)
        if listed:
            await self._note(TENANTS, tenant, keep_s)
        return listed

    async def _note(self, key: str, member: str, keep_s: float) -> bool:
        now = self.wall_clock()
        args = ("", seconds(now), member, seconds(now + keep_s), milliseconds(keep_s))
        reply = await self.redis.run("register", REGISTER, keys=[key], args=args)
        return not isinstance(reply, Down)


async def hashes(
    place: Place, operation: str, keys: Sequence[str], names: Sequence[str]
) -> Sequence[Sequence[bytes | None]] | Down:
    """Those fields of each of those hashes, in one round trip."""
    if not keys:
        return []

    async def fetch(redis: Redis) -> list[list[bytes | None]]:
        pipe = redis.pipeline(transaction=False)
        for key in keys:
            pipe.hmget(key, list(names))
        return cast("list[list[bytes | None]]", await pipe.execute())

    return await place.redis.ask(operation, fetch)


async def for_each(
    place: Place, operation: str, keys: Iterable[str], command: Callable[[Redis, str], Awaitable[T]]
) -> list[T] | Down:
    """The reply to a command about each of those keys, wherever they lie."""
    found: list[T] = []
    for key in keys:
        reply = await place.redis.ask(operation, partial(_about, command, key))
        if isinstance(reply, Down):
            return reply
        found.append(reply)
    return found


def _about(command: Callable[[Redis, str], Awaitable[T]], key: str, redis: Redis) -> Awaitable[T]:
    return command(redis, key)


def tombstone_s(kept_s: float) -> float:
    """Seconds that a refusal of a text is remembered that is kept for `kept_s` from now on."""
    return max(TOMBSTONE_S, kept_s + LONGER_S)


def seconds(value: float) -> str:
    """Seconds as the server is given them: to the thousandth."""
    return f"{value:.3f}"


def milliseconds(value_s: float) -> int:
    """At least one."""
    return max(1, round(value_s * MS_PER_S))


def flat(fields: Mapping[str, str | bytes]) -> list[Argument]:
    """Names and values in turn."""
    return [part for pair in fields.items() for part in pair]
