"""Connections whose commands are timed from the moment they can be sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import anyio
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from assistant.bounded.limits import Limits

_TIMED: Final[ContextVar[anyio.CancelScope | None]] = ContextVar("timed", default=None)


class TimedPool(ConnectionPool):
    """A pool that starts the time of a reply when the connection is ready; see `timed`."""

    reply_s: float

    async def ensure_connection(self, connection: AbstractConnection) -> None:
        """Connects, where it must."""
        await super().ensure_connection(connection)
        scope = _TIMED.get()
        if scope is not None:
            scope.deadline = anyio.current_time() + self.reply_s


@contextmanager
def timed(send_by: float, limits: Limits) -> Iterator[None]:
    """Commands of a `TimedPool` in this block are sent by then, or `timeout_s` from now, and answered in time.

    One timer of anyio's rather than redis-py's own ones: it lets a reply be read that arrived while this
    process was busy with other requests, where theirs throw it away. With 64 requests of a millisecond
    each under way, nineteen of twenty commands to a server that was well timed out.

    Raises:
        TimeoutError: they were not.
    """
    with anyio.CancelScope(deadline=max(send_by, anyio.current_time() + limits.timeout_s)) as scope:
        before = _TIMED.set(scope)
        try:
            yield
        finally:
            _TIMED.reset(before)
    if scope.cancelled_caught:
        raise TimeoutError


def pool_for(url: str, limits: Limits) -> TimedPool:
    """Connections to the server at `url`."""
    pool = TimedPool.from_url(
        url,
        # Those of callers who hang up are on their way back for a moment.
        max_connections=2 * limits.connections,
        socket_timeout=None,
        socket_connect_timeout=limits.connect_timeout_s,
        # redis-py's own retries turn a stopped server into many seconds.
        retry=Retry(NoBackoff(), 0),
        # Version 2 and no driver name: connecting then needs no round trip of its own.
        protocol=2,
        driver_info=None,
    )
    pool.reply_s = limits.timeout_s
    return pool
