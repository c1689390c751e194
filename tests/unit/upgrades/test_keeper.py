"""Drafts are kept behind the answers, many at a time, and are there for who asks at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
import pytest

from assistant.upgrades.base import Keeping
from assistant.upgrades.keeper import Keeper
from assistant.upgrades.memory import MemoryUpgradeStore
from support.cached import ANNA
from support.upgrades import KEEP_S, better, keeping, owner_of, ready


class SlowStore(MemoryUpgradeStore):
    """Waits with each batch until it may, and remembers the batches."""

    def __init__(self) -> None:
        super().__init__(keep_s=KEEP_S)
        self.batches: list[list[str]] = []
        self.begun, self.may = anyio.Event(), anyio.Event()

    async def keep(self, items: Sequence[Keeping]) -> bool:
        """Keeps them once it may."""
        self.batches.append([item.id for item in items])
        self.begun.set()
        await self.may.wait()
        return await super().keep(items)


@asynccontextmanager
async def slow(*, most_pending: int = 100) -> AsyncIterator[tuple[SlowStore, Keeper]]:
    """A keeper over such a store."""
    store = SlowStore()
    keeper = Keeper(store, owner_of, most_pending=most_pending)
    yield store, keeper
    store.may.set()
    await keeper.aclose()


async def test_a_draft_can_be_read_as_soon_as_it_was_noted() -> None:
    """Though noting it did not wait: who asks does."""
    async with slow() as (store, keeper):
        keeper.note(keeping())
        store.may.set()

        found = await keeper.read(ANNA, "draft_1")

    assert found is not None
    assert found.draft == keeping().draft


async def test_what_was_noted_can_be_settled_and_erased_at_once() -> None:
    """Neither comes before the draft itself."""
    async with slow() as (store, keeper):
        store.may.set()
        keeper.note(keeping())
        settled = await keeper.settle(ANNA, "draft_1", ready())
        found = await keeper.read(ANNA, "draft_1")
        keeper.note(keeping("draft_2"))
        gone = await keeper.forget(ANNA, "draft_2")
        left = await keeper.read(ANNA, "draft_2")

    assert settled
    assert found is not None
    assert found.better == better()
    assert gone
    assert left is None


async def test_drafts_of_a_moment_travel_together() -> None:
    """Those that come while a batch is on its way make the next one."""
    async with slow() as (store, keeper):
        keeper.note(keeping("draft_1"))
        keeper.note(keeping("draft_2"))
        await store.begun.wait()
        keeper.note(keeping("draft_3"))
        store.may.set()
        await keeper.read(ANNA, "draft_3")

    assert store.batches == [["draft_1", "draft_2"], ["draft_3"]]


async def test_more_than_a_store_can_take_are_dropped() -> None:
    """A store that hangs must not fill the memory; later ones are kept again."""
    async with slow(most_pending=1) as (store, keeper):
        keeper.note(keeping("draft_1"))
        keeper.note(keeping("draft_2"))
        store.may.set()
        first = await keeper.read(ANNA, "draft_1")
        second = await keeper.read(ANNA, "draft_2")
        keeper.note(keeping("draft_3"))
        third = await keeper.read(ANNA, "draft_3")

    assert (first is None, second is None, third is None) == (False, True, False)


async def test_a_closing_process_keeps_what_is_on_its_way() -> None:
    """The writer may ask another process for more."""
    store = MemoryUpgradeStore(keep_s=KEEP_S)
    keeper = Keeper(store, owner_of)
    keeper.note(keeping())

    await keeper.aclose()

    assert await store.read(ANNA, "draft_1") is not None


@pytest.mark.parametrize("name", ["draft_1", "nothing"])
async def test_nothing_is_found_where_nothing_was_noted(name: str) -> None:
    """And nobody waits."""
    async with slow() as (_, keeper):
        assert await keeper.read(ANNA, name) is None
