"""Networks that are slow, cut replies, lose connections or go dark: bounded, and never a wrong reply."""

from __future__ import annotations

import anyio
import pytest
from structlog.testing import capture_logs

from assistant.bounded import DOWN, BoundedRedis, Limits
from assistant.breaker import COOLDOWN_S, FAILURES_IN_A_ROW
from support.asking import get, get_by_script, put
from support.clock import ManualClock
from support.toxic import Toxic
from support.valkey import Valkey

LIMITS = Limits(timeout_s=0.3, connect_timeout_s=0.5, connections=2)
HANGING_S = 5.0
"""A guard: a client without bounds waits 15 s for a server that is silent."""

LONG = "a long value " * 300


async def test_a_reply_that_is_too_late_is_not_waited_for(
    redis: BoundedRedis, toxic: Toxic
) -> None:
    """On the connections that were open, and on new ones."""
    await put(redis, "a")
    toxic.hold()

    with anyio.fail_after(HANGING_S):
        replies = [await get(redis, "a"), await get_by_script(redis, "a"), await put(redis, "b")]

    assert replies == [DOWN, DOWN, False]


async def test_a_late_reply_is_never_taken_for_the_next_one(
    redis: BoundedRedis, toxic: Toxic
) -> None:
    """It comes on a connection that nobody reads any more."""
    await put(redis, "a", "of a")
    await put(redis, "b", "of b")
    toxic.hold()
    assert await get(redis, "a") == DOWN
    toxic.release()

    assert [await get(redis, "b") for _ in range(4)] == [b"of b"] * 4


async def test_one_bad_moment_is_one_failure(toxic: Toxic) -> None:
    """However many commands were under way: a server that pauses to save is not left alone for it."""
    limits = Limits(timeout_s=0.3, connect_timeout_s=0.5, connections=2 * FAILURES_IN_A_ROW)
    redis = BoundedRedis(toxic.url, name="test", limits=limits)
    replies: list[object] = []

    async def ask() -> None:
        replies.append(await get(redis, "a"))

    async def ask_all() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(limits.connections):
                group.start_soon(ask)

    await ask_all()
    toxic.hold()
    await ask_all()
    toxic.release()
    await ask_all()
    await redis.aclose()

    count = limits.connections
    assert replies == [None] * count + [DOWN] * count + [None] * count


async def test_who_waits_for_a_turn_is_served_in_the_end(redis: BoundedRedis, toxic: Toxic) -> None:
    """Many more callers than connections are a busy process, not a server that is down."""
    replies: list[object] = []

    async def ask() -> None:
        replies.append(await get(redis, "a"))

    toxic.hold()
    async with anyio.create_task_group() as group:
        for _ in range(20 * LIMITS.connections):
            group.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        toxic.release()

    assert replies == [None] * 20 * LIMITS.connections


async def test_who_gets_no_turn_in_time_is_told_so(redis: BoundedRedis, toxic: Toxic) -> None:
    """By another name than those the server kept waiting; they alone count against it."""
    toxic.hold()

    with capture_logs() as logs:
        async with anyio.create_task_group() as group:
            for _ in range(20 * LIMITS.connections):
                group.start_soon(get, redis, "a")

    assert {log["error"] for log in logs} == {"TimeoutError", "Crowded"}
    assert redis.state == "closed"


async def test_a_reply_in_small_pieces_is_read_whole(redis: BoundedRedis, toxic: Toxic) -> None:
    """A byte at a time."""
    await put(redis, "a", "value\r\n" * 9)
    toxic.slice_bytes = 1

    assert await get(redis, "a") == b"value\r\n" * 9


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("bytes_through", range(11))
async def test_a_reply_that_ends_halfway_is_no_reply(
    redis: BoundedRedis, toxic: Toxic, valkey: Valkey, bytes_through: int, reset: bool
) -> None:
    """Wherever it is cut; `$5`, line end, five letters, line end are eleven bytes."""
    valkey.run("SET", "a", "value")
    toxic.cut_after, toxic.reset = bytes_through, reset

    assert await get(redis, "a") == DOWN


async def test_after_half_a_reply_the_next_command_is_well(
    redis: BoundedRedis, toxic: Toxic
) -> None:
    """The connection is not used again."""
    await put(redis, "a", LONG)
    toxic.cut_after = len(LONG) // 2
    assert await get(redis, "a") == DOWN
    toxic.cut_after = None

    assert await get(redis, "a") == LONG.encode()


async def test_connections_that_died_in_silence_cost_one_command_each(
    redis: BoundedRedis, toxic: Toxic
) -> None:
    """A firewall forgot them: nothing tells before one is used, and the same is never used twice."""
    await put(redis, "a")
    toxic.lose()
    toxic.find()

    assert [await get(redis, "a"), await get(redis, "a")] == [DOWN, b"value"]


async def test_a_host_that_goes_dark_is_left_alone_and_found_again(
    redis: BoundedRedis, toxic: Toxic, clock: ManualClock
) -> None:
    """Its connections are accepted by whatever is in between, and nothing ever comes back."""
    toxic.lose()
    with anyio.fail_after(HANGING_S):
        dark = [await get(redis, "a") for _ in range(FAILURES_IN_A_ROW + 2)]
    toxic.find()
    states = [redis.state]
    clock.now += COOLDOWN_S

    assert dark == [DOWN] * (FAILURES_IN_A_ROW + 2)
    assert await get(redis, "a") is None
    assert [*states, redis.state] == ["open", "closed"]


async def test_one_caller_alone_finds_out_whether_a_host_is_back(
    redis: BoundedRedis, toxic: Toxic, clock: ManualClock
) -> None:
    """The others are told at once that it is down, as long as nobody knows better."""
    toxic.cut_after = 0
    for _ in range(FAILURES_IN_A_ROW):
        await get(redis, "a")
    toxic.cut_after = None
    toxic.hold()
    clock.now += COOLDOWN_S
    told = []

    async with anyio.create_task_group() as group:
        group.start_soon(get, redis, "a")
        await anyio.wait_all_tasks_blocked()
        with capture_logs() as logs:
            told = [await get(redis, "a") for _ in range(3)]
        toxic.release()

    assert told == [DOWN] * 3
    assert logs == []
    assert redis.state == "closed"


async def test_a_network_that_flaps_never_fails_a_command_otherwise(
    redis: BoundedRedis, toxic: Toxic, clock: ManualClock, valkey: Valkey
) -> None:
    """Dark, well, cut, well, again and again: each reply is right or Down, and it ends well."""
    valkey.run("SET", "a", LONG)
    replies = []
    with anyio.fail_after(HANGING_S):
        for _ in range(6):
            toxic.cut_after = len(LONG) // 3
            replies += [await get(redis, "a") for _ in range(FAILURES_IN_A_ROW)]
            toxic.cut_after = None
            clock.now += COOLDOWN_S
            replies += [await get(redis, "a") for _ in range(2)]

    assert replies == ([DOWN] * FAILURES_IN_A_ROW + [LONG.encode()] * 2) * 6
    assert redis.state == "closed"
