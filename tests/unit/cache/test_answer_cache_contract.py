"""What every answer cache does, whatever it keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from assistant.cache.base import AnswerCache, Bypass, CacheQuery, Hit, Miss, NotStored, Stored
from assistant.cache.cipher import Cipher
from assistant.cache.off import NoCache
from assistant.cache.redis import RedisAnswerCache
from assistant.types import Answer, CacheControl, Caller
from support.cached import PATIENT, SECRET, writes
from support.similar import ScriptedEmbedder, cache_with
from support.valkey import Valkey


def caches(valkey: Valkey) -> dict[str, AnswerCache]:
    """Each kind of cache, and one whose server is not there."""
    return {
        "redis": RedisAnswerCache(valkey.url, SECRET, limits=PATIENT),
        "sealed": RedisAnswerCache(
            valkey.url, SECRET, limits=PATIENT, cipher=Cipher([bytes(range(32))])
        ),
        "semantic": cache_with(valkey.url, ScriptedEmbedder()),
        "redis-down": RedisAnswerCache(f"{valkey.url}.nowhere", SECRET, limits=PATIENT),
        "off": NoCache(),
    }


@pytest.fixture(params=["redis", "sealed", "semantic", "redis-down", "off"])
async def cache(request: pytest.FixtureRequest, valkey: Valkey) -> AsyncIterator[AnswerCache]:
    """Each of them in turn."""
    opened = caches(valkey)
    yield opened[request.param]
    for each in opened.values():
        await each.aclose()


async def test_nothing_is_found_before_something_is_stored(
    cache: AnswerCache, query: CacheQuery
) -> None:
    """A miss or a bypass, never an error."""
    assert isinstance(await cache.get(query), Miss | Bypass)
    assert isinstance(await cache.similar(query), Miss | Bypass)


async def test_what_was_stored_is_served_unchanged_and_nothing_else(
    cache: AnswerCache, query: CacheQuery, answer: Answer
) -> None:
    """`put` tells the truth about what a later `get` finds."""
    stored = await cache.put(query, answer)
    found = await cache.get(query)

    assert isinstance(found, Hit) is isinstance(stored, Stored)
    if isinstance(found, Hit) and isinstance(stored, Stored):
        assert found.answer == answer
        assert found.age_s >= 0.0
        assert found.entry == stored.entry


@pytest.mark.parametrize(
    "control",
    [CacheControl(no_cache=True), CacheControl(no_store=True), CacheControl(regenerate=True)],
    ids=["no-cache", "no-store", "again"],
)
async def test_a_caller_who_wants_no_stored_answer_gets_none(
    cache: AnswerCache, query: CacheQuery, answer: Answer, control: CacheControl
) -> None:
    """Even where there is one; and shares no generation with others."""
    await cache.put(query, answer)
    wishes = replace(query, control=control)

    assert isinstance(await cache.get(wishes), Bypass)
    assert cache.place(wishes) is None


async def test_an_answer_that_is_not_storable_is_not_stored(
    cache: AnswerCache, query: CacheQuery, answer: Answer
) -> None:
    """The write rules hold for every kind of cache."""
    cut_off = replace(answer, finish="length")

    assert isinstance(await cache.put(query, cut_off), NotStored)
    assert not isinstance(await cache.get(query), Hit)


async def test_a_rejected_text_is_served_no_more(
    cache: AnswerCache, query: CacheQuery, answer: Answer
) -> None:
    """Nor stored again."""
    stored = await cache.put(query, answer)
    if isinstance(stored, Stored):
        await cache.judged(stored.entry, query.caller, accepted=False)

    again = await cache.put(query, replace(answer, id="another"))

    assert isinstance(again, NotStored)
    assert not isinstance(await cache.get(query), Hit)


async def test_a_forgotten_answer_is_gone(
    cache: AnswerCache, query: CacheQuery, answer: Answer
) -> None:
    """Where the store answers, and it says so where it does not."""
    stored = await cache.put(query, answer)
    entry = stored.entry if isinstance(stored, Stored) else ""

    gone = await cache.forget(entry)

    assert gone
    assert not isinstance(await cache.get(query), Hit)


@pytest.mark.parametrize("entry", ["", "x", "exact:1:2:3", "exact:" + "a" * 32])
async def test_a_reference_to_nothing_does_nothing(cache: AnswerCache, entry: str) -> None:
    """Decision records of an older release hold others, or none."""
    await cache.delivered(entry)
    await cache.judged(entry, Caller(), accepted=True)
    await cache.judged(entry, Caller(), accepted=False)

    assert await cache.forget(entry)


async def test_what_was_not_stored_is_counted_by_reason(
    cache: AnswerCache, query: CacheQuery
) -> None:
    """Each refusal that was told, once; a cache that is off counts nothing."""
    told = [
        await cache.put(each, writes("A text."))
        for each in (replace(query, control=CacheControl(no_store=True)), query)
    ]
    refusals = [each.reason for each in told if isinstance(each, NotStored)]

    counted = cache.report().refused_writes

    expected = {} if isinstance(cache, NoCache) else dict.fromkeys(refusals, 1)
    assert counted == expected


async def test_health_is_told_and_not_raised(cache: AnswerCache) -> None:
    """A readiness probe asks any cache."""
    assert await cache.healthy() in {True, False}


async def test_watching_serves_and_breaks_nothing(
    cache: AnswerCache, query: CacheQuery, answer: Answer
) -> None:
    """It comes after the answer has left."""

    async def acceptable(text: str) -> bool:
        return bool(text)

    stored = await cache.put(query, answer)
    entry = stored.entry if isinstance(stored, Stored) else None
    await cache.watch(query, answer, entry=entry, acceptable=acceptable)

    assert isinstance(await cache.get(query), Hit) is isinstance(stored, Stored)
