"""A client whose commands go to the nodes of a cluster that serve their keys."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from typing import Protocol, TypeAlias, TypeVar

import anyio
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import AskError, MovedError, RedisError

from assistant.bounded.slots import Place

T = TypeVar("T")

CommandArgs: TypeAlias = tuple[object, ...]
Options: TypeAlias = dict[str, object]
Command: TypeAlias = tuple[CommandArgs, Options]


class Routes(Protocol):
    """What knows the nodes of a cluster; errors are those of `Server.ask`."""

    async def send(self, args: CommandArgs, options: Options, *, send_by: float) -> object:
        """The reply of the node that serves the slot of one command."""
        ...

    async def send_to(
        self, place: Place, command: Callable[[Redis], Awaitable[T]], *, send_by: float
    ) -> T:
        """The reply of one node."""
        ...

    async def place_for(self, args: CommandArgs, *, send_by: float) -> Place:
        """The node that serves the slot of a command."""
        ...

    def moved(self, moved: MovedError, asked: Place) -> Place:
        """Notes that a slot is served elsewhere."""
        ...


class RoutedRedis(Redis):
    """redis-py's commands, each sent where its key is, by `send_by` in the event loop's time."""

    def __init__(self, routes: Routes) -> None:
        super().__init__(connection_pool=_NO_POOL)
        self._routes = routes
        self.send_by = math.inf

    def by(self, send_by: float) -> RoutedRedis:
        """The same, for commands that are sent by then."""
        # Making one anew costs as much as a command: redis-py fills its table of reply readers.
        other = copy(self)
        other.send_by = send_by
        return other

    async def execute_command(self, *args: object, **options: object) -> object:
        """The reply of the node that serves the first key."""
        return await self._routes.send(args, options, send_by=self.send_by)

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        """Commands that are sent together to each node.

        Raises:
            ValueError: as a transaction; a `Script` is one, on one node.
        """
        if transaction or shard_hint:
            message = "a cluster has no transactions: pass transaction=False, or run a Script"
            raise ValueError(message)
        return RoutedPipeline(self._routes, send_by=self.send_by)


class RoutedPipeline(Pipeline):
    """Commands for any slots: one round trip to each node, to all at the same time."""

    def __init__(self, routes: Routes, *, send_by: float) -> None:
        super().__init__(_NO_POOL, {}, transaction=False, shard_hint=None)
        self._routes = routes
        self._send_by = send_by

    async def execute(self, raise_on_error: bool = True) -> list[object]:
        """All replies, in the order of the commands, refusals among them unless `raise_on_error`.

        Raises:
            RedisError, OSError: a node did not answer; other nodes may have done their part.
        """
        commands = [(args, dict(options)) for args, options in self.command_stack]
        self.command_stack = []
        at: dict[Place, list[int]] = {}
        for number, (args, _) in enumerate(commands):
            place = await self._routes.place_for(args, send_by=self._send_by)
            at.setdefault(place, []).append(number)
        replies: dict[int, object] = {}
        problems: list[Exception] = []

        async def send(place: Place, numbers: list[int]) -> None:
            try:
                replies.update(await self._share(place, commands, numbers))
            except (RedisError, OSError) as error:
                problems.append(error)

        async with anyio.create_task_group() as group:
            for place, numbers in at.items():
                group.start_soon(send, place, numbers)
        if raise_on_error:
            problems += [reply for reply in replies.values() if isinstance(reply, RedisError)]
        if problems:
            raise problems[0]
        return [replies[number] for number in range(len(commands))]

    async def _share(
        self, place: Place, commands: Sequence[Command], numbers: Sequence[int]
    ) -> dict[int, object]:
        """Replies of one node to its commands; those it does not serve any more are sent again, alone."""
        mine = [commands[number] for number in numbers]

        async def execute(redis: Redis) -> list[object]:
            pipe = redis.pipeline(transaction=False)
            for args, options in mine:
                pipe.execute_command(*args, **options)
            return await pipe.execute(raise_on_error=False)

        replies = await self._routes.send_to(place, execute, send_by=self._send_by)
        found = dict(zip(numbers, replies, strict=True))
        for number, reply in found.items():
            if isinstance(reply, AskError):  # a MovedError is one
                if isinstance(reply, MovedError):
                    self._routes.moved(reply, place)
                found[number] = await self._again(commands[number])
        return found

    async def _again(self, command: Command) -> object:
        try:
            return await self._routes.send(*command, send_by=self._send_by)
        except RedisError as error:
            return error


_NO_POOL = ConnectionPool()
"""redis-py wants one; it is never asked for a connection."""
