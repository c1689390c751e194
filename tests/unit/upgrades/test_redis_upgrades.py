"""Kept drafts in a real Valkey: names and bytes that tell nothing, times, and a server that goes away."""

from __future__ import annotations

from typing import cast

import pytest

from assistant.cache.cipher import Cipher
from assistant.errors import RecordsUnavailable
from support.cached import ANNA
from support.upgrades import better, keeping, kept, pending, ready, store_on
from support.valkey import Valkey

CANARY = "Canary-77c1"


def names_of(valkey: Valkey) -> list[str]:
    """Every name in the store."""
    return [name.decode() for name in cast("list[bytes]", valkey.run("KEYS", "*"))]


async def test_sealed_texts_cannot_be_read_off_the_server(valkey: Valkey) -> None:
    """Neither the request nor any text, nor whose it is; who has the key reads them."""
    cipher = Cipher([b"k" * 32])
    async with store_on(valkey, cipher=cipher) as store:
        await store.keep([keeping(draft=kept(CANARY))])
        await store.settle(ANNA, "draft_1", ready(better(CANARY)))

        names = names_of(valkey)
        values = b"".join(valkey.text("GET", name) for name in names)
        found = await store.read(ANNA, "draft_1")
        async with store_on(valkey) as without_key:
            unsealed = await without_key.read(ANNA, "draft_1")

        assert len(names) == 3
        assert not any("acme" in name or "anna" in name for name in names)
        assert CANARY.encode() not in values
        assert b"instruction" not in values
        assert found is not None
        assert found.better is not None
        assert (found.draft.text, found.better.text) == (CANARY, CANARY)
        assert unsealed is None


async def test_a_sealed_draft_moved_to_another_name_does_not_open(valkey: Valkey) -> None:
    """Nobody with access to the server can put a text under another's id."""
    async with store_on(valkey, cipher=Cipher([b"k" * 32])) as store:
        await store.keep([keeping()])

        (name,) = names_of(valkey)
        valkey.run("COPY", name, name.replace("draft_1", "draft_2"))

        assert await store.read(ANNA, "draft_2") is None


async def test_with_another_secret_nothing_is_found(valkey: Valkey) -> None:
    """Names are keyed digests."""
    async with store_on(valkey) as store, store_on(valkey, secret=b"another") as other:
        await store.keep([keeping()])

        assert await other.read(ANNA, "draft_1") is None


async def test_everything_ends_by_itself(valkey: Valkey) -> None:
    """A wait when the run must be over, the rest its full time after the last news."""
    async with store_on(valkey, keep_s=100) as store:
        await store.keep([keeping()])
        await store.settle(ANNA, "draft_1", pending(keep_s=500))
        waiting = {name.split(":")[2]: valkey.run("PTTL", name) for name in names_of(valkey)}
        await store.settle(ANNA, "draft_1", ready())
        written = {name.split(":")[2]: valkey.run("PTTL", name) for name in names_of(valkey)}

        for left, wanted in (
            (waiting, {"kept": 500, "upgrade": 500}),
            (written, {"kept": 100, "upgrade": 100, "better": 100}),
        ):
            assert left.keys() == wanted.keys()
            for name, seconds in wanted.items():
                assert (seconds - 20) * 1000 < cast(int, left[name]) <= seconds * 1000


async def test_all_of_a_tenant_lies_in_one_slot(valkey: Valkey) -> None:
    """What became of a draft is noted in one step with a look whether it is still kept."""
    async with store_on(valkey) as store:
        await store.keep([keeping()])
        await store.settle(ANNA, "draft_1", ready())

        assert len({valkey.run("CLUSTER", "KEYSLOT", name) for name in names_of(valkey)}) == 1


async def test_bytes_of_others_are_not_read(valkey: Valkey) -> None:
    """Of another version, or broken."""
    async with store_on(valkey) as store:
        await store.keep([keeping()])
        await store.settle(ANNA, "draft_1", ready())
        for name in names_of(valkey):
            valkey.run("SET", name, "no draft")

        assert await store.read(ANNA, "draft_1") is None


async def test_a_server_that_is_gone_fails_no_answer(own_valkey: Valkey) -> None:
    """Nothing is kept; who asks for what was kept hears that the store is down."""
    async with store_on(own_valkey) as store:
        await store.keep([keeping()])
        own_valkey.kill()

        assert not await store.keep([keeping("draft_2")])
        assert not await store.settle(ANNA, "draft_1", ready())
        with pytest.raises(RecordsUnavailable, match="REDIS_URL"):
            await store.read(ANNA, "draft_1")
        with pytest.raises(RecordsUnavailable):
            await store.forget(ANNA, "draft_1")
