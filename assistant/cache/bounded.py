"""Redis or Valkey commands that take a bounded time and never raise because the server is unwell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

import anyio
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from assistant.breaker import Breaker
from assistant.telemetry import get_logger

T = TypeVar("T")

log = get_logger("cache")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server may cost, times in seconds."""

    timeout_s: float = 0.02
    """For one command: near servers answer in two milliseconds, local ones in a tenth of one."""

    connect_timeout_s: float = 0.1
    """For a new connection, TLS included; it then serves many commands."""

    connections: int = 64
    """Of one process: at a millisecond a command, far more than it can write drafts."""


@dataclass(frozen=True, slots=True)
class Down:
    """There is no reply: the server is unwell, refused, or was left alone."""


Operation: TypeAlias = Literal["get", "put", "delete", "ping"]
"""What was asked, as logs name it."""

DOWN: Final = Down()


class BoundedRedis:
    """A server behind a breaker.

    A command takes at most `timeout_s` once connected and `connect_timeout_s` more where it is not,
    whatever the server does; after some failures in a row the server is left alone for a while.

    Raises:
        ValueError: `url` is not `redis://`, `rediss://` or `unix://`.
    """

    def __init__(
        self, url: str, *, limits: Limits | None = None, breaker: Breaker | None = None
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
            # Version 2 and no driver name: connecting then needs no round trip of its own.
            protocol=2,
            driver_info=None,
        )
        self._redis: Redis = Redis.from_pool(pool)
        self._longest_s = limits.connect_timeout_s + limits.timeout_s
        self._breaker = breaker or Breaker()

    async def get(self, key: str) -> bytes | str | Down | None:
        """The value, None where there is none."""
        return await self._ask("get", lambda: self._redis.get(key))

    async def set(self, key: str, value: bytes, *, ttl_ms: int) -> object | Down:
        """Stores the value for so many milliseconds."""
        return await self._ask("put", lambda: self._redis.set(key, value, px=ttl_ms))

    async def delete(self, key: str) -> int | Down:
        """Forgets the value."""
        return await self._ask("delete", lambda: self._redis.delete(key))

    async def ping(self) -> bool:
        """Whether the server answers now; it is asked even where it would be left alone."""
        return not isinstance(await self._attempt("ping", self._redis.ping), Down)

    async def aclose(self) -> None:
        """Closes connections."""
        await self._redis.aclose()

    async def _ask(self, operation: Operation, command: Callable[[], Awaitable[T]]) -> T | Down:
        if not self._breaker.allows():
            return DOWN
        try:
            return await self._attempt(operation, command)
        finally:
            self._breaker.abandoned()

    async def _attempt(self, operation: Operation, command: Callable[[], Awaitable[T]]) -> T | Down:
        try:
            with anyio.fail_after(self._longest_s):
                reply = await command()
        except ResponseError as error:
            # It refuses (full, read-only, not permitted), but in time, and may well answer reads.
            self._breaker.succeeded()
            log.warning("cache.refused", operation=operation, error=type(error).__name__)
            return DOWN
        except (RedisError, OSError) as error:
            self._breaker.failed()
            log.warning("cache.failed", operation=operation, error=type(error).__name__)
            return DOWN
        self._breaker.succeeded()
        return reply
