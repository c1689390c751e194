"""A store that is unwell for a moment: what a writer said of a text is not lost to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from assistant.bounded import Limits
from assistant.breaker import FAILURES_IN_A_ROW, Breaker
from assistant.cache.addresses import address_of, wording_of
from assistant.cache.base import NotStored, Stored
from assistant.cache.redis import RedisAnswerCache
from assistant.types import CacheControl
from support.cached import (
    AGAIN,
    ANNA,
    BORIS,
    CARLA,
    NOW,
    PATIENT,
    SECRET,
    SHARED,
    Writers,
    asks,
    text_of,
    told,
    writes,
)
from support.clock import ManualClock
from support.toxic import toxic_way_to
from support.valkey import Valkey

SOON = Limits(timeout_s=0.3, connect_timeout_s=0.3)


@dataclass
class Hiccuping:
    """A cache whose requests leave its server alone, though that is well again; what it holds was stored before."""

    cache: RedisAnswerCache
    server: Valkey

    async def has_a_hiccup(self) -> None:
        """Opens the breaker of requests, for good."""
        self.server.pause()
        for _ in range(FAILURES_IN_A_ROW):
            await self.cache.get(asks())
        self.server.resume()
        assert self.cache.report().breaker == "open"


@pytest.fixture
async def hiccuping(valkey: Valkey) -> AsyncIterator[Hiccuping]:
    """On the shared server."""
    cache = RedisAnswerCache(
        valkey.url,
        SECRET,
        limits=SOON,
        patience=PATIENT,
        breaker=Breaker(clock=ManualClock()),
        wall_clock=lambda: NOW,
        jitter=lambda: 0.0,
    )
    yield Hiccuping(cache, valkey)
    await cache.aclose()


@pytest.mark.parametrize(
    ("accepted", "served"), [(False, "tombstone"), (True, "Roses.")], ids=["rejected", "accepted"]
)
async def test_a_verdict_arrives_while_requests_leave_the_store_alone(
    hiccuping: Hiccuping, writers: Writers, accepted: bool, served: str
) -> None:
    """It has time, and is not said twice."""
    entry = await writers.stored(asks(), "Roses.")
    await writers.stored(asks(), "Tulips.")
    if not accepted:
        await writers.cache.judged(await writers.stored(asks(), "Tulips."), ANNA, accepted=False)
    await hiccuping.has_a_hiccup()

    assert await hiccuping.cache.judged(entry, ANNA, accepted=accepted)

    assert await writers.served(asks()) == served


async def test_a_text_is_erased_while_requests_leave_the_store_alone(
    hiccuping: Hiccuping, writers: Writers
) -> None:
    """Its writer waits for that."""
    entry = await writers.stored(asks(), "Roses.")
    await hiccuping.has_a_hiccup()

    assert await hiccuping.cache.forget(entry)

    assert await writers.served(asks()) == "absent"


@pytest.mark.parametrize("finish", ["stop", "length"], ids=["kept", "not-kept"])
async def test_who_asked_for_another_text_is_not_served_the_old_one_again(
    hiccuping: Hiccuping, writers: Writers, finish: str
) -> None:
    """Even where the new one could not be stored."""
    await writers.stored(asks(), "Roses.")
    await hiccuping.has_a_hiccup()

    put = await hiccuping.cache.put(
        told(asks(), AGAIN),
        replace(writes("Tulips."), finish=finish),  # type: ignore[arg-type]
    )

    assert isinstance(put, NotStored)
    assert await writers.served(asks()) == "tombstone"


async def test_nor_the_one_that_the_tenant_shares(hiccuping: Hiccuping, writers: Writers) -> None:
    """It was served that before."""
    for caller in (ANNA, BORIS):
        await writers.accepted(asks(caller=caller, rules=SHARED), f"Roses of {caller.user}.")
    query = asks(caller=CARLA, rules=SHARED)
    await hiccuping.has_a_hiccup()

    await hiccuping.cache.put(told(query, AGAIN), writes("Tulips."))

    assert await writers.served(query) == "tombstone"


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_store_that_is_gone_takes_no_verdict_and_says_so(
    own_valkey: Valkey, accepted: bool
) -> None:
    """So that it is told again."""
    cache = RedisAnswerCache(own_valkey.url, SECRET, limits=PATIENT)
    put = await cache.put(asks(), writes("Roses."))
    assert isinstance(put, Stored)
    own_valkey.kill()

    assert not await cache.judged(put.entry, ANNA, accepted=accepted)
    assert not await cache.forget(put.entry)

    await cache.aclose()


@pytest.mark.parametrize("control", [CacheControl(), AGAIN], ids=["new", "again"])
async def test_wherever_a_reply_is_cut_off_what_may_be_stored_is_referred_to(
    writers: Writers, valkey: Valkey, control: CacheControl
) -> None:
    """And it is the text that is served, never one from before that the writer wanted no more."""
    lost = 0
    async with toxic_way_to(valkey.url) as toxic:
        for length in range(1, 40):
            query = asks(f"Write a poem about {length} parcels.")
            await writers.stored(query, f"{length} roses.")
            far = RedisAnswerCache(toxic.url, SECRET, limits=PATIENT, wall_clock=lambda: NOW)
            toxic.cut_after = length

            put = await far.put(told(query, control), writes(f"{length} tulips."))

            served = await writers.served(query)
            if served == f"{length} tulips.":
                lost += isinstance(put, NotStored)
                assert put.entry == (await writers.hit(query)).entry
            await far.aclose()
    assert lost > 0


def break_votes(valkey: Valkey) -> str:
    """Has the server refuse whatever has to do with votes for Anna's request; the name of what is in the way."""
    query = asks(rules=SHARED)
    wording = wording_of(SECRET, query)
    assert wording is not None
    name = f"ink:{{{address_of(SECRET, query).shared}}}:vote:{wording.canonical}"
    if valkey.run("EXISTS", name):
        valkey.run("RENAME", name, f"{name}:away")
    valkey.run("SET", name, "no hash")
    return name


