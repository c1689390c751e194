"""Records in the memory of a process."""

from __future__ import annotations

from assistant.records.base import Held
from assistant.records.memory import MemoryRecordStore
from support.clock import ManualClock
from support.records import ANNA, every, record


async def test_memory_is_bounded_and_forgets() -> None:
    """The oldest make room; what is past its time is not found."""
    clock = ManualClock()
    store = MemoryRecordStore(most=2, wall_clock=clock)
    for number in range(3):
        held = Held(digests=b"1234", seconds=10)
        await store.write(record(f"draft_{number}"), keep_s=50, held=held)

    pushed_out = await store.read(ANNA, "draft_0")
    clock.now += 10
    held_after = await store.held(ANNA, "draft_2")
    kept = await store.read(ANNA, "draft_2")
    clock.now += 40
    expired = await store.read(ANNA, "draft_2")

    assert (pushed_out, held_after, expired) == (None, None, None)
    assert kept is not None
    assert await every(store) == []
