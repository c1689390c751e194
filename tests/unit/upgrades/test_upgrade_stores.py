"""What every store of kept drafts does, in memory and in a real Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assistant.types import Caller
from assistant.upgrades.base import Found, News, Upgrade, UpgradeStore
from assistant.upgrades.memory import MemoryUpgradeStore
from support.cached import ANNA, BORIS
from support.clock import ManualClock
from support.upgrades import KEEP_S, better, keeping, kept, pending, ready, store_on
from support.valkey import Valkey

FAILED = News(upgrade=Upgrade(status="failed", id=""))


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest, valkey: Valkey) -> AsyncIterator[UpgradeStore]:
    """Each store in turn, empty."""
    if request.param == "memory":
        yield MemoryUpgradeStore(keep_s=KEEP_S, clock=ManualClock())
    else:
        async with store_on(valkey) as made:
            yield made


async def test_a_draft_comes_back_as_it_was(store: UpgradeStore) -> None:
    """With its request, its path and everything else; nobody has asked for a better text."""
    assert await store.keep([keeping(), keeping("draft_2")])

    assert await store.read(ANNA, "draft_1") == Found(draft=kept())
    assert await store.read(ANNA, "draft_2") == Found(draft=kept(of="draft_2"))


async def test_what_was_never_kept_is_none(store: UpgradeStore) -> None:
    """No error: it may have expired."""
    await store.keep([keeping()])

    assert await store.read(ANNA, "draft_2") is None
    assert not await store.settle(ANNA, "draft_2", ready())
    assert not await store.forget(ANNA, "draft_2")


@pytest.mark.parametrize("caller", [BORIS, Caller(tenant="other", user="anna")])
async def test_nobody_else_can_name_a_draft(store: UpgradeStore, caller: Caller) -> None:
    """Neither read nor settle nor erase it: another user of the tenant, or that name elsewhere."""
    await store.keep([keeping()])
    await store.settle(ANNA, "draft_1", ready())

    assert await store.read(caller, "draft_1") is None
    assert not await store.settle(caller, "draft_1", FAILED)
    assert not await store.forget(caller, "draft_1")
    found = await store.read(ANNA, "draft_1")
    assert found is not None
    assert found.better == better()


async def test_the_last_news_count(store: UpgradeStore) -> None:
    """Pending, then failed, then ready with its text, at last as if nobody had asked."""
    await store.keep([keeping()])
    seen = []

    for news in (pending(), FAILED, ready(), None):
        assert await store.settle(ANNA, "draft_1", news)
        found = await store.read(ANNA, "draft_1")
        assert found is not None
        seen.append((found.upgrade, found.better))

    assert seen == [
        (pending().upgrade, None),
        (FAILED.upgrade, None),
        (ready().upgrade, better()),
        (None, None),
    ]


async def test_repeats_of_an_answer_share_its_better_text(store: UpgradeStore) -> None:
    """It is written once, whichever of them is taken up."""
    await store.keep([keeping(), keeping("draft_2", draft=kept())])

    await store.settle(ANNA, "draft_2", ready())
    first = await store.read(ANNA, "draft_1")

    assert first is not None
    assert (first.upgrade, first.better) == (ready().upgrade, better())


async def test_erasing_a_draft_takes_its_better_text_along(store: UpgradeStore) -> None:
    """And what is still on its way finds no place."""
    await store.keep([keeping()])
    await store.settle(ANNA, "draft_1", ready())

    gone = await store.forget(ANNA, "draft_1")
    late = await store.settle(ANNA, "draft_1", ready())

    assert gone
    assert not late
    assert await store.read(ANNA, "draft_1") is None
    assert not await store.forget(ANNA, "draft_9")
    await store.keep([keeping()])
    assert await store.read(ANNA, "draft_1") == Found(draft=kept())


async def test_a_better_text_can_be_erased_by_its_own_id(store: UpgradeStore) -> None:
    """The draft stays, and can be taken up anew."""
    await store.keep([keeping()])
    await store.settle(ANNA, "draft_1", ready())

    gone = await store.forget(ANNA, "draft_9")

    assert gone
    assert await store.read(ANNA, "draft_1") == Found(draft=kept())


async def test_what_is_no_unicode_is_not_kept_and_harms_nothing(store: UpgradeStore) -> None:
    """A store in memory has no bytes to make of it."""
    broken = keeping("draft_2", draft=kept("half of a pair: \ud83d", of="draft_2"))

    everything = await store.keep([broken, keeping()])

    assert everything == isinstance(store, MemoryUpgradeStore)
    assert await store.read(ANNA, "draft_1") is not None
