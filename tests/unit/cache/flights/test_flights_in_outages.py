"""Single-flight over a Valkey that is down, stopped, killed or started again: nothing fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

import anyio
import anyio.lowlevel
import pytest
from structlog.testing import capture_logs

from assistant.bounded import Limits
from assistant.cache.flights import Flights
from support.flights import LAST, Listener, Writing, process_on, requests
from support.valkey import Valkey

LIMITS = Limits(timeout_s=0.2, connect_timeout_s=0.2)
"""Wide enough for a busy machine, narrow enough to be met in a test."""


@pytest.fixture
async def first(own_valkey: Valkey) -> AsyncIterator[Flights[str]]:
    """The process that is asked first."""
    async with process_on(own_valkey, limits=LIMITS) as flights:
        yield flights


@pytest.fixture
async def second(own_valkey: Valkey) -> AsyncIterator[Flights[str]]:
    """Another one."""
    async with process_on(own_valkey, limits=LIMITS) as flights:
        yield flights


@pytest.fixture
def writing() -> Writing:
    """What the first process writes."""
    return Writing()


@pytest.fixture
def again() -> Writing:
    """What the second process writes."""
    return Writing()


@pytest.mark.parametrize("outage", ["kill", "pause"])
async def test_without_a_store_each_process_writes_once(
    own_valkey: Valkey,
    first: Flights[str],
    second: Flights[str],
    writing: Writing,
    again: Writing,
    outage: str,
) -> None:
    """Its own requests still share."""
    getattr(own_valkey, outage)()
    listeners = [Listener(first, writing.make) for _ in range(3)]
    other = Listener(second, again.make)

    async with requests() as group:
        for listener in [*listeners, other]:
            group.start_soon(listener.run)
        await writing.begun.wait()
        await again.begun.wait()
        for one in (writing, again):
            one.write(LAST)
            one.end()

    assert [listener.heard for listener in [*listeners, other]] == [[LAST]] * 4
    assert (writing.written, again.written) == (1, 1)
    assert (first.counts()["alone"], first.counts()["joined"]) == (1, 2)


@pytest.mark.parametrize("outage", ["kill", "pause"])
async def test_a_store_that_is_lost_midway_costs_nobody_an_answer(
    own_valkey: Valkey,
    first: Flights[str],
    second: Flights[str],
    writing: Writing,
    again: Writing,
    outage: str,
) -> None:
    """The leader's clients notice nothing; those who followed are served by their own process."""
    leader, follower = Listener(first, writing.make), Listener(second, again.make)
    async with requests() as group:
        group.start_soon(leader.run)
        await writing.begun.wait()
        group.start_soon(follower.run)
        writing.write("a")
        await follower.has(1)
        getattr(own_valkey, outage)()
        writing.write("b", LAST)
        writing.end()
        await again.begun.wait()
        again.write("c", LAST)
        again.end()

    assert leader.heard == ["a", "b", LAST]
    assert (follower.latest, follower.attempts) == (["c", LAST], [1, 2, 2])
    assert (leader.error, follower.error) == (None, None)


async def test_a_store_that_forgets_everything_midway_costs_nobody_an_answer(
    own_valkey: Valkey, first: Flights[str], second: Flights[str], writing: Writing
) -> None:
    """After a restart the leader tells everything again, or one other process takes over."""
    written: list[str] = []

    async def anew() -> AsyncGenerator[str, None]:
        written.append("anew")
        yield LAST

    leader, *followers = Listener(first, writing.make), *(Listener(second, anew) for _ in range(3))
    async with requests() as group:
        group.start_soon(leader.run)
        await writing.begun.wait()
        for follower in followers:
            group.start_soon(follower.run)
        writing.write("a")
        for follower in followers:
            await follower.has(1)
        own_valkey.kill()
        own_valkey.start()
        writing.write("b", LAST)
        writing.end()

    assert leader.heard == ["a", "b", LAST]
    assert [follower.latest for follower in followers] in (
        [["a", "b", LAST]] * 3,
        [[LAST]] * 3,
    )
    assert len(written) <= 1


async def test_a_store_that_comes_back_learns_who_leads(
    own_valkey: Valkey, first: Flights[str], second: Flights[str], writing: Writing, again: Writing
) -> None:
    """A lock that was asked for in vain is asked for again: later requests join."""
    leader, follower = Listener(first, writing.make), Listener(second, again.make)
    own_valkey.pause()
    async with requests() as group:
        group.start_soon(leader.run)
        await writing.begun.wait()
        writing.write("a")
        own_valkey.resume()
        await leader.has(1)
        while not own_valkey.run("KEYS", "*:q:*"):
            await anyio.lowlevel.checkpoint()
        group.start_soon(follower.run)
        await follower.has(1)
        writing.write(LAST)
        writing.end()

    assert (leader.heard, follower.heard, again.written) == (["a", LAST], ["a", LAST], 0)


async def test_hanging_up_while_the_store_is_silent_frees_the_engine(
    own_valkey: Valkey, first: Flights[str], writing: Writing
) -> None:
    """Nobody can follow what nobody can read."""
    leader = Listener(first, writing.make)
    async with requests() as group:
        group.start_soon(leader.run)
        await writing.begun.wait()
        writing.write("a")
        await leader.has(1)
        own_valkey.pause()
        leader.leave()
        with anyio.fail_after(1.0):
            await writing.ended.wait()

    assert writing.stopped == 1


async def test_nothing_that_was_written_is_logged(
    own_valkey: Valkey, first: Flights[str], writing: Writing
) -> None:
    """Not even where it could not be told."""
    leader = Listener(first, writing.make)
    with capture_logs() as logs:
        async with requests() as group:
            group.start_soon(leader.run)
            await writing.begun.wait()
            own_valkey.kill()
            writing.write("canary", LAST)
            writing.end()

    assert logs
    assert "canary" not in repr(logs)
