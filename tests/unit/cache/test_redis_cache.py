"""Answers in a real Valkey that is well."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TypeAlias, cast

import pytest

from assistant.cache.base import Bypass, CacheQuery, Hit, Miss
from assistant.cache.bounded import Limits
from assistant.cache.keys import entry_key
from assistant.cache.redis import RedisAnswerCache
from assistant.types import Answer, CacheControl, Caller
from support.valkey import Valkey

SECRET = b"secret"
NOW = 1_800_000_000.0
Cache: TypeAlias = Callable[..., RedisAnswerCache]


@pytest.fixture
async def cache_at(valkey: Valkey) -> AsyncIterator[Cache]:
    """Caches on one server, each with its own idea of the time and of chance."""
    opened: list[RedisAnswerCache] = []

    def open_cache(now: float = NOW, jitter: float = 0.0) -> RedisAnswerCache:
        opened.append(
            RedisAnswerCache(
                valkey.url,
                SECRET,
                limits=Limits(timeout_s=2.0, connect_timeout_s=2.0),
                wall_clock=lambda: now,
                jitter=lambda: jitter,
            )
        )
        return opened[-1]

    yield open_cache
    for cache in opened:
        await cache.aclose()


async def test_a_stored_answer_is_a_hit_with_its_age(
    cache_at: Cache, query: CacheQuery, answer: Answer
) -> None:
    """In another process as well."""
    assert await cache_at(NOW).put(query, answer, ttl_s=60.0)

    assert await cache_at(NOW + 7.5).get(query) == Hit(answer=answer, age_s=7.5)


async def test_a_clock_that_runs_behind_gives_no_negative_age(
    cache_at: Cache, query: CacheQuery, answer: Answer
) -> None:
    """Hosts disagree about the time."""
    await cache_at(NOW).put(query, answer, ttl_s=60.0)

    assert await cache_at(NOW - 3.0).get(query) == Hit(answer=answer, age_s=0.0)


async def test_nothing_stored_is_absent(cache_at: Cache, query: CacheQuery) -> None:
    """The reason of a plain miss."""
    assert await cache_at().get(query) == Miss(reason="absent")


async def test_the_callers_wishes_and_the_bar_are_honoured(
    cache_at: Cache, query: CacheQuery, answer: Answer
) -> None:
    """Each with its reason; the entry stays for others."""
    await cache_at(NOW).put(query, answer, ttl_s=60.0)
    later = cache_at(NOW + 10.0)

    assert await later.get(replace(query, control=CacheControl(no_cache=True))) == Bypass(
        reason="no-cache"
    )
    assert await later.get(replace(query, control=CacheControl(no_store=True))) == Bypass(
        reason="no-store"
    )
    assert await later.get(replace(query, control=CacheControl(max_age_s=9))) == Miss(
        reason="too_old"
    )
    assert await later.get(replace(query, min_score=0.9)) == Miss(reason="below_bar")
    assert isinstance(await later.get(query), Hit)


async def test_no_store_stores_nothing(cache_at: Cache, query: CacheQuery, answer: Answer) -> None:
    """RFC 9111 section 5.2.1.5."""
    private = replace(query, control=CacheControl(no_store=True))

    assert not await cache_at().put(private, answer, ttl_s=60.0)
    assert await cache_at().get(query) == Miss(reason="absent")


async def test_no_cache_replaces_what_is_stored(
    cache_at: Cache, query: CacheQuery, answer: Answer
) -> None:
    """Who asks for a fresh answer gets it again next time."""
    cache, fresh = cache_at(), replace(answer, text="Anew.")
    await cache.put(query, answer, ttl_s=60.0)

    await cache.put(replace(query, control=CacheControl(no_cache=True)), fresh, ttl_s=60.0)

    assert await cache.get(query) == Hit(answer=fresh, age_s=0.0)


@pytest.mark.parametrize(
    "caller", [Caller(tenant="t", user="other"), Caller(tenant="other", user="u"), Caller()]
)
async def test_nobody_gets_the_answer_of_another(
    cache_at: Cache, query: CacheQuery, answer: Answer, caller: Caller
) -> None:
    """Same words, different caller."""
    await cache_at().put(query, answer, ttl_s=60.0)

    assert await cache_at().get(replace(query, caller=caller)) == Miss(reason="absent")


async def test_another_shape_is_another_answer(
    cache_at: Cache, query: CacheQuery, answer: Answer
) -> None:
    """A changed model or prompt asks anew."""
    await cache_at().put(query, answer, ttl_s=60.0)

    assert await cache_at().get(replace(query, shape="shape-2")) == Miss(reason="absent")


@pytest.mark.parametrize(("jitter", "longest_ms"), [(0.0, 60_000), (1.0, 57_000)])
async def test_an_entry_is_forgotten_at_its_time_or_a_little_before(
    cache_at: Cache,
    valkey: Valkey,
    query: CacheQuery,
    answer: Answer,
    jitter: float,
    longest_ms: int,
) -> None:
    """Reading does not keep it alive: the time is set once."""
    cache = cache_at(jitter=jitter)
    await cache.put(query, answer, ttl_s=60.0)
    before = cast("int", valkey.run("PEXPIRETIME", entry_key(SECRET, query)))

    await cache.get(query)

    after = cast("int", valkey.run("PEXPIRETIME", entry_key(SECRET, query)))
    left = cast("int", valkey.run("PTTL", entry_key(SECRET, query)))
    assert before == after
    assert 0 < left <= longest_ms


@pytest.mark.parametrize("junk", ["", "not json", '{"version": 99}'])
async def test_an_unreadable_entry_is_a_miss_and_removed(
    cache_at: Cache, valkey: Valkey, query: CacheQuery, junk: str
) -> None:
    """Written by another version, or by another program."""
    key = entry_key(SECRET, query)
    valkey.run("SET", key, junk)

    assert await cache_at().get(query) == Miss(reason="unreadable")
    assert valkey.run("EXISTS", key) == 0


async def test_a_key_that_holds_something_else_is_a_bypass(
    cache_at: Cache, valkey: Valkey, query: CacheQuery
) -> None:
    """The server refuses; the request goes on."""
    valkey.run("RPUSH", entry_key(SECRET, query), "a list")

    assert await cache_at().get(query) == Bypass(reason="redis-down")


async def test_nothing_of_the_writer_is_in_a_key(
    cache_at: Cache, valkey: Valkey, query: CacheQuery, answer: Answer
) -> None:
    """Keys show in monitors and logs."""
    await cache_at().put(query, answer, ttl_s=60.0)

    keys = str(valkey.run("KEYS", "*"))

    assert "warmer" not in keys
    assert keys.count("ink:{") == 1


async def test_a_text_that_cannot_be_written_is_not_stored(
    cache_at: Cache, query: CacheQuery, answer: Answer
) -> None:
    """And raises nothing."""
    assert not await cache_at().put(query, replace(answer, text="\ud800"), ttl_s=60.0)


def test_an_address_of_another_kind_is_refused_at_once() -> None:
    """A slip in REDIS_URL is told at the start, not as a cache that is always down."""
    with pytest.raises(ValueError, match="unix://"):
        RedisAnswerCache("http://localhost", SECRET)
