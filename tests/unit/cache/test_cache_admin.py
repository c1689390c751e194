"""Looking at what is stored, having it served no more, and erasing it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, cast

import pytest

from assistant.bounded import Limits
from assistant.cache.admin import CacheAdmin, Which
from assistant.cache.reference import EntryRef
from assistant.cache.store.entries import EntryStore
from assistant.cache.store.values import StratumCounts
from assistant.errors import CacheUnavailable
from assistant.types import Caller
from support.cached import (
    AGAIN,
    ANNA,
    BORIS,
    CARLA,
    KEPT,
    NOW,
    OTHERWISE,
    PATIENT,
    POLITE,
    SAID,
    SECRET,
    SHARED,
    Writers,
    asks,
    store_on,
    told,
    writes,
)
from support.valkey import Valkey

STRANGER = Caller(tenant="other", user="anna")
SOURCE = "A source text\nof two lines."


@pytest.fixture
async def admin(valkey: Valkey) -> AsyncIterator[CacheAdmin]:
    """Of the shared server."""
    admin = CacheAdmin(valkey.url, SECRET, limits=PATIENT, wall_clock=lambda: NOW)
    yield admin
    await admin.aclose()


@pytest.fixture
async def entries(valkey: Valkey) -> AsyncIterator[EntryStore]:
    """What the semantic level has."""
    async with store_on(valkey) as store:
        yield store


def everything(valkey: Valkey) -> Mapping[str, object]:
    """Whatever lies on the server, by key; scores and ends aside, which tell the time of the last write."""
    found: dict[str, object] = {}
    for key in cast("list[bytes]", valkey.run("KEYS", "*")):
        name = key.decode()
        kind = cast("bytes", valkey.run("TYPE", name)).decode()
        read: dict[str, tuple[Any, ...]] = {
            "string": ("GET", name),
            "hash": ("HGETALL", name),
            "zset": ("ZRANGE", name, 0, -1),
            "set": ("SMEMBERS", name),
            "list": ("LRANGE", name, 0, -1),
            "stream": ("XRANGE", name, "-", "+"),
        }
        found[name] = valkey.run(*read[kind])
    return found


async def live(writers: Writers, entries: EntryStore) -> list[str]:
    """All that can come of Anna's request: variants, verdicts, delivery, a vector, a vote, a flight."""
    query = asks(rules=SHARED, text=SOURCE)
    polite = asks(POLITE, rules=SHARED, text=SOURCE)
    first = await writers.stored(query, "Roses.")
    await writers.cache.judged(first, ANNA, accepted=False)
    second = await writers.accepted(told(query, AGAIN), "Tulips.")
    hit = await writers.hit(polite)
    await writers.cache.judged(hit.entry, ANNA, accepted=False)
    await writers.cache.delivered(second)
    ref = EntryRef.parse(second)
    assert ref is not None
    assert await entries.add_vector(ref.partition, ref.id, "b" * 32, b"vector", "tenant")
    for kind in "fqw":
        writers.server.run("SET", f"ink:{{{ref.partition}}}:{kind}:{ref.exact}", "flight")
    return [first, second]


async def test_an_empty_store_has_nothing_to_tell(admin: CacheAdmin) -> None:
    """And nothing to divide by."""
    stats = await admin.stats()

    assert (stats.entries, stats.bytes, stats.oldest, stats.levels) == (0, 0, None, {})


async def test_what_is_stored_is_counted(
    writers: Writers, entries: EntryStore, admin: CacheAdmin
) -> None:
    """By state, task, tier and level, with its memory and age."""
    await writers.stored(asks(SAID), "Roses.")
    writers.now += 10.0
    await writers.accepted(asks(OTHERWISE, rules=KEPT), "Ladders.")
    refused = await writers.stored(
        asks("zxqv", task="rewrite", text=SOURCE, caller=STRANGER), "Tulips.", tier="draft"
    )
    await writers.cache.judged(refused, STRANGER, accepted=False)
    await entries.count("draft", "en", seen=7, wrong=1)
    await entries.withdraw("draft", "en")

    stats = await admin.stats()

    assert (stats.entries, stats.sampled, stats.tenants, stats.shared) == (3, 3, 2, 0)
    assert stats.states == {"provisional": 1, "accepted": 1, "refused": 1}
    assert stats.tasks == {"draft": 2, "rewrite": 1}
    assert stats.tiers == {"large": 2, "draft": 1}
    assert stats.levels == {"exact": 3, "canonical": 2, "semantic": 0}
    assert stats.oldest == NOW
    assert stats.bytes > 3 * 500
    assert stats.strata == {("draft", "en"): StratumCounts(seen=7, wrong=1, withdrawn=True)}


