"""A real Valkey that is killed, paused, locked, full or read-only: commands stay bounded and say so."""

from __future__ import annotations

import time
from collections.abc import Awaitable

import anyio
import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from assistant.bounded import DOWN, BoundedRedis, Down, Limits
from assistant.breaker import COOLDOWN_S, FAILURES_IN_A_ROW, Breaker
from support.asking import get, get_by_script, put
from support.clock import ManualClock
from support.valkey import Valkey

LIMITS = Limits(timeout_s=0.3, connect_timeout_s=0.5, connections=2)
LOOPS_TO_NOTICE = 3
"""Turns of the event loop until it has seen which connections were closed; a busy one makes thousands."""

HANGING_S = 5.0
"""A guard: a client without bounds waits 15 s for a stopped server."""


def test_the_shipped_limits_are_the_documented_ones() -> None:
    """20 ms for a command, 100 ms for a connection."""
    assert (Limits().timeout_s, Limits().connect_timeout_s) == (0.02, 0.1)
    assert Limits().longest_s == pytest.approx(0.12)


async def test_commands_pipelines_and_scripts_have_their_replies(own_redis: BoundedRedis) -> None:
    """As redis-py gives them."""
    await put(own_redis, "a", "1")

    def ask_both(redis: Redis) -> Awaitable[object]:
        pipe = redis.pipeline(transaction=False)
        pipe.get("a")
        pipe.get("b")
        return pipe.execute()

    assert await own_redis.ask("both", ask_both) == [b"1", None]
    assert await get_by_script(own_redis, "a") == b"1"
    assert await own_redis.ping()


async def test_a_server_that_restarts_has_forgotten_scripts_and_no_command_fails(
    own_redis: BoundedRedis, own_valkey: Valkey
) -> None:
    """Its connections are all dead and its scripts gone: both are noticed before anything is lost."""
    async with anyio.create_task_group() as group:
        for _ in range(LIMITS.connections):
            group.start_soon(get_by_script, own_redis, "a")
    own_valkey.kill()
    own_valkey.start()
    for _ in range(LOOPS_TO_NOTICE):
        await anyio.lowlevel.checkpoint()

    assert await put(own_redis, "a")
    assert [await get_by_script(own_redis, "a") for _ in range(3)] == [b"value"] * 3


async def test_a_server_that_is_killed_is_asked_a_few_times_and_then_left_alone(
    own_redis: BoundedRedis, own_valkey: Valkey
) -> None:
    """Then it costs neither time nor log lines."""
    own_valkey.kill()

    with capture_logs() as logs:
        replies = [await get(own_redis, "a") for _ in range(FAILURES_IN_A_ROW + 3)]

    assert replies == [DOWN] * (FAILURES_IN_A_ROW + 3)
    assert own_redis.state == "open"
    assert [(log["event"], log["operation"], log["error"]) for log in logs] == [
        ("test.failed", "get", "ConnectionError")
    ] * FAILURES_IN_A_ROW
    assert set(logs[0]) == {"event", "operation", "error", "log_level", "room"}


async def test_one_probe_finds_a_server_that_is_back(
    own_redis: BoundedRedis, own_valkey: Valkey, clock: ManualClock
) -> None:
    """After the cooldown, and not before."""
    own_valkey.kill()
    for _ in range(FAILURES_IN_A_ROW):
        await get(own_redis, "a")
    own_valkey.start()

    states = [own_redis.state]
    assert await get(own_redis, "a") == DOWN
    clock.now += COOLDOWN_S
    states.append(own_redis.state)
    assert await get(own_redis, "a") is None
    states.append(own_redis.state)
    assert states == ["open", "half_open", "closed"]


async def test_a_ping_asks_even_a_server_that_is_left_alone(
    own_redis: BoundedRedis, own_valkey: Valkey
) -> None:
    """And tells the others that it is well."""
    own_valkey.kill()
    for _ in range(FAILURES_IN_A_ROW):
        await get(own_redis, "a")

    assert not await own_redis.ping()
    own_valkey.start()
    assert await own_redis.ping()
    assert await get(own_redis, "a") is None


async def test_a_crowd_waits_no_longer_than_one(
    own_redis: BoundedRedis, own_valkey: Valkey
) -> None:
    """Far more callers than connections, all at once, on a server that stopped."""
    found: list[object] = []

    async def ask() -> None:
        found.append(await get(own_redis, "a"))

    own_valkey.pause()
    with anyio.fail_after(HANGING_S):
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(ask)

    assert found == [DOWN] * 50


async def test_crowds_that_hang_up_take_no_connection_with_them(
    own_redis: BoundedRedis, own_valkey: Valkey
) -> None:
    """Many callers that wait for few connections leave at the same moment, again and again."""
    await put(own_redis, "a")
    for _ in range(20):
        own_valkey.pause()
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(get, own_redis, "a")
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        own_valkey.resume()

    replies: list[object] = []

    async def ask() -> None:
        replies.append(await get(own_redis, "a"))

    async with anyio.create_task_group() as group:
        for _ in range(2 * LIMITS.connections):
            group.start_soon(ask)
    assert replies == [b"value"] * (2 * LIMITS.connections)


