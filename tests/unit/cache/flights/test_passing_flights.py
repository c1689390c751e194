"""What was written for one time only is for those alone who waited for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest

from assistant.bounded import BoundedRedis
from assistant.cache.flights import READ_LIMITS, Codec, FlightPlace, Flights
from support.flights import (
    CODEC,
    GUARD_S,
    LAST,
    PATIENT,
    PLACE,
    QUICK,
    Listener,
    Writing,
    requests,
    turns,
)
from support.valkey import Valkey

PASSING = replace(CODEC, lasts=lambda item: item != LAST)
ONCE = replace(PLACE, lasting=False)


@asynccontextmanager
async def process(valkey: Valkey, codec: Codec[str]) -> AsyncIterator[Flights[str]]:
    """Flights as one process has them."""
    redis = BoundedRedis(valkey.url, name="flights", limits=PATIENT)
    reads = BoundedRedis(valkey.url, name="flights", limits=READ_LIMITS)
    flights = Flights(redis, codec, reads=reads, times=QUICK)
    yield flights
    await flights.aclose()
    await redis.aclose()
    await reads.aclose()


async def told(valkey: Valkey, place: FlightPlace) -> None:
    """Returns once the store knows of the end: it is told behind those who heard it."""
    with anyio.fail_after(GUARD_S):
        while valkey.run("EXISTS", place.lock):
            await turns()


@pytest.mark.parametrize(("codec", "place"), [(PASSING, PLACE), (CODEC, ONCE)])
async def test_who_comes_after_such_an_end_starts_anew(
    valkey: Valkey, codec: Codec[str], place: FlightPlace
) -> None:
    """In this process and in others, however soon."""
    writing, again, elsewhere = Writing(), Writing(), Writing()
    async with process(valkey, codec) as first, process(valkey, codec) as second:
        for flights, made in ((first, writing), (first, again), (second, elsewhere)):
            listener = Listener(flights, made.make)
            async with requests() as group:
                group.start_soon(listener.run, place)
                await made.begun.wait()
                made.write("a", LAST)
                made.end()
                await listener.done()
            await told(valkey, place)
            assert (listener.latest, listener.role) == (["a", LAST], "led")

    assert (writing.written, again.written, elsewhere.written) == (1, 1, 1)


async def test_those_who_follow_by_then_hear_it(valkey: Valkey) -> None:
    """To its end, in other processes too."""
    writing, unused = Writing(), Writing()
    async with process(valkey, PASSING) as first, process(valkey, PASSING) as second:
        leader, follower = Listener(first, writing.make), Listener(second, unused.make)
        async with requests() as group:
            group.start_soon(leader.run)
            await writing.begun.wait()
            group.start_soon(follower.run)
            writing.write("a")
            await follower.has(1)
            writing.write(LAST)
            writing.end()
            await follower.done()

    assert (follower.heard, follower.role, unused.written) == (["a", LAST], "joined", 0)


async def test_nothing_of_it_stays_in_the_store(valkey: Valkey) -> None:
    """But for the moment in which followers read the end."""
    writing = Writing()
    async with process(valkey, CODEC) as flights:
        listener = Listener(flights, writing.make)
        async with requests() as group:
            group.start_soon(listener.run, ONCE)
            await writing.begun.wait()
            writing.write("a", LAST)
            writing.end()
            await listener.done()

        await told(valkey, ONCE)

    left = valkey.run("PTTL", ONCE.items)
    assert isinstance(left, int)
    assert left <= QUICK.done_s * 1000
