"""One Redis or Valkey server behind a breaker."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
from redis.asyncio import Redis
from redis.exceptions import InvalidResponse, RedisError, ResponseError

from assistant.bounded.limits import Crowded, LeftAlone, Limits
from assistant.bounded.pool import pool_for, timed
from assistant.breaker import Breaker, State

T = TypeVar("T")


class Server:
    """Takes commands for a bounded time each, and none for a while after some failures in a row.

    Commands that were under way at the same time fail as one: their breaker opens for what lasts.

    `url` is that of one server; `doubted` says that it failed, or sent somebody elsewhere, since that was
    last cleared.
    """

    def __init__(self, url: str, limits: Limits, breaker: Breaker) -> None:
        self._redis: Redis = Redis.from_pool(pool_for(url, limits))
        self._turns = anyio.Semaphore(limits.connections, fast_acquire=True)
        self._limits = limits
        self._failed_at = -math.inf
        self.breaker = breaker
        self.doubted = False

    @property
    def state(self) -> State:
        """Of its breaker."""
        return self.breaker.state

    async def ask(
        self, command: Callable[[Redis], Awaitable[T]], *, send_by: float | None = None
    ) -> T:
        """The reply to a command or pipeline that is sent by `send_by`, in the event loop's time.

        Raises:
            RedisError, OSError: there is none; `LeftAlone` where it was not asked, `Crowded` where its
                turn never came, a `ResponseError` where it refused.
        """
        if self.breaker.state == "open":
            raise LeftAlone
        send_by = self._limits.send_by() if send_by is None else send_by
        await self._turn(send_by)
        try:
            if not self.breaker.allows():
                raise LeftAlone
            try:
                return await self._attempt(command, send_by)
            finally:
                self.breaker.abandoned()
        finally:
            self._turns.release()

    async def servers(self) -> list[Server]:
        """Itself, as a cluster of one."""
        return [self]

    async def ping(self) -> bool:
        """Whether it answers now; it is asked even where it would be left alone, and without a turn."""
        try:
            await self._attempt(lambda redis: redis.ping(), self._limits.send_by())
        except (RedisError, OSError):
            return False
        return True

    async def aclose(self) -> None:
        """Closes connections."""
        await self._redis.aclose()

    async def _turn(self, by: float) -> None:
        """One of the connections, after others of this process, who are not the server's fault."""
        try:
            self._turns.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.move_on_at(by) as scope:
                await self._turns.acquire()
            if scope.cancelled_caught:
                raise Crowded from None

    async def _attempt(self, command: Callable[[Redis], Awaitable[T]], send_by: float) -> T:
        began = anyio.current_time()
        try:
            with timed(send_by, self._limits):
                reply = await command(self._redis)
        except ResponseError:
            # It refuses (full, read-only, not permitted), but in time, and may well answer reads.
            self.breaker.succeeded()
            raise
        except (RedisError, OSError):
            self._note_failure(began)
            raise
        except (ValueError, IndexError) as error:
            # What redis-py's parser says of a reply that is none.
            self._note_failure(began)
            raise InvalidResponse from error
        self.breaker.succeeded()
        return reply

    def _note_failure(self, began: float) -> None:
        # Many commands that were under way at one bad moment are one failure: a server that forks to
        # save is no outage.
        if began >= self._failed_at:
            self._failed_at = anyio.current_time()
            self.breaker.failed()
        self.doubted = True
