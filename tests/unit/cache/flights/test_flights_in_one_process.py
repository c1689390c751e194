"""Single-flight without a store."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TypeAlias

import anyio
import pytest
from anyio.abc import TaskGroup
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.cache.flights import Flights, FlightsClosed
from support.flights import CODEC, LAST, PLACE, Listener, Writing, requests, turns

Step: TypeAlias = tuple[str, int]

STEPS = st.lists(
    st.tuples(st.sampled_from(["join", "leave", "write", "turn"]), st.integers(0, 5)), max_size=30
)


class Story:
    """Requests that come and go while one text after another is written."""

    def __init__(self, group: TaskGroup) -> None:
        self.flights: Flights[str] = Flights(None, CODEC)
        self.writing = Writing()
        self.here: list[Listener] = []
        self.words: list[str] = []
        self.generations = 0
        self._group = group

    async def take(self, step: Step) -> None:
        """One thing happens."""
        match step:
            case "join", _:
                if not self.here:
                    self.generations += 1
                    self.words = []
                self.here.append(Listener(self.flights, self.writing.make))
                self._group.start_soon(self.here[-1].run)
                await turns()
            case "leave", which if self.here:
                self.here.pop(which % len(self.here)).leave()
                await turns()
            case "write", _ if self.here:
                self.words.append(f"w{len(self.words)}")
                self.writing.write(self.words[-1])
            case "turn", count:
                await turns(count)


@given(STEPS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_whoever_stays_hears_every_item_in_order_of_one_generation(
    steps: list[Step], fails: bool
) -> None:
    """Whatever the order in which others come, leave, and words are written."""
    error = ValueError("scripted")

    async def run() -> None:
        async with requests() as group:
            story = Story(group)
            for step in steps:
                await story.take(step)
            if fails:
                story.writing.fail(error)
            else:
                story.writing.end()
        assert story.writing.written == story.generations
        assert story.writing.stopped == story.generations - bool(story.here)
        for listener in story.here:
            assert listener.heard == story.words
            assert listener.error is (error if fails else None)
        await turns()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    anyio.run(run)


@pytest.fixture
def flights() -> Flights[str]:
    """Those of a process without a store."""
    return Flights(None, CODEC)


@pytest.fixture
def writing() -> Writing:
    """A request that is being written."""
    return Writing()


async def test_the_first_request_leads_and_the_others_join(
    flights: Flights[str], writing: Writing
) -> None:
    """As each is told, and as it is counted."""
    listeners = [Listener(flights, writing.make) for _ in range(3)]

    async with requests() as group:
        for listener in listeners:
            group.start_soon(listener.run)
        await writing.begun.wait()
        writing.write("a")
        writing.end()

    assert [listener.role for listener in listeners] == ["led", "joined", "joined"]
    assert flights.counts() == {"led": 1, "joined": 2, "taken_over": 0, "failed": 0, "alone": 0}


async def test_leaving_last_stops_the_generation_before_the_block_is_left(
    flights: Flights[str], writing: Writing
) -> None:
    """So that who hangs up knows that no engine works for nobody."""
    async with flights.join(PLACE, writing.make) as flight, aclosing(flight.items()) as items:
        writing_begun = asyncio.ensure_future(anext(items))
        await writing.begun.wait()
        writing.write("a")
        await writing_begun

    assert writing.stopped == 1


async def test_the_one_who_began_may_leave_without_harm(
    flights: Flights[str], writing: Writing
) -> None:
    """The generation is nobody's own."""
    first, second = Listener(flights, writing.make), Listener(flights, writing.make)

    async with requests() as group:
        group.start_soon(first.run)
        group.start_soon(second.run)
        await writing.begun.wait()
        writing.write("a")
        await first.has(1)
        first.leave()
        await turns()
        writing.write("b")
        writing.end()

    assert (second.heard, writing.written, writing.stopped) == (["a", "b"], 1, 0)


async def test_a_listener_that_does_not_read_holds_up_nobody(
    flights: Flights[str], writing: Writing
) -> None:
    """It finds everything when it does."""
    quick = Listener(flights, writing.make)

    async with flights.join(PLACE, writing.make) as slow:
        async with requests() as group:
            group.start_soon(quick.run)
            await writing.begun.wait()
            writing.write(*"abcdef")
            writing.end()
        found = [item async for item in slow.items()]

    assert quick.heard == found == list("abcdef")


async def test_a_request_that_comes_after_a_failure_begins_anew(
    flights: Flights[str], writing: Writing
) -> None:
    """Even while those who wait are still being told."""
    first, second = Listener(flights, writing.make), Listener(flights, writing.make)

    async with flights.join(PLACE, writing.make):
        async with requests() as group:
            group.start_soon(first.run)
            await writing.begun.wait()
            writing.fail(ValueError("scripted"))
        async with requests() as group:
            group.start_soon(second.run)
            await turns()
            writing.write("a")
            writing.end()

    assert (second.heard, second.error, writing.written) == (["a"], None, 2)
    assert flights.counts()["failed"] == 1


async def test_requests_of_other_keys_and_partitions_fly_alone(flights: Flights[str]) -> None:
    """Each has its own text."""
    places = [PLACE, replace(PLACE, key="b"), replace(PLACE, partition="1")]
    writings = [Writing() for _ in places]
    listeners = [Listener(flights, writing.make) for writing in writings]

    async with requests() as group:
        for place, listener, writing in zip(places, listeners, writings, strict=True):
            group.start_soon(listener.run, place)
            await writing.begun.wait()
        for number, writing in enumerate(writings):
            writing.write(str(number))
            writing.end()

    assert [listener.heard for listener in listeners] == [["0"], ["1"], ["2"]]


async def test_what_follows_the_completing_item_is_done_though_nobody_listens(
    flights: Flights[str], writing: Writing
) -> None:
    """Notes and statistics are worth no reader's time, but must not be lost."""
    async with requests() as group:
        listener = Listener(flights, writing.make)
        group.start_soon(listener.run)
        await writing.begun.wait()
        writing.write(LAST)
        await listener.has(1)
        listener.leave()
    writing.end()
    await writing.ended.wait()

    assert (writing.written, writing.stopped) == (1, 0)


async def test_closing_ends_every_flight_and_refuses_new_ones(
    flights: Flights[str], writing: Writing
) -> None:
    """Who listens is told why."""
    async with flights.join(PLACE, writing.make) as flight:
        await writing.begun.wait()
        await flights.aclose()
        with pytest.raises(FlightsClosed, match="stops"):
            await anext(flight.items())

    assert writing.stopped == 1
    with pytest.raises(FlightsClosed):
        async with flights.join(PLACE, writing.make):
            pass


async def test_a_thousand_flights_leave_nothing_behind(flights: Flights[str]) -> None:
    """No task, and no memory that grows with their number."""

    async def make() -> AsyncGenerator[str, None]:
        for word in "abc":
            yield word * 1000

    async def fly(times: int) -> int:
        for _ in range(times):
            async with flights.join(PLACE, make) as flight:
                assert len([item async for item in flight.items()]) == 3
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    others = asyncio.all_tasks()
    tracemalloc.start()
    before = await fly(100)
    after = await fly(1000)
    tracemalloc.stop()
    await turns()

    assert after - before < 20_000
    assert asyncio.all_tasks() == others
