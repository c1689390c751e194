"""What lies in Valkey while a flight is under way."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assistant.bounded import BoundedRedis
from assistant.cache.cipher import Cipher
from assistant.cache.flights import Times
from assistant.cache.flights.batches import Batches, Unreadable
from assistant.cache.flights.store import FlightStore, Held, Led, Seen, entry_id
from support.flights import CODEC, LAST, PATIENT, PLACE, Listener, Writing, process_on, requests
from support.valkey import Valkey

BEGINNING = entry_id(1, 0)


@pytest.fixture
async def redis(valkey: Valkey) -> AsyncIterator[BoundedRedis]:
    """A connection."""
    redis = BoundedRedis(valkey.url, name="flights", limits=PATIENT)
    yield redis
    await redis.aclose()


@pytest.fixture
def leading(redis: BoundedRedis) -> FlightStore:
    """The view of one process."""
    return FlightStore(redis, PLACE, Times())


@pytest.fixture
def other(redis: BoundedRedis) -> FlightStore:
    """The view of another one."""
    return FlightStore(redis, PLACE, Times())


async def test_a_claim_whose_reply_was_lost_is_made_again(
    leading: FlightStore, other: FlightStore
) -> None:
    """It is the same claim; others are told who leads."""
    first = await leading.claim(seen=0, following=True)
    second = await leading.claim(seen=0, following=True)

    assert first == second == Led(attempt=1)
    assert await other.claim(seen=0, following=True) == Held(attempt=1)


async def test_a_batch_whose_reply_was_lost_is_told_once(leading: FlightStore) -> None:
    """However often it is sent."""
    await leading.claim(seen=0, following=True)

    for _ in range(3):
        assert await leading.tell("going", attempt=1, entry=entry_id(1, 1), items=b"x") is True

    seen = await leading.follow(after=BEGINNING, sign=False)
    assert isinstance(seen, Seen)
    assert [(entry.id, entry.items) for entry in seen.entries] == [("1-1", b"x")]


async def test_who_lost_the_lock_adds_nothing_and_ends_nothing(
    valkey: Valkey, leading: FlightStore, other: FlightStore
) -> None:
    """The flight is that of the new leader, whose attempt is a later one."""
    await leading.claim(seen=0, following=True)
    valkey.run("DEL", PLACE.lock)
    assert await other.claim(seen=0, following=True) == Led(attempt=2)

    told = await leading.tell("ended", attempt=1, entry=entry_id(1, 1), items=b"x")
    abandoned = await leading.abandon(attempt=1)

    assert (told, abandoned) == (False, True)
    seen = await leading.follow(after=entry_id(2, 0), sign=False)
    assert seen == Seen(led=True, entries=[])


async def test_attempts_rise_though_the_store_forgot_the_earlier_ones(
    valkey: Valkey, leading: FlightStore
) -> None:
    """As far as the process that claims remembers."""
    valkey.run("FLUSHALL")

    assert await leading.claim(seen=7, following=True) == Led(attempt=8)


async def test_a_flight_that_is_followed_is_not_abandoned(
    leading: FlightStore, other: FlightStore
) -> None:
    """Until the follower says that it leaves."""
    await leading.claim(seen=0, following=True)
    await other.claim(seen=0, following=True)

    followed = await leading.abandon(attempt=1)
    await other.leave()
    left = await leading.abandon(attempt=1)

    assert (followed, left) == (False, True)
    assert await other.claim(seen=1, following=True) == Led(attempt=2)


async def test_with_a_key_nothing_written_lies_open_in_the_store(valkey: Valkey) -> None:
    """And processes that have it hear everything."""
    cipher = Cipher([b"k" * 32])
    writing, again = Writing(), Writing()
    async with (
        process_on(valkey, cipher=cipher) as one,
        process_on(valkey, cipher=cipher) as two,
        requests() as group,
    ):
        leader, follower = Listener(one, writing.make), Listener(two, again.make)
        group.start_soon(leader.run)
        await writing.begun.wait()
        writing.write("canary")
        group.start_soon(follower.run)
        await follower.has(1)
        stored = valkey.run("XRANGE", PLACE.items, "-", "+")
        writing.write(LAST)
        writing.end()

    assert "canary" not in repr(stored)
    assert follower.heard == ["canary", LAST]


async def test_sealed_items_open_only_as_the_entry_they_were_sealed_for() -> None:
    """Not elsewhere in the stream, not with another key, and not without one."""
    ours = Batches(PLACE, CODEC, Cipher([b"k" * 32]))
    sealed = ours.pack(["a", "b"], entry="1-1")

    assert ours.unpack(sealed, entry="1-1") == ["a", "b"]
    with pytest.raises(Unreadable):
        ours.unpack(sealed, entry="1-2")
    with pytest.raises(Unreadable):
        Batches(PLACE, CODEC, Cipher([b"l" * 32])).unpack(sealed, entry="1-1")
    with pytest.raises(Unreadable):
        Batches(PLACE, CODEC, None).unpack(sealed, entry="1-1")
