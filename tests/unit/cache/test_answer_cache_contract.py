"""What every answer cache does, whatever it keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from assistant.cache.base import AnswerCache, Bypass, CacheQuery, Hit, Miss
from assistant.cache.bounded import Limits
from assistant.cache.off import NoCache
from assistant.cache.redis import RedisAnswerCache
from assistant.types import Answer, CacheControl
from support.valkey import Valkey

PATIENT = Limits(timeout_s=2.0, connect_timeout_s=2.0)
"""For a machine that is busy with other tests."""


@pytest.fixture(params=["redis", "redis-down", "off"])
async def cache(request: pytest.FixtureRequest, valkey: Valkey) -> AsyncIterator[AnswerCache]:
    """Each kind of cache, and one whose server is not there."""
    caches: dict[str, AnswerCache] = {
        "redis": RedisAnswerCache(valkey.url, b"secret", limits=PATIENT),
        "redis-down": RedisAnswerCache(f"{valkey.url}.nowhere", b"secret", limits=PATIENT),
        "off": NoCache(),
    }
    yield caches[request.param]
    for each in caches.values():
        await each.aclose()


async def test_nothing_is_found_before_something_is_stored(
    cache: AnswerCache, query: CacheQuery
) -> None:
    """A miss or a bypass, never an error."""
    assert isinstance(await cache.get(query), Miss | Bypass)


async def test_what_was_stored_is_served_unchanged_and_nothing_else(
    cache: AnswerCache, query: CacheQuery, answer: Answer
) -> None:
    """`put` tells the truth about what a later `get` finds."""
    stored = await cache.put(query, answer, ttl_s=60.0)
    found = await cache.get(query)

    assert isinstance(found, Hit) is stored
    if isinstance(found, Hit):
        assert found.answer == answer
        assert found.age_s >= 0.0


@pytest.mark.parametrize("control", [CacheControl(no_cache=True), CacheControl(no_store=True)])
async def test_a_caller_who_wants_no_stored_answer_gets_none(
    cache: AnswerCache, query: CacheQuery, answer: Answer, control: CacheControl
) -> None:
    """Even where there is one."""
    await cache.put(query, answer, ttl_s=60.0)

    assert isinstance(await cache.get(replace(query, control=control)), Bypass)


async def test_an_answer_that_is_not_storable_is_not_stored(
    cache: AnswerCache, query: CacheQuery, answer: Answer
) -> None:
    """The write rules hold for every kind of cache."""
    cut_off = replace(answer, finish="length")

    assert not await cache.put(query, cut_off, ttl_s=60.0)
    assert not isinstance(await cache.get(query), Hit)


async def test_health_is_told_and_not_raised(cache: AnswerCache) -> None:
    """A readiness probe asks any cache."""
    assert await cache.healthy() in {True, False}
