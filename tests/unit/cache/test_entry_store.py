"""What the semantic level is given: vectors, their log, entries to read, counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import cast

import pytest

from assistant.bounded import BoundedRedis, Down, Limits
from assistant.cache.addresses import Address, address_of, wording_of
from assistant.cache.base import Hit, Miss
from assistant.cache.cipher import Cipher
from assistant.cache.recent import REMEMBERED, SHORT, RecentAddresses
from assistant.cache.reference import EntryRef
from assistant.cache.store.entries import EntryStore
from assistant.cache.store.place import Place
from assistant.cache.store.protection import Protection
from assistant.cache.store.values import Change, Changes, StratumCounts
from support.cached import (
    AGAIN,
    ANNA,
    BORIS,
    CARLA,
    NOW,
    OTHERWISE,
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

BUCKET, ANOTHER = "b" * 32, "c" * 32
ADDRESS: Address = address_of(SECRET, asks())
P, T = ADDRESS.partition, ADDRESS.tenant


@pytest.fixture
async def entries(valkey: Valkey) -> AsyncIterator[EntryStore]:
    """On the shared server."""
    async with store_on(valkey) as store:
        yield store


@pytest.fixture
async def nowhere(valkey: Valkey) -> AsyncIterator[EntryStore]:
    """On a server that is not there."""
    redis = BoundedRedis(f"{valkey.url}.nowhere", name="cache", limits=Limits(timeout_s=0.1))
    place = Place(redis=redis, protection=Protection(), wall_clock=lambda: NOW)
    yield EntryStore(place, RecentAddresses(SECRET))
    await redis.aclose()


async def written(writers: Writers, text: str, instruction: str = SAID) -> str:
    """The id of a stored text."""
    ref = EntryRef.parse(await writers.stored(asks(instruction), text))
    assert ref is not None
    return ref.id


async def changes(entries: EntryStore, since: str) -> Changes:
    """What happened since, on a server that answers."""
    found = await entries.changes(P, since)
    assert isinstance(found, Changes)
    return found


async def test_an_empty_log_has_nothing_to_tell(entries: EntryStore) -> None:
    """And nothing to be read anew."""
    assert await entries.changes(P, "") == Changes(reset=False, last="")


async def test_an_entry_is_found_by_its_vector(writers: Writers, entries: EntryStore) -> None:
    """In its bucket only."""
    one, two, three = [
        await written(writers, text, f"Write about {number} parcels.")
        for number, text in enumerate(("Roses.", "Tulips.", "Lilies."), start=2)
    ]

    for entry_id, bucket in ((one, BUCKET), (two, BUCKET), (three, ANOTHER)):
        assert await entries.add_vector(P, entry_id, bucket, f"v {entry_id}".encode(), T)

    found = await entries.vectors(P, BUCKET, T)
    assert not isinstance(found, Down)
    assert dict(found) == {each: f"v {each}".encode() for each in (one, two)}
    assert await entries.vectors(P, "d" * 32, T) == []


async def test_a_reader_follows_the_log(writers: Writers, entries: EntryStore) -> None:
    """What comes and goes, each once and in order."""
    one = await written(writers, "Roses.")
    await entries.add_vector(P, one, BUCKET, b"1", T)
    start = await changes(entries, "")
    two = await written(writers, "Tulips.", OTHERWISE)
    await entries.add_vector(P, two, ANOTHER, b"2", T)
    await writers.cache.judged(str(_ref(one)), ANNA, accepted=False)

    then = await changes(entries, start.last)
    now = await changes(entries, then.last)

    assert start.reset
    assert not then.reset
    assert then.changes == (
        Change(op="add", id=two, bucket=ANOTHER),
        Change(op="del", id=one, bucket=BUCKET),
    )
    assert now == Changes(reset=False, last=then.last)


def _ref(entry_id: str) -> EntryRef:
    return EntryRef(level="exact", partition=P, exact=ADDRESS.exact, id=entry_id)


@pytest.mark.parametrize("trim", [("XTRIM", "MAXLEN", 1), ("DEL",)], ids=["trimmed", "gone"])
async def test_a_reader_that_fell_behind_is_told_to_begin_anew(
    writers: Writers, entries: EntryStore, valkey: Valkey, trim: tuple[str | int, ...]
) -> None:
    """Where the log does not reach back to where it was."""
    one = await written(writers, "Roses.")
    await entries.add_vector(P, one, BUCKET, b"1", T)
    start = await changes(entries, "")
    for number in range(3):
        await entries.add_vector(P, one, BUCKET, str(number).encode(), T)

    valkey.run(trim[0], f"ink:{{{P}}}:log", *trim[1:])
    then = await changes(entries, start.last)

    assert then.reset
    assert then.changes == ()
    assert (await changes(entries, then.last)).reset is False


async def test_the_log_is_bounded(writers: Writers, entries: EntryStore, valkey: Valkey) -> None:
    """However much is written between two readings."""
    one = await written(writers, "Roses.")
    pipe = [("XADD", f"ink:{{{P}}}:log", "*", "op", "del", "id", "x", "b", BUCKET)] * 300
    for command in pipe:
        valkey.run(*command)

    await entries.add_vector(P, one, BUCKET, b"1", T)

    assert cast("int", valkey.run("TTL", f"ink:{{{P}}}:log")) > 0
    assert cast("int", valkey.run("XLEN", f"ink:{{{P}}}:log")) <= 10_200


async def test_a_new_vector_in_another_bucket_leaves_the_old_one(
    writers: Writers, entries: EntryStore
) -> None:
    """Another model embeds; both readers are told."""
    one = await written(writers, "Roses.")
    await entries.add_vector(P, one, BUCKET, b"1", T)
    start = await changes(entries, "")

    await entries.add_vector(P, one, ANOTHER, b"2", T)

    assert await entries.vectors(P, BUCKET, T) == []
    assert await entries.vectors(P, ANOTHER, T) == [(one, b"2")]
    assert [each.op for each in (await changes(entries, start.last)).changes] == ["del", "add"]


async def test_what_is_gone_or_refused_is_not_made_findable(
    writers: Writers, entries: EntryStore
) -> None:
    """And leaves nothing."""
    one = await written(writers, "Roses.")
    await writers.cache.judged(str(_ref(one)), ANNA, accepted=False)

    assert not await entries.add_vector(P, one, BUCKET, b"1", T)
    assert not await entries.add_vector(P, "draft_gone", BUCKET, b"1", T)
    assert await entries.vectors(P, BUCKET, T) == []
    assert await entries.changes(P, "") == Changes(reset=False, last="")


async def test_a_refused_entry_is_found_again_once_it_is_accepted(
    writers: Writers, entries: EntryStore
) -> None:
    """With the vector it had."""
    one = await written(writers, "Roses.")
    await entries.add_vector(P, one, BUCKET, b"1", T)
    await writers.cache.judged(str(_ref(one)), ANNA, accepted=False)
    without = await entries.vectors(P, BUCKET, T)

    await writers.cache.judged(str(_ref(one)), ANNA, accepted=True)

    assert without == []
    assert await entries.vectors(P, BUCKET, T) == [(one, b"1")]


async def test_entries_are_read_with_what_they_were_asked(
    writers: Writers, entries: EntryStore
) -> None:
    """In the order asked for, None for what is gone."""
    one = await written(writers, "Roses.")
    await entries.add_vector(P, one, BUCKET, b"1", T)

    found = await entries.entries(P, ["gone", one], T)

    assert not isinstance(found, Down)
    none, entry = found
    assert none is None
    assert entry is not None
    assert (entry.instruction, entry.answer, entry.created) == (SAID, writes("Roses."), NOW)
    assert (entry.state, entry.exact, entry.bucket) == ("provisional", ADDRESS.exact, BUCKET)
    assert await entries.entries(P, [], T) == []


async def test_with_a_cipher_vectors_lie_sealed(writers: Writers, valkey: Valkey) -> None:
    """They tell much of a text."""
    cipher = Cipher([bytes(32)])
    cache = writers.another(cipher=cipher)
    await cache.put(asks(), writes("Roses."))
    one = writes("Roses.").id
    async with store_on(valkey, cipher=cipher) as sealed, store_on(valkey) as plain:
        await sealed.add_vector(P, one, BUCKET, b"a vector of numbers", T)

        lies = valkey.run("HGET", f"ink:{{{P}}}:e:{one}", "v")
        found = await sealed.vectors(P, BUCKET, T)
        elsewhere = await sealed.vectors(P, BUCKET, "another tenant")
        unread = await plain.entries(P, [one], T)

    assert b"vector" not in cast("bytes", lies)
    assert found == [(one, b"a vector of numbers")]
    assert elsewhere == []
    assert unread == [None]
    await cache.aclose()


async def test_what_may_be_served_is_a_hit_with_a_reference(
    writers: Writers, entries: EntryStore
) -> None:
    """Of the stratum whose error it counts for."""
    one = await written(writers, "Roses.")
    found = await entries.entries(P, [one], T)
    assert not isinstance(found, Down)
    entry = found[0]
    assert entry is not None
    query = asks("Compose a brief poem about a parcel.")

    hit = entries.serving(query, entry, level="semantic", refused=(), language="en")
    refused = [
        entries.serving(query, each, level="semantic", refused=texts)
        for each, texts in (
            (entry, {entry.id}),
            (entry, {entry.text}),
            (replace(entry, state="refused"), set()),
        )
    ]
    high = entries.serving(replace(query, min_score=0.99), entry, level="semantic", refused=())

    assert isinstance(hit, Hit)
    ref = EntryRef.parse(hit.entry)
    assert ref is not None
    assert (ref.level, ref.task, ref.language, ref.id) == ("semantic", "draft", "en", one)
    assert ref.exact == address_of(SECRET, query).exact
    assert refused == [Miss(reason="tombstone")] * 3
    assert high == Miss(reason="below_bar")


async def test_a_request_refuses_what_it_was_not_to_be_served_again(
    writers: Writers, entries: EntryStore
) -> None:
    """The entry and its text."""
    one = await written(writers, "Roses.")
    before = await entries.refused(ADDRESS)

    await writers.stored(told(asks(), AGAIN), "Tulips.")
    after = await entries.refused(ADDRESS)

    assert before == frozenset()
    assert not isinstance(after, Down)
    assert one in after
    assert len(after) == 2


async def test_a_shared_copy_is_found_by_its_vector_too(
    writers: Writers, entries: EntryStore
) -> None:
    """By everyone of the tenant."""
    for caller in (ANNA, BORIS):
        query = asks(caller=caller, rules=SHARED)
        put = await writers.stored(query, f"Roses of {caller.user}.")
        ref = EntryRef.parse(put)
        assert ref is not None
        await entries.add_vector(ref.partition, ref.id, BUCKET, caller.user.encode(), T)
        await writers.cache.judged(put, caller, accepted=True)

    shared = address_of(SECRET, asks(caller=CARLA)).shared
    found = await entries.vectors(shared, BUCKET, T)

    assert not isinstance(found, Down)
    assert [vector for _, vector in found] == [b"anna"]


async def test_strata_are_counted_by_all_together(entries: EntryStore, valkey: Valkey) -> None:
    """And withdrawn for all."""
    async with store_on(valkey) as other:
        await entries.count("draft", "en", seen=2)
        counted = await other.count("draft", "en", seen=1, wrong=1)
        await other.count("reply", "en", seen=1)
        assert await other.withdraw("draft", "en")

    assert counted == StratumCounts(seen=3, wrong=1)
    assert await entries.stratum("draft", "en") == StratumCounts(seen=3, wrong=1, withdrawn=True)
    assert await entries.stratum("reply", "en") == StratumCounts(seen=1)
    assert await entries.stratum("chat", "en") == StratumCounts()


async def test_a_server_that_does_not_answer_is_told_and_not_raised(nowhere: EntryStore) -> None:
    """By every method."""
    replies = [
        await nowhere.changes(P, ""),
        await nowhere.vectors(P, BUCKET, T),
        await nowhere.entries(P, ["x"], T),
        await nowhere.refused(ADDRESS),
        await nowhere.stratum("draft", "en"),
        await nowhere.count("draft", "en", seen=1),
    ]

    assert all(isinstance(each, Down) for each in replies)
    assert not await nowhere.add_vector(P, "x", BUCKET, b"", T)
    assert not await nowhere.withdraw("draft", "en")


@pytest.mark.parametrize("times", [1, 1 + SHORT // len(SAID)], ids=["short", "long"])
async def test_a_wording_is_computed_once_however_long(times: int) -> None:
    """And no more of them are kept than are at hand."""
    recent = RecentAddresses(SECRET)
    query = asks(f"{SAID} " * times)

    first = await recent.wording(query)
    again = await recent.wording(query)
    for number in range(REMEMBERED):
        await recent.wording(asks(f"{SAID} {number}"))

    assert first is not None
    assert first is again
    assert first == wording_of(SECRET, query)
    assert recent.of(query) == address_of(SECRET, query)
