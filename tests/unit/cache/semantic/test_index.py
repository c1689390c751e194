"""What one process knows of the vectors of all, over a real Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.bounded import DOWN, BoundedRedis, Down
from assistant.cache.addresses import address_of
from assistant.cache.base import Stored
from assistant.cache.recent import RecentAddresses
from assistant.cache.redis import RedisAnswerCache
from assistant.cache.semantic.index import Place, VectorIndex
from assistant.cache.semantic.vectors import packed
from assistant.cache.store.entries import EntryStore
from assistant.cache.store.place import Place as Server
from assistant.cache.store.protection import Protection
from assistant.types import Answer
from support.encoders import hashed
from support.similar import PATIENT, SECRET, asking
from support.valkey import Valkey

NOW = 1_800_000_000.0
IDS = tuple(f"a-{number}" for number in range(6))
BUCKETS = ("0" * 32, "1" * 32)
ADDRESS = address_of(SECRET, asking("any"))

Operation: TypeAlias = Literal["add", "del", "ask", "trim", "forget"]


@dataclass
class Workers:
    """Processes that share a server, and what is truly there."""

    cache: RedisAnswerCache
    store: EntryStore
    answer: Answer
    indexes: Sequence[VectorIndex]
    there: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)

    async def add(self, worker: int, entry_id: str, bucket: str) -> None:
        """Stores an answer with its vector; the worker notes the vector at once."""
        query = asking(f"Write about {entry_id}.")
        put = await self.cache.put(query, replace(self.answer, id=entry_id))
        assert isinstance(put, Stored)
        self.entries[entry_id] = put.entry
        vector = hashed(entry_id)
        assert await self.store.add_vector(
            ADDRESS.partition, entry_id, bucket, packed(vector), ADDRESS.tenant
        )
        await self.indexes[worker].add(place(bucket), entry_id, vector)
        self.there[entry_id] = bucket

    async def remove(self, entry_id: str) -> None:
        """Erases an answer."""
        if entry_id in self.there:
            assert await self.cache.forget(self.entries[entry_id])
            del self.there[entry_id]

    async def nearest(self, worker: int, bucket: str, text: str) -> list[str]:
        """What a worker nominates."""
        found = await self.indexes[worker].nearest(place(bucket), hashed(text), top=3, floor=-1)
        assert not isinstance(found, Down)
        return [entry_id for entry_id, _ in found]

    def expected(self, bucket: str, text: str) -> list[str]:
        """What comparing with each would nominate."""
        members = [each for each, where in self.there.items() if where == bucket]
        return sorted(members, key=lambda each: -float(hashed(each) @ hashed(text)))[:3]


def place(bucket: str) -> Place:
    """A bucket of the one partition."""
    return Place(tenant=ADDRESS.tenant, partition=ADDRESS.partition, bucket=bucket)


@asynccontextmanager
async def workers(valkey: Valkey, answer: Answer, *, most_rows: int) -> AsyncIterator[Workers]:
    """Two of them, on an empty server."""
    valkey.run("FLUSHALL")
    redis = BoundedRedis(valkey.url, name="cache", limits=PATIENT)
    server = Server(redis=redis, protection=Protection(None), wall_clock=lambda: NOW)
    store = EntryStore(server, RecentAddresses(SECRET))
    cache = RedisAnswerCache(valkey.url, SECRET, limits=PATIENT, wall_clock=lambda: NOW)
    indexes = [VectorIndex(store, most_rows=most_rows) for _ in range(2)]
    try:
        yield Workers(cache=cache, store=store, answer=answer, indexes=indexes)
    finally:
        await cache.aclose()
        await redis.aclose()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("add", "add", "del", "ask", "ask", "trim", "forget")),
        st.integers(0, 1),
        st.sampled_from(IDS),
        st.sampled_from(BUCKETS),
    ),
    max_size=16,
)


@given(steps=STEPS, most_rows=st.sampled_from((6, 100)))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_every_worker_nominates_what_comparing_with_all_would(
    shared_valkey: Valkey,
    answer: Answer,
    steps: list[tuple[Operation, int, str, str]],
    most_rows: int,
) -> None:
    """Whoever added or removed it, with the log cut short or gone, with little room."""
    async with workers(shared_valkey, answer, most_rows=most_rows) as all_workers:
        for operation, worker, entry_id, bucket in steps:
            match operation:
                case "add" if entry_id not in all_workers.there:
                    await all_workers.add(worker, entry_id, bucket)
                case "del":
                    await all_workers.remove(entry_id)
                case "trim":
                    shared_valkey.run("XTRIM", log_key(), "MAXLEN", 0)
                case "forget":
                    shared_valkey.run("DEL", log_key())
                case _:
                    found = await all_workers.nearest(worker, bucket, entry_id)
                    assert found == all_workers.expected(bucket, entry_id)
        for worker in range(2):
            for bucket in BUCKETS:
                found = await all_workers.nearest(worker, bucket, "asked")
                assert found == all_workers.expected(bucket, "asked")


def log_key() -> str:
    """Where the changes of the partition are logged."""
    return f"ink:{{{ADDRESS.partition}}}:log"


async def test_no_more_rows_are_held_than_allowed(valkey: Valkey, answer: Answer) -> None:
    """The bucket asked for the longest ago goes first, and is read again when it is asked for."""
    async with workers(valkey, answer, most_rows=3) as all_workers:
        for number, entry_id in enumerate(IDS[:4]):
            await all_workers.add(0, entry_id, BUCKETS[number % 2])
        index = all_workers.indexes[0]

        for bucket in (*BUCKETS, BUCKETS[0]):
            assert await all_workers.nearest(0, bucket, "asked") == all_workers.expected(
                bucket, "asked"
            )
            assert index.rows <= 3


async def test_empty_buckets_take_room_too(valkey: Valkey, answer: Answer) -> None:
    """Or requests that nothing is like would fill the memory."""
    async with workers(valkey, answer, most_rows=10) as all_workers:
        index = all_workers.indexes[0]

        for number in range(50):
            where = replace(place(f"{number:032x}"), partition=f"{number // 2:032x}")
            assert await index.nearest(where, hashed("asked"), top=5, floor=-1) == []

        assert index.rows == 10


async def test_a_partition_without_a_log_leaves_nothing_behind(
    valkey: Valkey, answer: Answer
) -> None:
    """Its buckets are read anew each time, and each time the one before is forgotten."""
    async with workers(valkey, answer, most_rows=10) as all_workers:
        index = all_workers.indexes[0]

        for number in range(50):
            where = place(f"{number:032x}")
            assert await index.nearest(where, hashed("asked"), top=5, floor=-1) == []

        assert (index.rows, index.remembered) == (1, 1)


async def test_a_vector_that_cannot_be_read_is_left_out(valkey: Valkey, answer: Answer) -> None:
    """Of another length, or none at all."""
    async with workers(valkey, answer, most_rows=10) as all_workers:
        for entry_id in IDS[:3]:
            await all_workers.add(0, entry_id, BUCKETS[0])
        prefix = f"ink:{{{ADDRESS.partition}}}:e:"
        valkey.run("HSET", f"{prefix}{IDS[1]}", "v", "abc")
        valkey.run("HSET", f"{prefix}{IDS[2]}", "v", "abcd")

        assert await all_workers.nearest(1, BUCKETS[0], "asked") == [IDS[0]]


async def test_without_the_server_nothing_is_nominated(valkey: Valkey) -> None:
    """Nor remembered."""
    redis = BoundedRedis(f"{valkey.url}.nowhere", name="cache", limits=PATIENT)
    server = Server(redis=redis, protection=Protection(None), wall_clock=lambda: NOW)
    index = VectorIndex(EntryStore(server, RecentAddresses(SECRET)))

    assert await index.nearest(place(BUCKETS[0]), hashed("asked"), top=5, floor=-1) is DOWN

    assert index.rows == 0
    await redis.aclose()