async def test_a_stratum_can_serve_again(entries: EntryStore, admin: CacheAdmin) -> None:
    """Once an administrator says so."""
    await entries.withdraw("draft", "en")

    await admin.reset_stratum("draft", "en")

    assert await entries.stratum("draft", "en") == StratumCounts()
    assert (await admin.stats()).strata == {}


@pytest.mark.parametrize(
    ("which", "left"),
    [
        (Which(tenant="acme"), ["stranger"]),
        (Which(user=ANNA), ["boris", "stranger"]),
        (Which(task="draft"), ["old"]),
        (Which(task="rewrite"), ["anna", "boris", "stranger"]),
        (Which(tier="draft"), ["anna", "boris", "stranger"]),
        (Which(written_before=NOW), ["anna", "boris", "stranger"]),
        (Which(tenant="acme", task="draft"), ["old", "stranger"]),
        (Which(user=BORIS, written_before=NOW), ["anna", "boris", "old", "stranger"]),
        (Which(tenant="nobody"), ["anna", "boris", "old", "stranger"]),
        (Which(everything=True), []),
    ],
    ids=str,
)
async def test_answers_are_invalidated_by_what_they_are(
    writers: Writers, admin: CacheAdmin, which: Which, left: list[str]
) -> None:
    """All conditions that are given, and nothing else goes."""
    queries = {
        "anna": asks(),
        "boris": asks(caller=BORIS),
        "stranger": asks(caller=STRANGER),
        "old": asks("zxqv", task="rewrite", text=SOURCE),
    }
    for name in ("anna", "boris", "stranger"):
        await writers.stored(queries[name], f"Roses of {name}.")
    writers.now -= 1.0
    await writers.stored(queries["old"], "Roses of old.", tier="draft")

    count = await admin.invalidate(which)

    served = [name for name, query in queries.items() if await writers.served(query) != "absent"]
    assert sorted(served) == left
    assert count == len(queries) - len(left)


async def test_what_was_refused_stays_refused_after_an_invalidation(
    writers: Writers, admin: CacheAdmin
) -> None:
    """A text that nobody wanted is not made welcome by it."""
    entry = await writers.stored(asks(), "Roses.")
    await writers.cache.judged(entry, ANNA, accepted=False)

    await admin.invalidate(Which(everything=True))

    put = await writers.cache.put(asks(), writes("Roses."))
    assert getattr(put, "reason", "") == "tombstone"


async def test_an_invalidated_shared_text_is_to_be_accepted_anew(
    writers: Writers, admin: CacheAdmin
) -> None:
    """By as many as before."""
    for caller in (ANNA, BORIS):
        await writers.accepted(asks(caller=caller, rules=SHARED), f"Roses of {caller.user}.")

    count = await admin.invalidate(Which(tenant="acme"))
    without = await writers.served(asks(caller=CARLA, rules=SHARED))
    for caller in (ANNA, BORIS):
        await writers.accepted(asks(caller=caller, rules=SHARED), f"Lilies of {caller.user}.")

    assert (count, without) == (3, "absent")
    assert (await writers.served(asks(caller=CARLA, rules=SHARED))).startswith("Lilies")


async def by_user(writers: Writers, admin: CacheAdmin, written: list[str]) -> None:
    """All of Anna."""
    del writers, written
    await admin.erase(Which(user=ANNA))


async def by_document(writers: Writers, admin: CacheAdmin, written: list[str]) -> None:
    """All that came of her source."""
    del writers, written
    await admin.erase(Which(tenant="acme", document=f" {SOURCE}\r\n"))


async def by_answer(writers: Writers, admin: CacheAdmin, written: list[str]) -> None:
    """One text after the other."""
    del writers
    for entry in written:
        await admin.erase(Which(answer=entry.split(":")[3]))


async def by_the_writer(writers: Writers, admin: CacheAdmin, written: list[str]) -> None:
    """As she can herself."""
    del admin
    for entry in written:
        assert await writers.cache.forget(entry)


def texts_of(found: Mapping[str, object]) -> Mapping[str, object]:
    """Without the lists of partitions and the counts of an hour, which tell that somebody wrote something."""
    return {
        name: value
        for name, value in found.items()
        if name != "ink:tenants" and "}:partitions" not in name and "}:quota:" not in name
    }