async def test_a_reply_that_came_while_this_process_was_busy_is_read(valkey: Valkey) -> None:
    """However long that was: a server is not blamed for what other requests cost here."""
    limits = Limits(timeout_s=0.02, connect_timeout_s=5.0)
    redis = BoundedRedis(valkey.url, name="test", limits=limits)
    replies: list[object] = []

    async def ask() -> None:
        replies.append(await get_by_script(redis, "a"))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(ask)
        for _ in range(LOOPS_TO_NOTICE):
            await anyio.lowlevel.checkpoint()
            valkey.run("PING")  # answered after what was asked before it
            time.sleep(2 * limits.timeout_s)  # noqa: ASYNC251  # other requests have their turn
    await redis.aclose()

    assert replies == [None] * 20


async def test_a_missing_or_wrong_password_opens_the_breaker(own_valkey: Valkey) -> None:
    """It will not be right the next time; asking goes on slowly, in case it is set right."""
    own_valkey.run("CONFIG", "SET", "requirepass", "right")

    for url in (own_valkey.url, f"{own_valkey.url}?password=wrong"):
        client = BoundedRedis(url, name="test", limits=LIMITS)
        with capture_logs() as logs:
            replies = [await get(client, "a") for _ in range(FAILURES_IN_A_ROW)]
        await client.aclose()

        assert replies == [DOWN] * FAILURES_IN_A_ROW
        assert client.state == "open"
        assert {log["error"] for log in logs} == {"AuthenticationError"}


async def test_the_right_password_is_let_in(own_valkey: Valkey) -> None:
    """Percent codes are read."""
    own_valkey.run("CONFIG", "SET", "requirepass", "p@ss")
    client = BoundedRedis(f"{own_valkey.url}?password=p%40ss", name="test", limits=LIMITS)

    assert await put(client, "a")
    await client.aclose()


@pytest.mark.parametrize(
    ("made_so", "error"),
    [
        ([("REPLICAOF", "127.0.0.1", 1)], "ReadOnlyError"),
        (
            [
                ("CONFIG", "SET", "maxmemory-policy", "noeviction"),
                ("CONFIG", "SET", "maxmemory", 1),
            ],
            "OutOfMemoryError",
        ),
    ],
    ids=["replica", "full"],
)
async def test_a_server_that_takes_no_writes_is_still_read(
    own_redis: BoundedRedis,
    own_valkey: Valkey,
    made_so: list[tuple[str | int, ...]],
    error: str,
) -> None:
    """Refusals never open the breaker, and are called refusals."""
    await put(own_redis, "a")
    for command in made_so:
        own_valkey.run(*command)

    with capture_logs() as logs:
        written = [await put(own_redis, "b") for _ in range(FAILURES_IN_A_ROW + 1)]

    assert written == [False] * (FAILURES_IN_A_ROW + 1)
    assert {(log["event"], log["error"]) for log in logs} == {("test.refused", error)}
    assert own_redis.state == "closed"
    assert await get(own_redis, "a") == b"value"


async def test_a_server_that_cannot_save_to_its_disk_is_still_read(
    own_redis: BoundedRedis, own_valkey: Valkey
) -> None:
    """It refuses writes (MISCONF) so that somebody notices."""
    await put(own_redis, "a")
    own_valkey.lose_disk()
    own_valkey.run("CONFIG", "SET", "save", "3600 1")
    own_valkey.run("BGSAVE")
    with anyio.fail_after(HANGING_S):
        while b"rdb_last_bgsave_status:ok" in own_valkey.text("INFO", "persistence"):
            await anyio.lowlevel.checkpoint()

    assert not await put(own_redis, "b")
    assert await get(own_redis, "a") == b"value"
    assert own_redis.state == "closed"


async def test_a_replica_that_lost_its_master_refuses(
    own_redis: BoundedRedis, own_valkey: Valkey
) -> None:
    """Where it is set up to serve nothing stale."""
    own_valkey.run("CONFIG", "SET", "replica-serve-stale-data", "no")
    own_valkey.run("REPLICAOF", "127.0.0.1", 1)

    with capture_logs() as logs:
        assert await get(own_redis, "a") == DOWN

    assert logs[0]["event"] == "test.refused"


async def test_names_are_listed_batch_by_batch(own_redis: BoundedRedis) -> None:
    """Those that fit, all of them."""
    wanted = {f"a:{number}".encode() for number in range(1200)}
    for name in [*wanted, b"b:1"]:
        await put(own_redis, name.decode())

    found: set[bytes] = set()
    async for batch in own_redis.scan("list", "a:*"):
        assert not isinstance(batch, Down)
        found |= set(batch)

    assert found == wanted


async def test_a_listing_says_that_it_is_not_whole(
    own_redis: BoundedRedis, own_valkey: Valkey
) -> None:
    """Nobody takes silence for an empty store."""
    own_valkey.kill()

    assert [batch async for batch in own_redis.scan("list", "*")] == [DOWN]


async def test_breakers_of_two_clients_are_their_own(own_valkey: Valkey) -> None:
    """Unless they are given the same one."""
    breaker = Breaker()
    one, two = (
        BoundedRedis(own_valkey.url, name="test", limits=LIMITS, breaker=breaker) for _ in range(2)
    )
    three = BoundedRedis(own_valkey.url, name="test", limits=LIMITS)
    own_valkey.kill()

    for _ in range(FAILURES_IN_A_ROW):
        await get(one, "a")

    assert (one.state, two.state, three.state) == ("open", "open", "closed")
    for client in (one, two, three):
        await client.aclose()