def mend_votes(valkey: Valkey, name: str) -> None:
    """Puts everything back."""
    valkey.run("DEL", name)
    if valkey.run("EXISTS", f"{name}:away"):
        valkey.run("RENAME", f"{name}:away", name)


async def test_a_vote_that_was_lost_is_given_by_the_same_verdict_again(
    writers: Writers, valkey: Valkey
) -> None:
    """And counts once for what a user may put forward in an hour."""
    rules = replace(SHARED, shared_writes_per_hour=1)
    entry = await writers.stored(asks(rules=rules), "Roses.", score=0.9)
    name = break_votes(valkey)
    told_first = await writers.cache.judged(entry, ANNA, accepted=True)
    mend_votes(valkey, name)

    told_again = await writers.cache.judged(entry, ANNA, accepted=True)

    await writers.accepted(asks(caller=BORIS, rules=rules), "Tulips.", score=0.5)
    assert (told_first, told_again) == (False, True)
    assert await writers.served(asks(caller=CARLA, rules=rules)) == "Roses."


@pytest.mark.parametrize("erased", [True, False], ids=["erased", "rejected"])
async def test_a_shared_text_that_could_not_be_taken_back_is_taken_back_the_next_time(
    writers: Writers, valkey: Valkey, erased: bool
) -> None:
    """The first half of it does not stand in the way of the second."""
    entry = await writers.accepted(asks(rules=SHARED), "Roses.", score=0.9)
    await writers.accepted(asks(caller=BORIS, rules=SHARED), "Tulips.", score=0.5)

    async def take_back() -> bool:
        if erased:
            return await writers.cache.forget(entry)
        return await writers.cache.judged(entry, ANNA, accepted=False)

    name = break_votes(valkey)
    told_first = await take_back()
    mend_votes(valkey, name)

    told_again = await take_back()

    assert (told_first, told_again) == (False, True)
    assert await writers.served(asks(caller=CARLA, rules=SHARED)) == "absent"


async def test_with_the_store_gone_nothing_is_referred_to_that_was_never_sent(
    own_valkey: Valkey,
) -> None:
    """There is nothing to erase."""
    cache = RedisAnswerCache(f"{own_valkey.url}.nowhere", SECRET, limits=SOON, patience=SOON)

    put = await cache.put(asks(), writes("Roses."))

    assert put == NotStored(reason="redis-down")
    assert text_of(await cache.get(asks())) == "redis-down"
    await cache.aclose()
