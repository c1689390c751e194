"""Kept drafts in memory: each for its time, and not too many."""

from __future__ import annotations

from assistant.upgrades.base import Found
from assistant.upgrades.memory import MemoryUpgradeStore
from support.cached import ANNA
from support.clock import ManualClock
from support.upgrades import keeping, kept, pending, ready


async def test_a_draft_is_forgotten_in_its_time() -> None:
    """Not a moment earlier."""
    clock = ManualClock()
    store = MemoryUpgradeStore(keep_s=100, clock=clock)
    await store.keep([keeping()])

    clock.now += 99
    before = await store.read(ANNA, "draft_1")
    clock.now += 1
    after = await store.read(ANNA, "draft_1")

    assert before is not None
    assert after is None


async def test_news_keep_their_draft_alive() -> None:
    """Its whole time from then on, and no shorter than the run may take; a wait ends by itself."""
    clock = ManualClock()
    store = MemoryUpgradeStore(keep_s=100, clock=clock)
    await store.keep([keeping()])

    clock.now += 90
    await store.settle(ANNA, "draft_1", pending(keep_s=200))
    clock.now += 199
    waiting = await store.read(ANNA, "draft_1")
    await store.settle(ANNA, "draft_1", pending(keep_s=10))
    clock.now += 50
    lost = await store.read(ANNA, "draft_1")
    await store.settle(ANNA, "draft_1", ready())
    clock.now += 99
    written = await store.read(ANNA, "draft_1")

    assert waiting is not None
    assert waiting.upgrade is not None
    assert lost == Found(draft=kept())
    assert written is not None
    assert written.better is not None


async def test_what_was_not_looked_at_for_longest_makes_room() -> None:
    """A process keeps so many drafts and no more."""
    store = MemoryUpgradeStore(keep_s=100, most=2, clock=ManualClock())
    await store.keep([keeping("draft_1"), keeping("draft_2")])

    await store.read(ANNA, "draft_1")
    await store.keep([keeping("draft_3")])

    left = [name for name in ("draft_1", "draft_2", "draft_3") if await store.read(ANNA, name)]
    assert left == ["draft_1", "draft_3"]
