"""A real Valkey that is killed, slow, full, read-only or locked: no request fails, hangs or is misled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import pytest
from structlog.testing import capture_logs

from assistant.bounded import Limits
from assistant.breaker import COOLDOWN_S, FAILURES_IN_A_ROW, Breaker
from assistant.cache.base import Bypass, CacheQuery, Hit, Lookup, Miss, NotStored, Stored
from assistant.cache.redis import RedisAnswerCache
from assistant.types import Answer
from support.clock import ManualClock
from support.toxic import Toxic, toxic_way_to
from support.valkey import Valkey

DOWN = Bypass(reason="redis-down")
NOT_STORED = NotStored(reason="redis-down")
LIMITS = Limits(timeout_s=0.3, connect_timeout_s=0.5, connections=2)
"""Wide enough for a busy machine that answers, far below what a hanging client would take."""

HANGING_S = 8.0
"""A guard: a client without bounds waits 15 s for a stopped server, for each command."""


@pytest.fixture
def clock() -> ManualClock:
    """The breaker's clock."""
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    """The breaker as shipped, but for the clock."""
    return Breaker(clock=clock)


@pytest.fixture
async def cache(own_valkey: Valkey, breaker: Breaker) -> AsyncIterator[RedisAnswerCache]:
    """A cache on a server of its own."""
    cache = RedisAnswerCache(
        own_valkey.url, b"secret", limits=LIMITS, patience=LIMITS, breaker=breaker
    )
    yield cache
    await cache.aclose()


@pytest.fixture
async def toxic(valkey: Valkey) -> AsyncIterator[Toxic]:
    """A way to the shared server that the test may harm."""
    async with toxic_way_to(valkey.url) as way:
        yield way


@pytest.fixture
async def far_cache(toxic: Toxic) -> AsyncIterator[RedisAnswerCache]:
    """A cache at the end of that way."""
    cache = RedisAnswerCache(toxic.url, b"secret", limits=LIMITS, patience=LIMITS)
    yield cache
    await cache.aclose()


async def every_call_is_refused(cache: RedisAnswerCache, query: CacheQuery, answer: Answer) -> None:
    """All that a request and its aftermath ask of a cache, on a server that is down."""
    entry = "exact:" + "0" * 32 + ":" + "0" * 32 + ":a-1"
    with anyio.fail_after(HANGING_S):
        assert await cache.get(query) == DOWN
        assert await cache.put(query, answer) == NOT_STORED
        await cache.delivered(entry)
        await cache.judged(entry, query.caller, accepted=True)
        await cache.judged(entry, query.caller, accepted=False)
        assert not await cache.healthy()


async def test_a_server_that_is_killed_costs_no_request(
    cache: RedisAnswerCache, own_valkey: Valkey, query: CacheQuery, answer: Answer
) -> None:
    """Between two requests, with connections open."""
    await cache.put(query, answer)
    own_valkey.kill()

    await every_call_is_refused(cache, query, answer)


async def test_a_server_that_stops_answering_costs_at_most_the_timeout(
    cache: RedisAnswerCache, own_valkey: Valkey, query: CacheQuery, answer: Answer
) -> None:
    """On the connection it had, and on new ones, which it still accepts."""
    await cache.put(query, answer)
    own_valkey.pause()

    await every_call_is_refused(cache, query, answer)


async def test_a_server_that_is_too_slow_costs_at_most_the_timeout(
    far_cache: RedisAnswerCache, toxic: Toxic, query: CacheQuery, answer: Answer
) -> None:
    """It does answer, later than anybody waits."""
    toxic.hold()

    await every_call_is_refused(far_cache, query, answer)


async def test_an_entry_that_is_cut_off_on_its_way_is_no_hit(
    far_cache: RedisAnswerCache, toxic: Toxic, query: CacheQuery, answer: Answer
) -> None:
    """And the next request has it whole, even byte by byte."""
    assert isinstance(await far_cache.put(query, answer), Stored)
    toxic.cut_after = 120
    await far_cache.get(query)
    cut = await far_cache.get(query)
    toxic.cut_after = None
    toxic.slice_bytes = 7
    whole = await far_cache.get(query)

    assert cut == DOWN
    assert isinstance(whole, Hit)
    assert whole.answer.text == answer.text


async def test_a_crowd_waits_no_longer_than_one(
    cache: RedisAnswerCache, own_valkey: Valkey, query: CacheQuery
) -> None:
    """Far more requests than connections, all at once, on a server that stopped."""
    found: list[Lookup] = []

    async def ask() -> None:
        found.append(await cache.get(query))

    own_valkey.pause()
    with anyio.fail_after(HANGING_S):
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(ask)

    assert found == [DOWN] * 50


async def test_a_server_that_restarts_is_found_again_by_one_probe(
    cache: RedisAnswerCache,
    own_valkey: Valkey,
    breaker: Breaker,
    clock: ManualClock,
    query: CacheQuery,
    answer: Answer,
) -> None:
    """After the cooldown, and not before; that it has forgotten our scripts costs no request."""
    await cache.put(query, answer)
    own_valkey.kill()
    for _ in range(FAILURES_IN_A_ROW):
        assert await cache.get(query) == DOWN
    own_valkey.start()

    assert await cache.get(query) == DOWN
    assert cache.report().breaker == "open"
    clock.now += COOLDOWN_S
    assert await cache.get(query) == Miss(reason="absent")
    assert breaker.state == "closed"
    assert isinstance(await cache.put(query, answer), Stored)
    assert isinstance(await cache.get(query), Hit)


