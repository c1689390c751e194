"""Decision records in Redis or Valkey. A store that is down, slow or full fails no request."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final, TypeVar, cast

from redis.asyncio import Redis

from assistant.bounded import BoundedRedis, Down, Limits
from assistant.breaker import Breaker
from assistant.errors import RecordsUnavailable
from assistant.records import keys
from assistant.records.base import Held, Kept, Outcome, Record, Repeated
from assistant.records.entry import decode_outcome, decode_record, encode_outcome, encode_record
from assistant.records.together import Command, Together
from assistant.types import Caller

T = TypeVar("T")

LONGEST_INDEX: Final = 50_000
"""Scored records of one tenant that can be exported; beyond that the oldest are passed over."""

READ_AT_ONCE: Final = 200
"""Records fetched with one command: some hundred kilobytes, a millisecond of the server's time."""

MS_PER_S: Final = 1000

LIMITS: Final = Limits(timeout_s=1.0, connect_timeout_s=1.0, connections=8)
"""More than a cache may cost, for no answer waits for it; the longest command lists all of a tenant."""


class RedisRecordStore:
    """Records in any Redis 7 or Valkey, or a cluster of them, at `url` (as `read_address` reads it).

    `secret` keys the digests that records are stored under, so that one caller cannot name another's.
    After some failures in a row the server is left alone for a while. `wall_clock` tells seconds since
    1970.

    Raises:
        ValueError: `url` cannot be read.
    """

    def __init__(
        self,
        url: str,
        secret: bytes,
        *,
        limits: Limits | None = None,
        breaker: Breaker | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._redis = BoundedRedis(url, name="records", limits=limits or LIMITS, breaker=breaker)
        self._repeats = Together(self._redis, "repeat")
        self._secret = secret
        self._wall_clock = wall_clock

    async def write(self, record: Record, *, keep_s: float, held: Held | None) -> bool:
        """Whether the record is stored now, with its place in the tenant's list if it was scored."""
        data = encode_record(record)
        if data is None:
            return False
        tenant = keys.tenant_digest(self._secret, record.caller.tenant)
        member = keys.member(self._secret, record.caller, record.id)
        keep_ms = _milliseconds(keep_s)

        def queue(redis: Redis) -> Awaitable[object]:
            pipe = redis.pipeline(transaction=False)
            pipe.set(keys.record_key(tenant, member), data, px=keep_ms)
            if held is not None:
                held_key = self._held_key(record.caller, record.text_id)
                pipe.set(held_key, held.digests, px=_milliseconds(held.seconds))
            if any(step.log_odds is not None for step in record.path):
                forgotten = record.created - keep_s
                for name, item in ((keys.index_key(tenant), member), (keys.TENANTS, tenant)):
                    pipe.zadd(name, {item: record.created})
                    pipe.zremrangebyscore(name, "-inf", forgotten)
                    pipe.zremrangebyrank(name, 0, -LONGEST_INDEX - 1)
                    pipe.pexpire(name, keep_ms)
            return pipe.execute()

        return not isinstance(await self._redis.ask("write", queue), Down)

    async def repeat(self, record: Record, *, keep_s: float, held_s: float) -> Repeated:
        """Stores the record; `lost` where the store does not answer."""
        data = encode_record(record)
        if data is None:
            return "lost"
        tenant = keys.tenant_digest(self._secret, record.caller.tenant)
        name = keys.record_key(tenant, keys.member(self._secret, record.caller, record.id))
        commands: list[Command] = [("SET", name, data, "PX", _milliseconds(keep_s))]
        if held_s > 0:
            held_key = self._held_key(record.caller, record.text_id)
            commands.append(("PEXPIRE", held_key, _milliseconds(held_s)))
        replies = await self._repeats.send(*commands)
        if isinstance(replies, Down):
            return "lost"
        return "stored" if replies[-1] else "unheld"

    async def read(self, caller: Caller, record_id: str) -> Kept | None:
        """The caller's record of that name; errors as of the protocol."""
        tenant = keys.tenant_digest(self._secret, caller.tenant)
        found = await self._read(tenant, [keys.member(self._secret, caller, record_id)])
        return found[0] if found and found[0].record.caller == caller else None

    async def held(self, caller: Caller, text_id: str) -> bytes | None:
        """Digests of the words of a served text; errors as of the protocol."""
        key = self._held_key(caller, text_id)
        return cast("bytes | None", await self._ask("held", lambda redis: redis.get(key)))

    async def settle(self, record: Record, outcome: Outcome, *, keep_s: float) -> None:
        """Stores the verdict; errors as of the protocol."""
        tenant = keys.tenant_digest(self._secret, record.caller.tenant)
        key = keys.outcome_key(tenant, keys.member(self._secret, record.caller, record.id))
        left_ms = _milliseconds(record.created + keep_s - self._wall_clock())
        data = encode_outcome(outcome)
        await self._ask("settle", lambda redis: redis.set(key, data, px=left_ms))

    async def forget(self, record: Record) -> None:
        """Erases the record and all that hangs on it; errors as of the protocol."""
        tenant = keys.tenant_digest(self._secret, record.caller.tenant)
        member = keys.member(self._secret, record.caller, record.id)
        names = [of(tenant, member) for of in (keys.record_key, keys.outcome_key)]
        names.append(self._held_key(record.caller, record.text_id))

        def erase(redis: Redis) -> Awaitable[object]:
            pipe = redis.pipeline(transaction=False)
            pipe.delete(*names)
            pipe.zrem(keys.index_key(tenant), member)
            return pipe.execute()

        await self._ask("forget", erase)

    async def scored(self, *, since: float, tenant: str | None = None) -> AsyncIterator[Kept]:
        """Records with a scored draft; errors as of the protocol."""
        for digest in await self._tenants(tenant):
            members = await self._names(keys.index_key(digest), since)
            for start in range(0, len(members), READ_AT_ONCE):
                batch = members[start : start + READ_AT_ONCE]
                for kept in await self._read(digest, batch):
                    yield kept

    async def aclose(self) -> None:
        """Closes connections."""
        await self._redis.aclose()

    def _held_key(self, caller: Caller, text_id: str) -> str:
        tenant = keys.tenant_digest(self._secret, caller.tenant)
        return keys.held_key(tenant, keys.member(self._secret, caller, text_id))

    async def _tenants(self, tenant: str | None) -> Sequence[str]:
        if tenant is not None:
            return [keys.tenant_digest(self._secret, tenant)]
        return await self._names(keys.TENANTS, 0.0)

    async def _names(self, index: str, since: float) -> list[str]:
        found = await self._ask("list", lambda redis: redis.zrangebyscore(index, since, "+inf"))
        return [name.decode() if isinstance(name, bytes) else str(name) for name in found]

    async def _read(self, tenant: str, members: Sequence[str]) -> list[Kept]:
        """Those of them that are still there and readable, in the same order."""
        names = [keys.record_key(tenant, one) for one in members]
        names += [keys.outcome_key(tenant, one) for one in members]
        values = await self._ask("read", lambda redis: redis.mget(names))
        found = []
        pairs = zip(values[: len(members)], values[len(members) :], strict=True)
        for record_data, outcome_data in pairs:
            record = None if record_data is None else decode_record(record_data)
            outcome = None if outcome_data is None else decode_outcome(outcome_data)
            if record is not None:
                found.append(Kept(record=record, outcome=outcome))
        return found

    async def _ask(self, operation: str, command: Callable[[Redis], Awaitable[T]]) -> T:
        reply = await self._redis.ask(operation, command)
        if isinstance(reply, Down):
            message = (
                "decision records: the Redis or Valkey that keeps them does not answer;"
                " check REDIS_URL and that it runs"
            )
            raise RecordsUnavailable(message)
        return reply


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * MS_PER_S))
