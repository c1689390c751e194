"""Records in a real Valkey: names that tell nothing, bounded lists, and a server that goes away."""

from __future__ import annotations

import pytest

from assistant.bounded import Limits
from assistant.errors import RecordsUnavailable
from assistant.records import redis as redis_store
from assistant.records.base import Held, Outcome
from assistant.records.redis import RedisRecordStore
from support.clock import ManualClock
from support.records import ANNA, SECRET, every, record, step
from support.valkey import Valkey

VERDICT = Outcome(verdict="accepted", edit_distance=None, created=1001.0)


def keys_of(valkey: Valkey) -> list[str]:
    """Every name in the store."""
    found = valkey.run("KEYS", "*")
    assert isinstance(found, list)
    return [name.decode() for name in found]


async def test_everything_is_forgotten_in_its_time(valkey: Valkey) -> None:
    """A verdict stays as long as its record, word digests shorter; no name stays for good."""
    clock = ManualClock()
    store = RedisRecordStore(valkey.url, SECRET, wall_clock=clock)
    await store.write(record(), keep_s=200, held=Held(digests=b"1234", seconds=50))
    clock.now += 120
    await store.settle(record(), VERDICT, keep_s=200)
    await store.aclose()

    left_ms = {name.split(":")[2]: valkey.run("PTTL", name) for name in keys_of(valkey)}

    assert left_ms.keys() == {"tenants", "records", "record", "verdict", "words"}
    wanted = {"tenants": 200, "records": 200, "record": 200, "verdict": 80, "words": 50}
    for name, seconds in wanted.items():
        left = left_ms[name]
        assert isinstance(left, int)
        assert (seconds - 20) * 1000 < left <= seconds * 1000


async def test_names_do_not_tell_whose_records_they_are(valkey: Valkey) -> None:
    """They are keyed digests; with another secret nothing is found."""
    store = RedisRecordStore(valkey.url, SECRET)
    other = RedisRecordStore(valkey.url, b"another secret")
    await store.write(record(), keep_s=200, held=None)

    found = await other.read(ANNA, "draft_1")
    await store.aclose()
    await other.aclose()

    assert found is None
    assert not any("press" in name or "anna" in name for name in keys_of(valkey))


async def test_the_list_of_a_tenant_is_bounded(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest records are passed over, by number and by age."""
    monkeypatch.setattr(redis_store, "LONGEST_INDEX", 3)
    store = RedisRecordStore(valkey.url, SECRET)
    for number in range(5):
        one = record(f"draft_{number}", created=1000.0 + number)
        await store.write(one, keep_s=200, held=None)
    newest = [kept.record.id for kept in await every(store)]
    await store.write(record("draft_9", created=1203.5), keep_s=200, held=None)
    left = [kept.record.id for kept in await every(store)]
    await store.aclose()

    assert newest == ["draft_2", "draft_3", "draft_4"]
    assert left == ["draft_4", "draft_9"]


async def test_more_records_than_fit_one_command_are_read(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batch by batch, none twice."""
    monkeypatch.setattr(redis_store, "READ_AT_ONCE", 2)
    store = RedisRecordStore(valkey.url, SECRET)
    for number in range(5):
        one = record(f"draft_{number}", created=1000.0 + number)
        await store.write(one, keep_s=200, held=None)

    found = [kept.record.id for kept in await every(store)]
    await store.aclose()

    assert found == [f"draft_{number}" for number in range(5)]


async def test_what_others_wrote_under_a_name_is_no_record(valkey: Valkey) -> None:
    """Of another version, or garbage."""
    store = RedisRecordStore(valkey.url, SECRET)
    await store.write(record(), keep_s=200, held=None)
    (name,) = [name for name in keys_of(valkey) if ":record:" in name]
    valkey.run("SET", name, '{"version": 2}')

    found = await store.read(ANNA, "draft_1")
    await store.aclose()

    assert found is None


async def test_a_store_that_is_down_fails_softly(own_valkey: Valkey) -> None:
    """Writing says that it failed, reading raises what the server answers 503 to."""
    limits = Limits(timeout_s=0.2, connect_timeout_s=0.2)
    store = RedisRecordStore(own_valkey.url, SECRET, limits=limits)
    own_valkey.kill()

    written = [await store.write(record(), keep_s=200, held=None) for _ in range(6)]
    with pytest.raises(RecordsUnavailable, match="check REDIS_URL"):
        await store.read(ANNA, "draft_1")
    await store.aclose()

    assert written == [False] * 6


async def test_a_name_that_is_not_unicode_is_not_stored(valkey: Valkey) -> None:
    """It has no JSON; the answer is not failed for it."""
    store = RedisRecordStore(valkey.url, SECRET)

    written = await store.write(record(path=(step(model="\ud800"),)), keep_s=200, held=None)
    await store.aclose()

    assert written is False
