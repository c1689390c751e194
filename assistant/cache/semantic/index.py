"""The vectors of the buckets asked for lately, in this process, kept as fresh as the store's log."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import anyio
from anyio import to_thread

from assistant.bounded import DOWN, Down
from assistant.cache.semantic.rows import Rows, Vector
from assistant.cache.semantic.vectors import unpacked
from assistant.cache.store.entries import EntryStore
from assistant.cache.store.values import Changes

MOST_ROWS: Final = 20_000
"""Vectors held by default: 30 MB of MiniLM's."""

_AT_ONCE: Final = 5_000
"""Rows searched on the event loop, in half a millisecond; more of them in a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A bucket of a partition; `tenant` is the digest of whose it is."""

    tenant: str
    partition: str
    bucket: str


@dataclass(slots=True)
class _Partition:
    """What is known of one: its log up to `last`, and the buckets that are held."""

    last: str = ""
    buckets: dict[str, Rows] = field(default_factory=dict)
    lock: anyio.Lock = field(default_factory=anyio.Lock)


class VectorIndex:
    """Nominates entries by likeness.

    Whatever another process added or removed is known by the next call. Where all buckets together have
    more than `most_rows` (an empty one counts as a row), those not asked for the longest are dropped.
    """

    def __init__(self, store: EntryStore, *, most_rows: int = MOST_ROWS) -> None:
        """Holds nothing yet."""
        self._store = store
        self._most_rows = most_rows
        self._partitions: dict[str, _Partition] = {}
        self._recent: OrderedDict[tuple[str, str], None] = OrderedDict()

    @property
    def rows(self) -> int:
        """How many rows the buckets count as."""
        known = self._partitions.values()
        return sum(_weight(rows) for partition in known for rows in partition.buckets.values())

    @property
    def remembered(self) -> int:
        """How many buckets are known by when they were asked for."""
        return len(self._recent)

    async def nearest(
        self, place: Place, vector: Vector, *, top: int, floor: float
    ) -> Sequence[tuple[str, float]] | Down:
        """At most `top` ids of the bucket with their cosine, none below `floor`, the nearest first."""
        partition = self._partitions.setdefault(place.partition, _Partition())
        async with partition.lock:
            rows = await self._fresh(partition, place, len(vector))
            if isinstance(rows, Down):
                found: Sequence[tuple[str, float]] | Down = DOWN
            elif len(rows) <= _AT_ONCE:
                found = rows.nearest(vector, top=top, floor=floor)
            else:
                found = await to_thread.run_sync(
                    partial(rows.nearest, vector, top=top, floor=floor)
                )
        self._shrink()
        self._forget_if_empty(place.partition)
        return found

    async def add(self, place: Place, entry_id: str, vector: Vector) -> None:
        """Notes a vector that was just stored, where its bucket is held: it need not be read then."""
        partition = self._partitions.get(place.partition)
        if partition is None:
            return
        async with partition.lock:
            rows = partition.buckets.get(place.bucket)
            if rows is not None:
                rows.put(entry_id, vector)
        self._shrink()

    def drop(self, place: Place, entry_ids: Iterable[str]) -> None:
        """Notes entries that turned out to be gone: those that expired are in no log."""
        partition = self._partitions.get(place.partition)
        rows = partition.buckets.get(place.bucket) if partition is not None else None
        if rows is not None:
            for entry_id in entry_ids:
                rows.drop(entry_id)

    async def _fresh(self, partition: _Partition, place: Place, dimensions: int) -> Rows | Down:
        """The rows of the bucket as the store has them now."""
        # The log is read first: what is added between both reads is then seen twice, not never.
        changes = await self._store.changes(place.partition, partition.last)
        if isinstance(changes, Down):
            return DOWN
        self._apply(place.partition, partition, changes)
        rows = partition.buckets.get(place.bucket)
        if rows is None:
            stored = await self._store.vectors(place.partition, place.bucket, place.tenant)
            if isinstance(stored, Down):
                return DOWN
            rows = _rows_of(stored, dimensions=dimensions, most=self._most_rows)
            partition.buckets[place.bucket] = rows
        self._recent[place.partition, place.bucket] = None
        self._recent.move_to_end((place.partition, place.bucket))
        return rows

    def _shrink(self) -> None:
        total = self.rows
        while total > self._most_rows and self._recent:
            (name, bucket), _ = self._recent.popitem(last=False)
            partition = self._partitions.get(name)
            rows = partition.buckets.pop(bucket, None) if partition is not None else None
            total -= 0 if rows is None else _weight(rows)
            self._forget_if_empty(name)

    def _forget_if_empty(self, name: str) -> None:
        """A partition without buckets needs no place in its log; one that is being read keeps it."""
        partition = self._partitions.get(name)
        if partition is not None and not partition.buckets and not partition.lock.locked():
            del self._partitions[name]

    def _apply(self, name: str, partition: _Partition, changes: Changes) -> None:
        """Follows the log. A bucket that gained an entry elsewhere is read anew when it is asked for."""
        # Without a place in the log nothing tells whether one was begun and lost since.
        if changes.reset or not partition.last:
            for bucket in list(partition.buckets):
                self._drop_bucket(name, partition, bucket)
        partition.last = changes.last
        for change in changes.changes:
            rows = partition.buckets.get(change.bucket)
            if rows is None:
                continue
            if change.op == "del":
                rows.drop(change.id)
            elif change.id not in rows:
                self._drop_bucket(name, partition, change.bucket)

    def _drop_bucket(self, name: str, partition: _Partition, bucket: str) -> None:
        del partition.buckets[bucket]
        self._recent.pop((name, bucket), None)


def _rows_of(stored: Sequence[tuple[str, bytes]], *, dimensions: int, most: int) -> Rows:
    rows = Rows()
    for entry_id, data in stored[:most]:
        vector = unpacked(data)
        if vector is not None and len(vector) == dimensions:
            rows.put(entry_id, vector)
    return rows


def _weight(rows: Rows) -> int:
    return max(1, len(rows))
