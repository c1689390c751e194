"""One generation for all identical requests of the moment, in this process and the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Generic

import anyio

from assistant.bounded import BoundedRedis
from assistant.cache.flights.base import (
    Codec,
    FlightPlace,
    FlightsClosed,
    Item,
    Role,
    Seals,
    Times,
)
from assistant.cache.flights.batches import Batches
from assistant.cache.flights.channel import Channel
from assistant.cache.flights.pilot import Pilot
from assistant.cache.flights.store import FlightStore

_COUNTED = ("led", "joined", "taken_over", "failed", "alone")


class Flight(Generic[Item]):
    """One request's place in a flight."""

    def __init__(self, channel: Channel[Item], *, first: bool) -> None:
        self._channel = channel
        self._first = first
        self._attempt = channel.attempt

    @property
    def role(self) -> Role | None:
        """How this request gets its items; None before the first of them, or the end, is there.

        A request that follows another process has `joined`, until that is lost and this one takes over.
        """
        return self._channel.role if self._first else "joined"

    @property
    def attempt(self) -> int:
        """Which attempt the latest item belongs to, counted from 1.

        It rises where a leader was lost midway: what came before is void, and the items that follow are
        those of a new attempt from its beginning. After an item that `completes` it never does.
        """
        return self._attempt

    async def items(self) -> AsyncGenerator[Item, None]:
        """Every item from the first on, as they come, at the listener's own pace.

        Raises:
            FlightsClosed: this process stops.
            Exception: the very one that `make` raised in this process. Failures elsewhere are not told:
                then this process tries once itself.
        """
        async for attempt, item in self._channel.listen():
            self._attempt = attempt
            yield item


class Flights(Generic[Item]):
    """Lets identical requests share a generation, which runs in a task of its own.

    Make one per process and close it with `aclose`. Without `redis`, or while it is down, requests share
    within this process alone. `reads` are connections to the same store by `READ_LIMITS`: without them
    followers poll, which is slower and costs more. A generation goes on until it ends or nobody listens, here or elsewhere;
    then its generator is cancelled. `make` must not rely on the task of the request that gave it.
    """

    def __init__(
        self,
        redis: BoundedRedis | None,
        codec: Codec[Item],
        *,
        reads: BoundedRedis | None = None,
        cipher: Seals | None = None,
        times: Times | None = None,
    ) -> None:
        self._redis = redis
        self._reads = reads
        self._codec = codec
        self._cipher = cipher
        self._times = times or Times()
        self._under_way: dict[tuple[str, str], Channel[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._counts: Counter[str] = Counter(dict.fromkeys(_COUNTED, 0))
        self._closed = False

    @asynccontextmanager
    async def join(
        self, place: FlightPlace, make: Callable[[], AsyncGenerator[Item, None]]
    ) -> AsyncIterator[Flight[Item]]:
        """A place in the flight of all requests of this key; the first one's `make` begins it.

        Leaving the block leaves the flight: where it was the last listener of all, the generation is
        cancelled before the block is left.

        Raises:
            FlightsClosed: this process stops.
        """
        if self._closed:
            raise FlightsClosed
        key = (place.partition, place.key)
        known = self._under_way.get(key)
        if known is None or known.error is not None or known.is_past:
            channel, first = self._start(place, make), True
        else:
            channel, first = known, False
            self._counts["joined"] += 1
        channel.enter()
        try:
            yield Flight(channel, first=first)
        finally:
            channel.leave()
            if channel.deserted:
                self._forget(key, channel)
                with anyio.CancelScope(shield=True):
                    await channel.parted()

    def counts(self) -> Mapping[str, int]:
        """What happened so far.

        Requests that `led`, `joined`, or caused a second generation (`taken_over`), those that wrote
        `alone` because the store did not answer, and generations of this process that `failed`.
        """
        return dict(self._counts)

    async def aclose(self) -> None:
        """Ends every flight of this process; others may take over. Does not close the connections."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _start(
        self, place: FlightPlace, make: Callable[[], AsyncGenerator[Item, None]]
    ) -> Channel[Item]:
        key = (place.partition, place.key)
        channel: Channel[Item] = Channel()
        pilot = Pilot(
            channel,
            store=self._store(place),
            batches=Batches(place, self._codec, self._cipher),
            times=self._times,
            counts=self._counts,
        )
        task = asyncio.create_task(pilot.fly(make, codec=self._codec, lasting=place.lasting))

        def landed(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._forget(key, channel)
            error = None if task.cancelled() else task.exception()
            channel.finish(error or FlightsClosed())

        task.add_done_callback(landed)
        self._tasks.add(task)
        self._under_way[key] = channel
        return channel

    def _store(self, place: FlightPlace) -> FlightStore | None:
        if self._redis is None:
            return None
        return FlightStore(self._redis, place, self._times, reads=self._reads)

    def _forget(self, key: tuple[str, str], channel: Channel[Item]) -> None:
        if self._under_way.get(key) is channel:
            del self._under_way[key]