@pytest.mark.parametrize(
    "others", [[], [BORIS], [BORIS, CARLA], [STRANGER]], ids=["alone", "one", "two", "tenants"]
)
@pytest.mark.parametrize("erase", [by_user, by_document, by_answer, by_the_writer])
async def test_what_is_erased_leaves_no_trace(
    writers: Writers,
    entries: EntryStore,
    admin: CacheAdmin,
    valkey: Valkey,
    erase: Callable[[Writers, CacheAdmin, list[str]], Awaitable[None]],
    others: list[Caller],
) -> None:
    """The whole store is as if it had never been written, but for what is others'."""
    for other in others:
        query = asks(OTHERWISE, caller=other, rules=SHARED)
        await writers.accepted(query, f"Ladders of {other.user}.")
    before = everything(valkey)
    written = await live(writers, entries)
    amid = everything(valkey)

    await erase(writers, admin, written)

    left = everything(valkey)
    assert len(amid) > len(before) + 12
    assert texts_of(left) == texts_of(before)
    if erase is by_user:
        assert left == before


async def test_what_was_streamed_with_a_deadline_is_erased_too(
    writers: Writers, admin: CacheAdmin, valkey: Valkey
) -> None:
    """Such requests are written apart from those that have time."""
    entry = await writers.stored(asks(), "Roses.")
    _, partition, exact, *_ = entry.split(":")
    valkey.run("SET", f"ink:{{{partition}}}:q:{exact}-800", "flight")

    await admin.erase(Which(answer=entry.split(":")[3]))

    assert everything(valkey) == {}


async def test_of_a_request_that_two_users_made_only_one_is_erased(
    writers: Writers, admin: CacheAdmin
) -> None:
    """With the shared copy of the one whose text it was."""
    await writers.accepted(asks(rules=SHARED), "Roses.", score=0.9)
    await writers.accepted(asks(caller=BORIS, rules=SHARED), "Tulips.", score=0.7)
    shared = await writers.served(asks(caller=CARLA, rules=SHARED))

    count = await admin.erase(Which(user=ANNA))

    callers = (ANNA, BORIS, CARLA)
    assert (shared, count) == ("Roses.", 2)
    assert [await writers.served(asks(caller=each, rules=SHARED)) for each in callers] == [
        "absent",
        "Tulips.",
        "absent",
    ]


@pytest.mark.parametrize("which", [Which(everything=True), Which(tenant="acme")], ids=str)
async def test_everything_can_be_erased_and_nothing_else_goes(
    writers: Writers, entries: EntryStore, admin: CacheAdmin, valkey: Valkey, which: Which
) -> None:
    """Decision records lie on the same server."""
    valkey.run("SET", "ink:{tenant}:record:1", "a record")
    before = everything(valkey)
    await live(writers, entries)

    await admin.erase(which)

    assert everything(valkey) == before


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"everything": True, "tenant": "acme"},
        {"tenant": "acme", "user": ANNA},
        {"document": "text"},
        {"everything": True, "tier": "draft"},
    ],
    ids=str,
)
def test_what_is_meant_must_be_said_clearly(conditions: dict[str, Any]) -> None:
    """Nothing is erased by a slip."""
    with pytest.raises(ValueError, match=r"say|name"):
        Which(**conditions)


async def test_a_server_that_does_not_answer_is_told(own_valkey: Valkey) -> None:
    """An administrator must know that nothing was erased."""
    limits = Limits(timeout_s=0.2, connect_timeout_s=0.2)
    admin = CacheAdmin(own_valkey.url, SECRET, limits=limits)
    own_valkey.kill()

    for operation in (
        admin.stats(),
        admin.invalidate(Which(everything=True)),
        admin.erase(Which(user=ANNA)),
        admin.reset_stratum("draft", "en"),
    ):
        with pytest.raises(CacheUnavailable, match="REDIS_URL"):
            await operation
    await admin.aclose()


async def test_what_was_streamed_is_erased_though_another_text_is_there(
    writers: Writers, valkey: Valkey
) -> None:
    """A request that joined it would be told what was erased; that it was delivered holds for the other."""
    other = await writers.stored(asks(), "Roses.")
    entry = await writers.stored(asks(), "Tulips.")
    await writers.cache.delivered(entry)
    _, partition, exact, *_ = entry.split(":")
    names = {kind: f"ink:{{{partition}}}:{kind}:{exact}" for kind in "fqwr"}
    for kind in "fqw":
        valkey.run("SET", names[kind], "flight")

    assert await writers.cache.forget(entry)

    left = [kind for kind, name in names.items() if valkey.run("EXISTS", name)]
    assert left == ["r"]
    assert await writers.cache.forget(other)
    assert not valkey.run("EXISTS", names["r"])