async def test_while_the_breaker_is_open_nothing_is_logged_or_asked(
    cache: RedisAnswerCache, own_valkey: Valkey, query: CacheQuery, answer: Answer
) -> None:
    """A dead server costs neither time nor log lines."""
    own_valkey.kill()
    for _ in range(FAILURES_IN_A_ROW):
        await cache.get(query)

    with capture_logs() as logs:
        assert await cache.get(query) == DOWN
        assert await cache.put(query, answer) == NOT_STORED

    assert logs == []


async def test_a_readiness_probe_closes_the_breaker_early(
    cache: RedisAnswerCache, own_valkey: Valkey, query: CacheQuery
) -> None:
    """Whoever finds the server well tells the others."""
    own_valkey.kill()
    for _ in range(FAILURES_IN_A_ROW):
        await cache.get(query)
    own_valkey.start()

    assert await cache.healthy()
    assert await cache.get(query) == Miss(reason="absent")


async def test_a_wrong_password_is_a_bypass(own_valkey: Valkey, query: CacheQuery) -> None:
    """And so is a missing one."""
    own_valkey.run("CONFIG", "SET", "requirepass", "right")
    without = RedisAnswerCache(own_valkey.url, b"secret", limits=LIMITS)
    wrong = RedisAnswerCache(f"{own_valkey.url}?password=wrong", b"secret", limits=LIMITS)
    right = RedisAnswerCache(f"{own_valkey.url}?password=right", b"secret", limits=LIMITS)

    found = [await cache.get(query) for cache in (without, wrong, right)]

    assert found == [DOWN, DOWN, Miss(reason="absent")]
    for cache in (without, wrong, right):
        await cache.aclose()


@pytest.mark.parametrize(
    "made_so",
    [
        [("REPLICAOF", "127.0.0.1", 1)],
        [("CONFIG", "SET", "maxmemory-policy", "noeviction"), ("CONFIG", "SET", "maxmemory", 1)],
    ],
    ids=["replica", "full"],
)
async def test_a_server_that_takes_no_writes_is_still_read(
    cache: RedisAnswerCache,
    own_valkey: Valkey,
    query: CacheQuery,
    answer: Answer,
    made_so: list[tuple[str | int, ...]],
) -> None:
    """Refusals never open the breaker: what is stored there is served."""
    await cache.put(query, answer)
    for command in made_so:
        own_valkey.run(*command)

    for number in range(FAILURES_IN_A_ROW + 1):
        assert await cache.put(query, replace(answer, id=f"b-{number}")) == NOT_STORED

    assert cache.report().breaker == "closed"
    assert isinstance(await cache.get(query), Hit)


async def test_a_replica_without_its_master_is_a_bypass(
    cache: RedisAnswerCache, own_valkey: Valkey, query: CacheQuery
) -> None:
    """Where it is set up to serve nothing stale."""
    own_valkey.run("CONFIG", "SET", "replica-serve-stale-data", "no")
    own_valkey.run("REPLICAOF", "127.0.0.1", 1)

    assert await cache.get(query) == DOWN


async def test_callers_who_hang_up_leave_clean_connections(
    cache: RedisAnswerCache, own_valkey: Valkey, query: CacheQuery, answer: Answer
) -> None:
    """No later request waits for their connections or reads the replies meant for them."""
    other = replace(query, shape="other")
    await cache.put(query, answer)
    await cache.put(other, replace(answer, id="a-2", text="Other."))
    own_valkey.pause()

    for _ in range(3 * LIMITS.connections):
        async with anyio.create_task_group() as group:
            group.start_soon(cache.get, query)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
    own_valkey.resume()

    found = await cache.get(other)
    assert isinstance(found, Hit)
    assert found.answer.text == "Other."


async def test_a_probe_whose_caller_hangs_up_is_done_by_the_next(
    cache: RedisAnswerCache, own_valkey: Valkey, clock: ManualClock, query: CacheQuery
) -> None:
    """The cache comes back even then."""
    own_valkey.kill()
    for _ in range(FAILURES_IN_A_ROW):
        await cache.get(query)
    own_valkey.start()
    own_valkey.pause()
    clock.now += COOLDOWN_S
    async with anyio.create_task_group() as group:
        group.start_soon(cache.get, query)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    own_valkey.resume()

    assert await cache.get(query) == Miss(reason="absent")


async def test_an_outage_is_logged_by_the_name_of_its_error_alone(
    cache: RedisAnswerCache, own_valkey: Valkey, query: CacheQuery
) -> None:
    """No address, key or text: what a library puts in its messages is not ours to promise."""
    own_valkey.kill()

    with capture_logs() as logs:
        await cache.get(query)

    assert [(each["event"], each["error"]) for each in logs] == [
        ("cache.failed", "ConnectionError")
    ]
    assert set(logs[0]) == {"event", "operation", "error", "log_level", "room"}
