"""Decision records in Redis or Valkey. A store that is down, slow or full fails no request."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar, cast

import anyio
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from assistant.breaker import Breaker
from assistant.errors import RecordsUnavailable
from assistant.records import keys
from assistant.records.base import Held, Kept, Outcome, Record
from assistant.records.entry import decode_outcome, decode_record, encode_outcome, encode_record
from assistant.telemetry import get_logger
from assistant.types import Caller

T = TypeVar("T")

LONGEST_INDEX: Final = 50_000
"""Scored records of one tenant that can be exported; beyond that the oldest are passed over."""

READ_AT_ONCE: Final = 200
"""Records fetched with one command: some hundred kilobytes, a millisecond of the server's time."""

MS_PER_S: Final = 1000

_log = get_logger("records")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server may cost, times in seconds: more than a cache may, for no answer waits for it."""

    timeout_s: float = 1.0
    """For one command once connected; the longest lists every record of a tenant."""

    connect_timeout_s: float = 1.0
    """For a new connection, TLS included."""

    connections: int = 8
    """Of one process."""


class RedisRecordStore:
    """Records in any Redis 7 or Valkey at `url` (`redis://`, `rediss://` or `unix://`).

    `secret` keys the digests that records are stored under, so that one caller cannot name another's.
    After some failures in a row the server is left alone for a while. `wall_clock` tells seconds since
    1970.

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
    ) -> None:
        limits = limits or Limits()
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=limits.connections,
            timeout=limits.timeout_s,
            socket_timeout=limits.timeout_s,
            socket_connect_timeout=limits.connect_timeout_s,
            # redis-py's own retries turn a stopped server into many seconds.
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
        )
        self._redis: Redis = Redis.from_pool(pool)
        self._secret = secret
        self._longest_s = limits.connect_timeout_s + limits.timeout_s
        self._breaker = breaker or Breaker()
        self._wall_clock = wall_clock

    async def write(self, record: Record, *, keep_s: float, held: Held | None) -> bool:
        """Whether the record is stored now, with its place in the tenant's list if it was scored."""
        data = encode_record(record)
        if data is None:
            return False
        tenant = keys.tenant_digest(self._secret, record.caller.tenant)
        member = keys.member(self._secret, record.caller, record.id)
        keep_ms = _milliseconds(keep_s)
        pipe = self._redis.pipeline(transaction=False)
        pipe.set(keys.record_key(tenant, member), data, px=keep_ms)
        if held is not None:
            held_key = keys.held_key(tenant, member)
            pipe.set(held_key, held.digests, px=_milliseconds(held.seconds))
        if any(step.log_odds is not None for step in record.path):
            forgotten = record.created - keep_s
            for name, item in ((keys.index_key(tenant), member), (keys.TENANTS, tenant)):
                pipe.zadd(name, {item: record.created})
                pipe.zremrangebyscore(name, "-inf", forgotten)
                pipe.zremrangebyrank(name, 0, -LONGEST_INDEX - 1)
                pipe.pexpire(name, keep_ms)
        try:
            await self._ask("write", pipe.execute)
        except RecordsUnavailable:
            return False
        return True

    async def read(self, caller: Caller, record_id: str) -> Kept | None:
        """The caller's record of that name; errors as of the protocol."""
        tenant = keys.tenant_digest(self._secret, caller.tenant)
        found = await self._read(tenant, [keys.member(self._secret, caller, record_id)])
        return found[0] if found and found[0].record.caller == caller else None

    async def held(self, caller: Caller, record_id: str) -> bytes | None:
        """Digests of the words of the served text; errors as of the protocol."""
        tenant = keys.tenant_digest(self._secret, caller.tenant)
        key = keys.held_key(tenant, keys.member(self._secret, caller, record_id))
        return cast("bytes | None", await self._ask("held", lambda: self._redis.get(key)))

    async def settle(self, record: Record, outcome: Outcome, *, keep_s: float) -> None:
        """Stores the verdict; errors as of the protocol."""
        tenant = keys.tenant_digest(self._secret, record.caller.tenant)
        key = keys.outcome_key(tenant, keys.member(self._secret, record.caller, record.id))
        left_ms = _milliseconds(record.created + keep_s - self._wall_clock())
        data = encode_outcome(outcome)
        await self._ask("settle", lambda: self._redis.set(key, data, px=left_ms))

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

    async def _tenants(self, tenant: str | None) -> Sequence[str]:
        if tenant is not None:
            return [keys.tenant_digest(self._secret, tenant)]
        return await self._names(keys.TENANTS, 0.0)

    async def _names(self, index: str, since: float) -> list[str]:
        found = await self._ask("list", lambda: self._redis.zrangebyscore(index, since, "+inf"))
        return [name.decode() if isinstance(name, bytes) else str(name) for name in found]

    async def _read(self, tenant: str, members: Sequence[str]) -> list[Kept]:
        """Those of them that are still there and readable, in the same order."""
        names = [keys.record_key(tenant, one) for one in members]
        names += [keys.outcome_key(tenant, one) for one in members]
        values = await self._ask("read", lambda: self._redis.mget(names))
        found = []
        pairs = zip(values[: len(members)], values[len(members) :], strict=True)
        for record_data, outcome_data in pairs:
            record = None if record_data is None else decode_record(record_data)
            outcome = None if outcome_data is None else decode_outcome(outcome_data)
            if record is not None:
                found.append(Kept(record=record, outcome=outcome))
        return found

    async def _ask(self, operation: str, command: Callable[[], Awaitable[T]]) -> T:
        if not self._breaker.allows():
            raise _unavailable()
        try:
            with anyio.fail_after(self._longest_s):
                reply = await command()
        except (RedisError, OSError) as error:
            self._breaker.failed()
            _log.warning("records.failed", operation=operation, error=type(error).__name__)
            raise _unavailable() from error
        else:
            self._breaker.succeeded()
            return reply
        finally:
            self._breaker.abandoned()


def _unavailable() -> RecordsUnavailable:
    return RecordsUnavailable(
        "decision records: the Redis or Valkey that keeps them does not answer;"
        " check REDIS_URL and that it runs"
    )


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * MS_PER_S))
