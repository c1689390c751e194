"""Generations that write when a test says so, and listeners that note what they hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from assistant.bounded import BoundedRedis, Limits
from assistant.cache.flights import READ_LIMITS, Codec, Flight, FlightPlace, Flights, Role, Times
from assistant.cache.flights.base import Seals
from support.valkey import Valkey

GUARD_S = 10.0

PLACE = FlightPlace(partition="0" * 32, key="a" * 32, tenant="t")

QUICK = Times(batch_s=0.001, poll_s=0.001, watch_s=0.002, wait_s=0.01)
"""As shipped, but for what would only make a test wait."""

PATIENT = Limits(timeout_s=5.0, connect_timeout_s=5.0)
"""A busy machine that answers is not one that is down."""

LAST = "."
"""An item that completes a flight."""

CODEC: Codec[str] = Codec(
    encode=str.encode, decode=bytes.decode, completes=lambda item: item == LAST
)


@asynccontextmanager
async def requests() -> AsyncIterator[TaskGroup]:
    """Tasks of a test, which fails rather than hangs."""
    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as group:
            yield group


async def turns(count: int = 20) -> None:
    """Lets every task that can go on do so, several times over."""
    for _ in range(count):
        await anyio.lowlevel.checkpoint()


class Writing:
    """Generations of one request: `written` counts them, and the latest one writes what it is told."""

    def __init__(self) -> None:
        self.written = 0
        self.stopped = 0
        self.begun = anyio.Event()
        self.ended = anyio.Event()
        self._words: asyncio.Queue[str | Exception | None] = asyncio.Queue()

    async def make(self) -> AsyncGenerator[str, None]:
        """A generation."""
        self.written += 1
        self._words = asyncio.Queue()
        self.begun.set()
        self.ended = anyio.Event()
        try:
            while (word := await self._words.get()) is not None:
                if isinstance(word, Exception):
                    raise word
                yield word
        except (asyncio.CancelledError, GeneratorExit):
            self.stopped += 1
            raise
        finally:
            self.ended.set()

    def write(self, *words: str) -> None:
        """The generation goes on."""
        for word in words:
            self._words.put_nowait(word)

    def end(self) -> None:
        """The generation ends."""
        self._words.put_nowait(None)

    def fail(self, error: Exception) -> None:
        """The generation fails."""
        self._words.put_nowait(error)


class Listener:
    """What one request heard."""

    def __init__(
        self, flights: Flights[str], make: Callable[[], AsyncGenerator[str, None]]
    ) -> None:
        self.heard: list[str] = []
        self.attempts: list[int] = []
        self.error: Exception | None = None
        self.role: Role | None = None
        self.finished = False
        self._news = anyio.Event()
        self._flights = flights
        self._make = make
        self._scope = anyio.CancelScope()

    async def run(self, place: FlightPlace = PLACE) -> None:
        """Listens to the end, or until it leaves."""
        with self._scope:
            try:
                async with self._flights.join(place, self._make) as flight:
                    await self._listen(flight)
            except (ValueError, OSError) as error:
                self.error = error
        self.finished = True
        self._tell()

    async def has(self, count: int) -> None:
        """Returns once it has heard so many items."""
        while len(self.heard) < count:
            await self._news.wait()

    async def done(self) -> None:
        """Returns once it has heard the end, or left."""
        while not self.finished:
            await self._news.wait()

    def leave(self) -> None:
        """Hangs up."""
        self._scope.cancel()

    @property
    def latest(self) -> list[str]:
        """What it heard of the latest attempt."""
        last = self.attempts[-1] if self.attempts else 0
        pairs = zip(self.attempts, self.heard, strict=True)
        return [word for attempt, word in pairs if attempt == last]

    async def _listen(self, flight: Flight[str]) -> None:
        try:
            async with aclosing(flight.items()) as items:
                async for item in items:
                    self.heard.append(item)
                    self.attempts.append(flight.attempt)
                    self.role = flight.role
                    self._tell()
        finally:
            self.role = flight.role

    def _tell(self) -> None:
        self._news.set()
        self._news = anyio.Event()


@asynccontextmanager
async def process_on(
    valkey: Valkey,
    *,
    times: Times = QUICK,
    limits: Limits = PATIENT,
    codec: Codec[str] = CODEC,
    cipher: Seals | None = None,
    waits: bool = True,
) -> AsyncIterator[Flights[str]]:
    """What one of several processes has: connections and flights of its own."""
    redis = BoundedRedis(valkey.url, name="flights", limits=limits)
    reads = BoundedRedis(valkey.url, name="flights", limits=READ_LIMITS) if waits else None
    flights: Flights[str] = Flights(redis, codec, reads=reads, cipher=cipher, times=times)
    try:
        yield flights
    finally:
        await flights.aclose()
        await redis.aclose()
        if reads is not None:
            await reads.aclose()
