"""What every store of records does, in memory and in a real Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assistant.records.base import Held, Outcome, RecordStore
from assistant.records.memory import MemoryRecordStore
from assistant.records.redis import RedisRecordStore
from support.clock import ManualClock
from support.records import ANNA, BEN, CLEO, SECRET, every, record, step
from support.valkey import Valkey

EDITED = Outcome(verdict="edited", edit_distance=0.25, created=1001.0)
REJECTED = Outcome(verdict="rejected", edit_distance=None, created=1002.0)


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


async def test_a_record_comes_back_as_it_was(store: RecordStore) -> None:
    """Every number and name of it."""
    forced = step(forced=True, propensity=0.01, revision=0.125, failed_checks=("length",))
    written = record(path=(forced, step(tier="large", score=None, log_odds=None, features={})))

    assert await store.write(written, keep_s=100, held=None)
    kept = await store.read(ANNA, "draft_1")

    assert kept is not None
    assert kept.record == written
    assert kept.outcome is None


@pytest.mark.parametrize("caller", [BEN, CLEO])
async def test_nobody_else_can_name_a_record(store: RecordStore, caller: object) -> None:
    """Neither another user of the tenant nor a user of that name elsewhere."""
    await store.write(record(), keep_s=100, held=Held(digests=b"1234", seconds=50))

    assert await store.read(caller, "draft_1") is None  # type: ignore[arg-type]
    assert await store.held(caller, "draft_1") is None  # type: ignore[arg-type]


async def test_an_unknown_record_is_none(store: RecordStore) -> None:
    """No error: it may have expired."""
    assert await store.read(ANNA, "draft_2") is None


async def test_the_last_verdict_counts(store: RecordStore) -> None:
    """A writer may think again."""
    await store.write(record(), keep_s=100, held=None)

    await store.settle(record(), EDITED, keep_s=100)
    await store.settle(record(), REJECTED, keep_s=100)
    kept = await store.read(ANNA, "draft_1")

    assert kept is not None
    assert kept.outcome == REJECTED


async def test_digests_are_held_beside_the_record(store: RecordStore) -> None:
    """Only where there are any."""
    await store.write(record(), keep_s=100, held=Held(digests=b"1234", seconds=50))
    await store.write(record("draft_2"), keep_s=100, held=None)

    assert await store.held(ANNA, "draft_1") == b"1234"
    assert await store.held(ANNA, "draft_2") is None


async def test_scored_records_are_listed_by_tenant_and_time(store: RecordStore) -> None:
    """Oldest first; what was never scored is of no use to a calibration."""
    unscored = (step(log_odds=None),)
    for number, (caller, created, path) in enumerate(
        [
            (ANNA, 1000.0, (step(),)),
            (BEN, 900.0, (step(),)),
            (CLEO, 1000.0, (step(),)),
            (ANNA, 1000.0, unscored),
        ]
    ):
        one = record(f"draft_{number}", caller=caller, created=created, path=path)
        await store.write(one, keep_s=500, held=None)
    await store.settle(record("draft_0"), EDITED, keep_s=500)

    of_press = await every(store, tenant="press")

    assert [kept.record.id for kept in of_press] == ["draft_1", "draft_0"]
    assert [kept.outcome for kept in of_press] == [None, EDITED]
    assert {kept.record.id for kept in await every(store)} == {"draft_0", "draft_1", "draft_2"}
    assert [kept.record.id for kept in await every(store, tenant="law")] == ["draft_2"]
    assert [kept.record.id for kept in await every(store, since=950, tenant="press")] == ["draft_0"]
    assert await every(store, tenant="nobody") == []
