"""Answers and shared generations in a cluster: partitions lie on all its nodes, and one may be dead."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from assistant.bounded import BoundedRedis, Limits
from assistant.cache.admin import CacheAdmin, Which
from assistant.cache.base import Bypass, Hit, Miss, Stored
from assistant.cache.cipher import Cipher
from assistant.cache.flights import FlightPlace, Flights
from assistant.cache.redis import RedisAnswerCache
from assistant.types import Caller
from support.cached import ANNA, BORIS, CARLA, POLITE, SECRET, SHARED, asks, text_of, writes
from support.flights import CODEC, LAST, QUICK, Listener, Writing, requests
from support.valkey_cluster import ValkeyCluster

LIMITS = Limits(timeout_s=0.3, connect_timeout_s=0.5, connections=4)
PATIENT = Limits(timeout_s=2.0, connect_timeout_s=2.0)
CALLERS = [Caller(tenant=f"tenant-{number}", user="anna") for number in range(12)]
"""Enough for every node to have some of their partitions."""


@pytest.fixture
async def cache(cluster: ValkeyCluster) -> AsyncIterator[RedisAnswerCache]:
    """An encrypted cache on the cluster."""
    cipher = Cipher([os.urandom(32)])
    made = RedisAnswerCache(cluster.url, SECRET, cipher=cipher, limits=LIMITS)
    yield made
    await made.aclose()


@pytest.fixture
async def admin(cluster: ValkeyCluster) -> AsyncIterator[CacheAdmin]:
    """Who looks after it."""
    made = CacheAdmin(cluster.url, SECRET, limits=PATIENT)
    yield made
    await made.aclose()


@pytest.fixture
async def entries(cache: RedisAnswerCache, cluster: ValkeyCluster) -> dict[Caller, str]:
    """An answer of each caller, on all nodes."""
    found = {}
    for caller in CALLERS:
        put = await cache.put(asks(caller=caller), writes(f"A poem for {caller.tenant}."))
        assert isinstance(put, Stored)
        found[caller] = put.entry
    assert all(node.run("DBSIZE") != 0 for node in cluster.nodes)
    return found


async def test_every_caller_is_served_from_whatever_node(
    cache: RedisAnswerCache, entries: dict[Caller, str]
) -> None:
    """The same request and a politer one alike."""
    for caller in entries:
        for instruction in (asks().request.instruction, POLITE):
            found = await cache.get(asks(instruction, caller=caller))
            assert text_of(found) == f"A poem for {caller.tenant}."


async def test_verdicts_reach_the_node_of_the_answer(
    cache: RedisAnswerCache, entries: dict[Caller, str]
) -> None:
    """What was rejected is served no more, what was accepted is, and a repeat is known."""
    for number, (caller, entry) in enumerate(entries.items()):
        await cache.delivered(entry)
        await cache.judged(entry, caller, accepted=number % 2 == 0)

    found = [await cache.get(asks(caller=caller)) for caller in entries]

    assert [type(one) for one in found] == [Hit, Miss] * (len(CALLERS) // 2)


async def test_what_two_users_accepted_is_served_to_a_third(cache: RedisAnswerCache) -> None:
    """Their partitions and the shared one lie on different nodes."""
    for caller in (ANNA, BORIS):
        query = asks(caller=caller, rules=SHARED)
        put = await cache.put(query, writes("A poem for all."))
        assert isinstance(put, Stored)
        await cache.judged(put.entry, caller, accepted=True)

    found = await cache.get(asks(caller=CARLA, rules=SHARED))

    assert text_of(found) == "A poem for all."


async def test_an_administrator_sees_and_erases_all_nodes(
    entries: dict[Caller, str], admin: CacheAdmin, cluster: ValkeyCluster
) -> None:
    """One tenant's, then everything; no key is left."""
    before = await admin.stats()
    erased = await admin.erase(Which(tenant=CALLERS[0].tenant))
    between = await admin.stats()
    await admin.erase(Which(everything=True))

    assert (before.entries, before.tenants) == (len(entries), len(CALLERS))
    assert erased == 1
    assert between.entries == len(entries) - 1
    assert cluster.names() == []


async def test_a_dead_node_costs_the_cache_of_its_own_partitions_alone(
    cache: RedisAnswerCache, entries: dict[Caller, str], cluster: ValkeyCluster
) -> None:
    """Their requests are written anew; all others are served."""
    cluster.nodes[1].pause()

    found = [await cache.get(asks(caller=caller)) for caller in entries]

    assert {type(one) for one in found} == {Hit, Bypass}
    assert {one.reason for one in found if isinstance(one, Bypass)} == {"redis-down"}
    assert not await cache.healthy()


@pytest.mark.parametrize("node", range(3))
async def test_identical_requests_of_two_processes_meet_on_any_node(
    cluster: ValkeyCluster, node: int
) -> None:
    """One generation, and both hear all of it."""
    place = FlightPlace(partition=cluster.partition_on(node), key="a" * 32, tenant="t")
    stores = [BoundedRedis(cluster.url, name="flights", limits=PATIENT) for _ in range(2)]
    one, two = (Flights(store, CODEC, times=QUICK) for store in stores)
    writing, again = Writing(), Writing()
    leader, follower = Listener(one, writing.make), Listener(two, again.make)

    async with requests() as group:
        group.start_soon(leader.run, place)
        await writing.begun.wait()
        writing.write("A", "poem")
        await leader.has(2)
        group.start_soon(follower.run, place)
        await follower.has(2)
        writing.write(LAST)
        writing.end()
    for flights, store in zip((one, two), stores, strict=True):
        await flights.aclose()
        await store.aclose()

    assert leader.heard == follower.heard == ["A", "poem", LAST]
    assert (writing.written, again.written) == (1, 0)
