"""Single-flight over a real Valkey, between two sets of flights as two processes have them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import anyio
import pytest
from anyio.abc import TaskGroup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.cache.flights import Codec, Flights, Times
from support.flights import (
    CODEC,
    LAST,
    PLACE,
    QUICK,
    Listener,
    Writing,
    process_on,
    requests,
    turns,
)
from support.valkey import Valkey

SILENT = replace(QUICK, lock_s=60.0, heartbeat_s=60.0)
"""A leader without news says nothing for the time of a test."""


@pytest.fixture
async def first(valkey: Valkey) -> AsyncIterator[Flights[str]]:
    """The process that is asked first."""
    async with process_on(valkey) as flights:
        yield flights


@pytest.fixture
async def second(valkey: Valkey) -> AsyncIterator[Flights[str]]:
    """Another one."""
    async with process_on(valkey) as flights:
        yield flights


@pytest.fixture
def writing() -> Writing:
    """What the first process writes."""
    return Writing()


@pytest.fixture
def again() -> Writing:
    """What the second process writes, if it must."""
    return Writing()


def milliseconds_of(valkey: Valkey) -> int:
    """The server's time."""
    now = valkey.run("TIME")
    assert isinstance(now, tuple)
    return int(now[0] * 1000 + now[1] // 1000)


async def both_listen(
    group: TaskGroup,
    leading: tuple[Flights[str], Writing],
    following: tuple[Flights[str], Writing],
) -> tuple[Listener, Listener]:
    """One request at each, the second one following: both have heard `a`."""
    leader = Listener(leading[0], leading[1].make)
    follower = Listener(following[0], following[1].make)
    group.start_soon(leader.run)
    await leading[1].begun.wait()
    group.start_soon(follower.run)
    leading[1].write("a")
    await leader.has(1)
    await follower.has(1)
    return leader, follower


@given(st.lists(st.sampled_from(["one", "two", "write"]), min_size=1, max_size=12))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_requests_of_two_processes_hear_one_generation_from_its_beginning(
    valkey: Valkey, steps: list[str]
) -> None:
    """Whenever each of them comes."""
    valkey.run("FLUSHALL")

    async def run() -> None:
        writing, words = Writing(), list[str]()
        async with AsyncExitStack() as stack, requests() as group:
            processes = {
                name: await stack.enter_async_context(process_on(valkey)) for name in ("one", "two")
            }
            listeners = [Listener(processes["one"], writing.make)]
            group.start_soon(listeners[0].run)
            await writing.begun.wait()
            for step in steps:
                if step == "write":
                    words.append(f"w{len(words)}")
                    writing.write(words[-1])
                else:
                    listeners.append(Listener(processes[step], writing.make))
                    group.start_soon(listeners[-1].run)
            words.append(LAST)
            writing.write(LAST)
            writing.end()
            for listener in listeners:
                await listener.done()
        assert writing.written == 1
        assert [listener.heard for listener in listeners] == [words] * len(listeners)

    anyio.run(run)


async def test_who_comes_just_after_the_end_still_joins(
    first: Flights[str], second: Flights[str], writing: Writing, again: Writing
) -> None:
    """It may have missed the cache just before the answer was stored."""
    early, late = Listener(first, writing.make), Listener(second, again.make)
    async with requests() as group:
        group.start_soon(early.run)
        await writing.begun.wait()
        writing.write("a", LAST)
        writing.end()
    # The end is told while nobody waits for it.
    await first.aclose()

    await late.run()

    assert (late.heard, late.role, again.written) == (["a", LAST], "joined", 0)


async def test_the_leaders_client_may_leave_while_another_process_follows(
    first: Flights[str], second: Flights[str], writing: Writing, again: Writing
) -> None:
    """And is not held up by those who stay."""
    async with requests() as group:
        leader, follower = await both_listen(group, (first, writing), (second, again))
        leader.leave()
        writing.write("b", LAST)
        writing.end()

    assert (follower.heard, follower.role, again.written) == (["a", "b", LAST], "joined", 0)
    assert writing.stopped == 0


@pytest.mark.parametrize("leader_leaves_first", [True, False])
async def test_the_generation_stops_when_the_last_of_all_processes_has_left(
    first: Flights[str],
    second: Flights[str],
    writing: Writing,
    again: Writing,
    leader_leaves_first: bool,
) -> None:
    """In whatever order: engines must be free within a second."""
    async with requests() as group:
        listeners = await both_listen(group, (first, writing), (second, again))
        one, other = listeners if leader_leaves_first else reversed(listeners)
        one.leave()
        await turns()
        other.leave()
        with anyio.fail_after(1.0):
            await writing.ended.wait()

    assert (writing.stopped, again.written) == (1, 0)


async def test_a_follower_that_died_without_a_word_counts_for_a_moment_only(
    valkey: Valkey, first: Flights[str], writing: Writing
) -> None:
    """The engine is free when its last sign of life has expired."""
    leader = Listener(first, writing.make)
    async with requests() as group:
        group.start_soon(leader.run)
        await writing.begun.wait()
        valkey.run("ZADD", PLACE.watchers, milliseconds_of(valkey) + 100, "dead")
        leader.leave()
        await leader.done()
        stopped_at_once = writing.stopped
        with anyio.fail_after(1.0):
            await writing.ended.wait()

    assert (stopped_at_once, writing.stopped) == (0, 1)


async def test_who_comes_after_all_have_left_starts_anew(
    first: Flights[str], second: Flights[str], writing: Writing, again: Writing
) -> None:
    """What was abandoned is nobody's answer."""
    leaver, late = Listener(first, writing.make), Listener(second, again.make)
    async with requests() as group:
        group.start_soon(leaver.run)
        await writing.begun.wait()
        writing.write("a")
        await leaver.has(1)
        leaver.leave()
    async with requests() as group:
        group.start_soon(late.run)
        await again.begun.wait()
        again.write("b")
        again.end()

    assert (late.heard, late.role, writing.stopped) == (["b"], "led", 1)


async def test_a_lost_leader_is_replaced_by_exactly_one_of_the_others(
    valkey: Valkey, writing: Writing
) -> None:
    """What they had heard is void, and each says so by its attempt."""
    written: list[str] = []

    async def anew() -> AsyncGenerator[str, None]:
        written.append("anew")
        yield "b"
        yield LAST

    async with AsyncExitStack() as stack, requests() as group:
        lost, *rest = [
            await stack.enter_async_context(process_on(valkey, times=times))
            for times in (SILENT, QUICK, QUICK, QUICK)
        ]
        leader = Listener(lost, writing.make)
        group.start_soon(leader.run)
        await writing.begun.wait()
        writing.write("a")
        followers = [Listener(process, anew) for process in rest for _ in range(2)]
        for follower in followers:
            group.start_soon(follower.run)
        for follower in followers:
            await follower.has(1)
        valkey.run("DEL", PLACE.lock)
        for follower in followers:
            await follower.done()
        # Its own clients still get what it writes.
        writing.write("c")
        writing.end()
        await leader.done()

    assert written == ["anew"]
    assert sorted(follower.role or "" for follower in followers) == ["joined"] * 5 + ["taken_over"]
    assert [follower.heard for follower in followers] == [["a", "b", LAST]] * 6
    assert [follower.attempts for follower in followers] == [[1, 2, 2]] * 6
    assert leader.heard == ["a", "c"]


async def test_a_failure_is_raised_as_it_is_here_and_tried_once_elsewhere(
    valkey: Valkey, writing: Writing
) -> None:
    """By one of the other processes, not by each of their requests."""
    error = ValueError("scripted")
    written: list[str] = []

    async def anew() -> AsyncGenerator[str, None]:
        written.append("anew")
        yield LAST

    async with AsyncExitStack() as stack, requests() as group:
        failing, *rest = [await stack.enter_async_context(process_on(valkey)) for _ in range(3)]
        here = [Listener(failing, writing.make) for _ in range(3)]
        group.start_soon(here[0].run)
        await writing.begun.wait()
        writing.write("a")
        elsewhere = [Listener(process, anew) for process in rest for _ in range(3)]
        for listener in [*here[1:], *elsewhere]:
            group.start_soon(listener.run)
        for listener in [*here, *elsewhere]:
            await listener.has(1)
        writing.fail(error)

    assert all(listener.error is error for listener in here)
    assert written == ["anew"]
    assert [listener.latest for listener in elsewhere] == [[LAST]] * 6


async def test_where_all_fail_each_process_has_tried_once(
    first: Flights[str], second: Flights[str], writing: Writing, again: Writing
) -> None:
    """And each raises what it saw itself."""
    errors = ValueError("here"), ValueError("there")
    async with requests() as group:
        one, other = await both_listen(group, (first, writing), (second, again))
        writing.fail(errors[0])
        await again.begun.wait()
        again.fail(errors[1])

    assert (one.error, other.error) == errors
    assert (writing.written, again.written) == (1, 1)


async def test_a_process_that_stops_in_good_order_is_replaced_at_once(
    first: Flights[str], second: Flights[str], writing: Writing, again: Writing
) -> None:
    """Nobody waits until its lock expires."""
    async with requests() as group:
        leader, follower = await both_listen(group, (first, writing), (second, again))
        leader.leave()
        await first.aclose()
        with anyio.fail_after(1.0):
            await again.begun.wait()
        again.write(LAST)
        again.end()

    assert follower.latest == [LAST]


async def test_items_that_cannot_be_read_here_are_written_here(
    valkey: Valkey, first: Flights[str], writing: Writing, again: Writing
) -> None:
    """Another version wrote them, or another key."""

    def refuse(_: bytes) -> str:
        raise ValueError

    strange = Codec(encode=CODEC.encode, decode=refuse)
    async with process_on(valkey, codec=strange) as other, requests() as group:
        leader, follower = Listener(first, writing.make), Listener(other, again.make)
        group.start_soon(leader.run)
        await writing.begun.wait()
        writing.write("a")
        group.start_soon(follower.run)
        await again.begun.wait()
        again.write("b")
        again.end()
        await follower.done()
        writing.end()

    assert (leader.heard, follower.heard) == (["a"], ["b"])


async def test_nothing_stays_behind(
    valkey: Valkey, first: Flights[str], second: Flights[str], writing: Writing, again: Writing
) -> None:
    """Every key expires, no follower is left over, and no task runs on."""
    others = asyncio.all_tasks()
    async with requests() as group:
        await both_listen(group, (first, writing), (second, again))
        keys = valkey.run("KEYS", "*")
        assert isinstance(keys, list)
        during = {key: valkey.run("PTTL", key) for key in keys}
        writing.write(LAST)
        writing.end()
    await first.aclose()
    await second.aclose()

    after = {key: valkey.run("PTTL", key) for key in keys}
    assert set(during) == {PLACE.lock.encode(), PLACE.items.encode(), PLACE.watchers.encode()}
    assert all(isinstance(left, int) and left > 0 for left in during.values())
    assert after.pop(PLACE.watchers.encode()) == -2
    assert all(isinstance(left, int) and 0 < left <= 10_000 for left in after.values())
    assert asyncio.all_tasks() <= others


async def test_a_process_without_connections_to_wait_on_polls(
    valkey: Valkey, first: Flights[str], writing: Writing, again: Writing
) -> None:
    """And hears the same."""
    async with process_on(valkey, waits=False) as polling, requests() as group:
        _, follower = await both_listen(group, (first, writing), (polling, again))
        writing.write("b", LAST)
        writing.end()
        await follower.done()

    assert (follower.heard, again.written) == (["a", "b", LAST], 0)


async def test_a_fast_writer_does_not_cost_a_round_trip_a_word(
    valkey: Valkey, writing: Writing, again: Writing
) -> None:
    """Words that come within a batch's time travel together."""
    slow = Times(batch_s=0.05)
    async with process_on(valkey, times=slow) as first, process_on(valkey) as second:
        async with requests() as group:
            _, follower = await both_listen(group, (first, writing), (second, again))
            writing.write(*(f"w{number}" for number in range(500)), LAST)
            writing.end()
        entries = valkey.run("XLEN", PLACE.items)

    assert len(follower.heard) == 502
    assert isinstance(entries, int)
    assert entries <= 5
