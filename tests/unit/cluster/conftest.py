"""A real cluster of three nodes for the tests that need one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from assistant.bounded import BoundedRedis, Limits
from assistant.breaker import Breaker
from support.clock import ManualClock
from support.valkey_cluster import ValkeyCluster, running_cluster

LIMITS = Limits(timeout_s=0.3, connect_timeout_s=0.5, connections=4)
"""Wide enough for a busy machine that answers, far below what a hanging client would take."""


@pytest.fixture(scope="session")
def shared_cluster() -> Iterator[ValkeyCluster]:
    """One cluster for all tests: what they break they mend."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(shared_cluster: ValkeyCluster) -> Iterator[ValkeyCluster]:
    """The shared cluster, emptied; nodes that a test has paused go on after it."""
    shared_cluster.flush()
    yield shared_cluster
    for node in shared_cluster.nodes:
        node.resume()


@pytest.fixture
def own_cluster() -> Iterator[ValkeyCluster]:
    """A cluster whose nodes the test may kill."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def clock() -> ManualClock:
    """The breakers' clock."""
    return ManualClock()


@pytest.fixture
async def redis(cluster: ValkeyCluster, clock: ManualClock) -> AsyncIterator[BoundedRedis]:
    """A client of the cluster."""
    breaker = Breaker(clock=clock)
    client = BoundedRedis(cluster.url, name="test", limits=LIMITS, breaker=breaker)
    yield client
    await client.aclose()
