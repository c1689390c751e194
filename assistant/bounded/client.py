"""Redis or Valkey commands that take a bounded time and never raise because the server is unwell."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final, TypeVar

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError, ResponseError

from assistant.bounded.cluster import Cluster
from assistant.bounded.limits import DOWN, Argument, Down, LeftAlone, Limits, Script
from assistant.bounded.server import Server
from assistant.breaker import Breaker, State
from assistant.redis_address import read_address
from assistant.telemetry import get_logger

T = TypeVar("T")

NAMES_AT_ONCE: Final = 500
"""Names that a server is asked to look at in one step: a fraction of a millisecond of its time."""

_UNKNOWN: Final = object()
"""Stands for the reply of a server that does not know a script."""


class BoundedRedis:
    """A server, or a cluster of them, behind breakers.

    A command is sent within `connect_timeout_s` and waits `timeout_s` for its reply, whatever the server
    does. After some failures in a row, each begun after the last, the server is left alone for a while; of
    a cluster each node by itself, with a breaker like `breaker`. `url` is what `read_address` reads; `name`
    says in logs whose commands these are.

    Raises:
        ValueError: `url` cannot be read; the message holds no part of it but the scheme.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        limits: Limits | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        address = read_address(url)
        limits = limits or Limits()
        breaker = breaker or Breaker()
        self._store: Server | Cluster = (
            Cluster(address.urls, limits, breaker)
            if address.cluster
            else Server(address.urls[0], limits, breaker)
        )
        self._log = get_logger(name)
        self._name = name

    @property
    def state(self) -> State:
        """Of the breaker: `open` while the server, or a node of the cluster, is left alone."""
        return self._store.state

    async def ask(self, operation: str, command: Callable[[Redis], Awaitable[T]]) -> T | Down:
        """The reply to a command or pipeline; Down where the server is unwell or refuses.

        `operation` names it in logs; it is never a text of a writer. The keys of one command lie in one
        slot, those of a pipeline (`transaction=False`) wherever they like.
        """
        return await self._bounded(operation, self._store.ask(command))

    async def run(
        self, operation: str, script: Script, *, keys: Sequence[str], args: Sequence[Argument]
    ) -> object | Down:
        """The reply of a script, which is sent whole only to a server that does not know it.

        There is at least one key, and all of them lie in one slot.
        """

        async def by_digest(redis: Redis) -> object:
            try:
                return await redis.evalsha(script.digest, len(keys), *keys, *args)
            except NoScriptError:
                return _UNKNOWN

        reply = await self.ask(operation, by_digest)
        if reply is not _UNKNOWN:
            return reply
        return await self.ask(
            operation, lambda redis: redis.eval(script.source, len(keys), *keys, *args)
        )

    async def scan(self, operation: str, match: str) -> AsyncIterator[Sequence[bytes] | Down]:
        """All names that fit a pattern, on every node, a batch at a time; a name may come twice.

        Each batch has limits of its own. Down stands for what a server does not tell.
        """
        servers = await self._bounded(operation, self._store.servers())
        if isinstance(servers, Down):
            yield DOWN
            return
        for server in servers:
            async for names in self._scan(operation, server, match):
                yield names

    async def ping(self) -> bool:
        """Whether the server answers now, of a cluster every node; it is asked even if left alone."""
        return await self._store.ping()

    async def aclose(self) -> None:
        """Closes connections."""
        await self._store.aclose()

    async def _scan(
        self, operation: str, server: Server, match: str
    ) -> AsyncIterator[Sequence[bytes] | Down]:
        cursor = 0
        while True:

            def scan(redis: Redis, at: int = cursor) -> Awaitable[tuple[int, list[bytes | str]]]:
                return redis.scan(at, match=match, count=NAMES_AT_ONCE)

            reply = await self._bounded(operation, server.ask(scan))
            if isinstance(reply, Down):
                yield DOWN
                return
            cursor, names = reply
            yield [name for name in names if isinstance(name, bytes)]
            if cursor == 0:
                return

    async def _bounded(self, operation: str, reply: Awaitable[T]) -> T | Down:
        try:
            return await reply
        except LeftAlone:
            return DOWN
        except (RedisError, OSError) as error:
            event = "refused" if isinstance(error, ResponseError) else "failed"
            # A refusal to let us in reaches us as the cause of a failed connection.
            reason = error.__cause__ if isinstance(error.__cause__, RedisError) else error
            self._log.warning(
                f"{self._name}.{event}", operation=operation, error=type(reason).__name__
            )
            return DOWN
