"""A text that is served again is not looked at again, and can be judged like one that was written now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from assistant.errors import RequestError
from assistant.records.base import Given, RecordStore
from assistant.records.memory import MemoryRecordStore
from assistant.records.recorder import Keeping, Recorder
from assistant.records.redis import RedisRecordStore
from support.clock import ManualClock
from support.records import ANNA, BEN, KEEPING, SECRET, note
from support.valkey import Valkey

SERVED = "The ferry leaves at nine."
EDITED = Given(verdict="edited", final_text="The ferry leaves at ten.")


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest, valkey: Valkey) -> AsyncIterator[RecordStore]:
    """Each store in turn, empty."""
    clock = ManualClock()
    made: RecordStore
    if request.param == "memory":
        made = MemoryRecordStore(wall_clock=clock)
    else:
        made = RedisRecordStore(valkey.url, SECRET, wall_clock=clock)
    yield made
    await made.aclose()


def recorder(store: RecordStore, keeping: Keeping = KEEPING) -> Recorder:
    """A recorder over the store."""
    return Recorder(store, secret=SECRET, keeping=keeping, wall_clock=ManualClock())


async def test_the_final_text_of_a_repeat_is_measured(store: RecordStore) -> None:
    """By the words held since it was written."""
    records = recorder(store)
    records.note(note(SERVED))
    await records.read(ANNA, "draft_1")
    records.note(note(SERVED, record_id="draft_2", repeats="draft_1"))

    settled = await records.give(ANNA, "draft_2", EDITED)

    assert settled.outcome.edit_distance == pytest.approx(1 / 6, abs=1e-6)


async def test_words_that_are_gone_are_held_anew(store: RecordStore) -> None:
    """A text may be stored for longer, or have been written for somebody else."""
    records = recorder(store)
    records.note(note(SERVED, record_id="draft_2", repeats="draft_1"))

    settled = await records.give(ANNA, "draft_2", EDITED)

    assert settled.outcome.edit_distance == pytest.approx(1 / 6, abs=1e-6)


async def test_the_words_are_held_from_the_last_time_they_were_served() -> None:
    """Its reader has as long as the reader of the first one had."""
    clock = ManualClock()
    memory = MemoryRecordStore(wall_clock=clock)
    records = Recorder(memory, secret=SECRET, keeping=KEEPING, wall_clock=clock)
    records.note(note(SERVED))
    await records.read(ANNA, "draft_1")
    clock.now += KEEPING.compare_for_s - 1
    records.note(note(SERVED, record_id="draft_2", repeats="draft_1"))
    await records.read(ANNA, "draft_2")
    clock.now += KEEPING.compare_for_s - 1

    settled = await records.give(ANNA, "draft_2", EDITED)

    assert settled.outcome.edit_distance == pytest.approx(1 / 6, abs=1e-6)


async def test_the_same_text_of_another_user_is_not_compared_with(store: RecordStore) -> None:
    """Words are held for each of them."""
    records = recorder(store)
    records.note(note(SERVED))
    await records.read(ANNA, "draft_1")
    mine = note(SERVED, record_id="draft_2", repeats="draft_1", caller=BEN)
    records.note(mine)

    settled = await records.give(BEN, "draft_2", EDITED)
    await records.forget(ANNA, "draft_1")

    assert settled.outcome.edit_distance == pytest.approx(1 / 6, abs=1e-6)
    assert await store.held(BEN, "draft_1") is not None


async def test_nothing_is_held_of_a_repeat_where_the_policy_forbids_it(store: RecordStore) -> None:
    """Not even digests."""
    records = recorder(store, Keeping(keep_s=100.0, compare_for_s=0.0))
    records.note(note(SERVED, record_id="draft_2", repeats="draft_1"))
    await records.read(ANNA, "draft_2")

    with pytest.raises(RequestError, match="no longer held"):
        await records.give(ANNA, "draft_2", EDITED)


async def test_a_repeat_that_is_erased_takes_its_words_along(store: RecordStore) -> None:
    """They are those of the text, however often it was served."""
    records = recorder(store)
    records.note(note(SERVED))
    await records.read(ANNA, "draft_1")
    records.note(note(SERVED, record_id="draft_2", repeats="draft_1"))

    await records.forget(ANNA, "draft_2")

    assert await store.held(ANNA, "draft_1") is None


async def test_equal_requests_share_a_group_written_or_repeated(store: RecordStore) -> None:
    """Whoever looks at records finds them together."""
    records = recorder(store)
    records.note(note(SERVED))
    records.note(note(SERVED, record_id="draft_2", repeats="draft_1"))

    kept = [(await records.read(ANNA, name)).record for name in ("draft_1", "draft_2")]

    assert kept[0].group == kept[1].group
    assert replace(kept[1], id="draft_1", repeats="") == kept[0]
