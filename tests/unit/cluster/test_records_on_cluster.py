"""Decision records in a cluster: each tenant's on one node, all of them together on all."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assistant.bounded import Limits
from assistant.errors import RecordsUnavailable
from assistant.records.base import Held, Outcome
from assistant.records.redis import RedisRecordStore
from assistant.types import Caller
from support.clock import ManualClock
from support.records import SECRET, every, record
from support.valkey_cluster import ValkeyCluster

LIMITS = Limits(timeout_s=0.3, connect_timeout_s=0.3, connections=2)
VERDICT = Outcome(verdict="accepted", edit_distance=None, created=1001.0)
TENANTS = [f"tenant-{number}" for number in range(12)]
"""Enough for every node to have some."""


@pytest.fixture
async def store(cluster: ValkeyCluster) -> AsyncIterator[RedisRecordStore]:
    """Records of twelve tenants, one each."""
    made = RedisRecordStore(cluster.url, SECRET, limits=LIMITS, wall_clock=ManualClock())
    for tenant in TENANTS:
        one = record(f"of_{tenant}", caller=Caller(tenant=tenant, user="anna"))
        assert await made.write(one, keep_s=200, held=Held(digests=b"1234", seconds=50))
    yield made
    await made.aclose()


async def test_records_of_all_tenants_are_listed(
    store: RedisRecordStore, cluster: ValkeyCluster
) -> None:
    """From whatever node they lie on."""
    ids = [kept.record.id for kept in await every(store)]

    assert sorted(ids) == sorted(f"of_{tenant}" for tenant in TENANTS)
    assert all(node.run("DBSIZE") != 0 for node in cluster.nodes)


async def test_one_record_is_read_judged_and_erased(
    store: RedisRecordStore, cluster: ValkeyCluster
) -> None:
    """Of every tenant; nothing of it is left."""
    for tenant in TENANTS:
        caller = Caller(tenant=tenant, user="anna")
        one = record(f"of_{tenant}", caller=caller)
        await store.settle(one, VERDICT, keep_s=200)
        kept = await store.read(caller, one.id)
        assert kept is not None
        assert kept.outcome == VERDICT
        assert await store.held(caller, one.id) == b"1234"
        await store.forget(one)
        assert await store.read(caller, one.id) is None

    assert cluster.names() == ["ink:records:tenants"]


async def test_a_dead_node_hides_its_own_records_alone(
    store: RedisRecordStore, cluster: ValkeyCluster
) -> None:
    """Whoever reads one of them is told; the others go on."""
    found = dict.fromkeys(TENANTS, "")
    cluster.nodes[1].pause()

    for tenant in TENANTS:
        try:
            await store.read(Caller(tenant=tenant, user="anna"), f"of_{tenant}")
        except RecordsUnavailable:
            found[tenant] = "unavailable"
        else:
            found[tenant] = "read"

    assert set(found.values()) == {"read", "unavailable"}
