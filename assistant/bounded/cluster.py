"""A Redis Cluster as one store: each node with limits and a breaker of its own.

redis-py's own cluster client is not used: after an error of one node no command goes on before the layout
is read anew, and the connections to all nodes are closed. With one of three nodes killed, a fifth of the
commands to the two others took longer than the limits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, TypeVar

import anyio
from redis.asyncio import Redis
from redis.exceptions import AskError, ClusterDownError, MovedError, RedisError

from assistant.bounded.limits import LeftAlone, Limits
from assistant.bounded.routed import CommandArgs, Options, RoutedRedis
from assistant.bounded.server import Server
from assistant.bounded.slots import SLOTS, Place, owners_in, slot_of
from assistant.breaker import Breaker, State
from assistant.redis_address import moved_to, place_in

T = TypeVar("T")

REDIRECTS: Final = 2
"""Of one command at most: to the node that took the slot over, and to one that is just taking it over."""


class Cluster:
    """The nodes of a cluster and the slots they serve.

    The layout is read with the first command, and again before a command is sent to a node that failed or
    sent somebody elsewhere; commands to other nodes never wait for that. One limit holds for all that it
    takes to send a command to its node.
    """

    def __init__(self, urls: Sequence[str], limits: Limits, breaker: Breaker) -> None:
        self._url = urls[0]
        self._limits = limits
        self._breaker = breaker
        self._servers: dict[Place, Server] = {}
        self._owners: list[Place | None] = [None] * SLOTS
        self._layouts_read = 0
        self._reading = anyio.Lock()
        self._redis = RoutedRedis(self)
        self._seeds = [place_in(url) for url in urls]
        for place in self._seeds:
            self._server(place)

    @property
    def state(self) -> State:
        """The worst of its nodes' breakers."""
        states = {server.state for server in self._servers.values()}
        return "open" if "open" in states else "half_open" if "half_open" in states else "closed"

    async def ask(self, command: Callable[[Redis], Awaitable[T]]) -> T:
        """The reply to a command or pipeline, whose keys may lie on several nodes.

        Raises:
            RedisError, OSError: there is none; of a pipeline, some commands may have been done.
        """
        return await command(self._redis.by(self._limits.send_by()))

    async def send(self, args: CommandArgs, options: Options, *, send_by: float) -> object:
        """The reply of the node that serves the slot of one command; errors as of `Server.ask`."""
        place, asking = await self._owner(slot_of(args), send_by), False
        for _ in range(REDIRECTS):
            try:
                return await self._server(place).ask(_sent(args, options, asking), send_by=send_by)
            except MovedError as moved:
                place, asking = self.moved(moved, place), False
            except AskError as asked:
                place, asking = _named_by(asked, place), True
        return await self._server(place).ask(_sent(args, options, asking), send_by=send_by)

    async def send_to(
        self, place: Place, command: Callable[[Redis], Awaitable[T]], *, send_by: float
    ) -> T:
        """The reply of one node; errors as of `Server.ask`."""
        return await self._server(place).ask(command, send_by=send_by)

    async def place_for(self, args: CommandArgs, *, send_by: float) -> Place:
        """The node that serves the slot of a command; errors as of `Server.ask`."""
        return await self._owner(slot_of(args), send_by)

    def moved(self, moved: MovedError, asked: Place) -> Place:
        """Notes that a slot is served elsewhere, as the node `asked` says; the answer is where."""
        place = _named_by(moved, asked)
        self._owners[int(moved.slot_id)] = place
        self._server(asked).doubted = True
        return place

    async def servers(self) -> list[Server]:
        """The nodes that serve slots; errors as of `Server.ask`, where not even that is known."""
        if self._layouts_read == 0:
            await self._read_layout(self._limits.send_by())
        return [self._server(place) for place in dict.fromkeys(self._owners) if place is not None]

    async def ping(self) -> bool:
        """Whether every node that serves slots answers now."""
        answers: list[bool] = []

        async def ping(server: Server) -> None:
            answers.append(await server.ping())

        with suppress(RedisError, OSError):
            await self._read_layout(self._limits.send_by())
        # Where the nodes are left alone the layout stays unknown: those of the address can tell.
        known = await self.servers() if self._layouts_read else map(self._server, self._seeds)
        async with anyio.create_task_group() as group:
            for server in known:
                group.start_soon(ping, server)
        return all(answers)

    async def aclose(self) -> None:
        """Closes connections."""
        for server in self._servers.values():
            await server.aclose()

    async def _owner(self, slot: int, send_by: float) -> Place:
        place = self._owners[slot]
        if place is not None and not self._server(place).doubted:
            return place
        try:
            await self._read_layout(send_by)
        except (RedisError, OSError):
            if place is None:
                raise
        found = self._owners[slot]
        if found is None:
            message = "no node serves the slot"
            raise ClusterDownError(message)
        return found

    async def _read_layout(self, send_by: float) -> None:
        """Asks one node after another where the slots are; who waited for another's reading has its result."""
        before = self._layouts_read
        with anyio.fail_after(send_by - anyio.current_time()):
            await self._reading.acquire()
        try:
            if self._layouts_read == before:
                await self._adopt(*await self._layout(send_by))
        finally:
            self._reading.release()

    async def _layout(self, send_by: float) -> tuple[dict[Place, list[range]], Place]:
        """The slots of every node, and who said so: one that was not in doubt, if there is any."""
        problem: Exception = LeftAlone()
        for place in sorted(self._servers, key=lambda place: self._server(place).doubted):
            if anyio.current_time() >= send_by:
                break
            try:
                reply = await self._server(place).ask(_ask_for_slots, send_by=send_by)
                return owners_in(reply, asked=place[0]), place
            except (RedisError, OSError) as error:
                problem = error
        raise problem

    async def _adopt(self, layout: dict[Place, list[range]], teller: Place) -> None:
        owners: list[Place | None] = [None] * SLOTS
        for place, ranges in layout.items():
            for slots in ranges:
                owners[slots.start : slots.stop] = [place] * len(slots)
            self._server(place)
        self._owners = owners
        self._layouts_read += 1
        for server in self._servers.values():
            server.doubted = False
        for place in self._servers.keys() - layout.keys() - {*self._seeds, teller}:
            await self._servers.pop(place).aclose()

    def _server(self, place: Place) -> Server:
        server = self._servers.get(place)
        if server is None:
            url = moved_to(self._url, *place)
            server = Server(url, self._limits, self._breaker.another())
            self._servers[place] = server
        return server


def _sent(
    args: CommandArgs, options: Options, asking: bool
) -> Callable[[Redis], Awaitable[object]]:
    async def with_asking(redis: Redis) -> object:
        pipe = redis.pipeline(transaction=False)
        pipe.execute_command("ASKING")
        pipe.execute_command(*args, **options)
        return (await pipe.execute())[1]

    def plainly(redis: Redis) -> Awaitable[object]:
        return redis.execute_command(*args, **options)  # type: ignore[no-untyped-call]

    return with_asking if asking else plainly


def _ask_for_slots(redis: Redis) -> Awaitable[object]:
    return redis.execute_command("CLUSTER", "SLOTS")  # type: ignore[no-untyped-call]


def _named_by(redirect: AskError, asked: Place) -> Place:
    """Where it sends us; a node that does not know a host means the one that was asked."""
    return redirect.host or asked[0], int(redirect.port)
