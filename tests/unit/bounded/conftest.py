"""Servers that the tests of the Redis client may use and break."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assistant.bounded import BoundedRedis, Limits
from assistant.breaker import Breaker
from support.clock import ManualClock
from support.toxic import Toxic, toxic_way_to
from support.valkey import Valkey

LIMITS = Limits(timeout_s=0.3, connect_timeout_s=0.5, connections=2)
"""Wide enough for a busy machine that answers, far below what a hanging client would take."""


@pytest.fixture
def clock() -> ManualClock:
    """The breaker's clock."""
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    """The breaker as shipped, but for the clock."""
    return Breaker(clock=clock)


@pytest.fixture
async def toxic(valkey: Valkey) -> AsyncIterator[Toxic]:
    """A way to the shared server that the test may harm."""
    async with toxic_way_to(valkey.url) as way:
        yield way


@pytest.fixture
async def redis(toxic: Toxic, breaker: Breaker) -> AsyncIterator[BoundedRedis]:
    """A client that takes that way."""
    client = BoundedRedis(toxic.url, name="test", limits=LIMITS, breaker=breaker)
    yield client
    await client.aclose()


@pytest.fixture
async def own_redis(own_valkey: Valkey, breaker: Breaker) -> AsyncIterator[BoundedRedis]:
    """A client of the server that the test may break."""
    client = BoundedRedis(own_valkey.url, name="test", limits=LIMITS, breaker=breaker)
    yield client
    await client.aclose()
