"""Entries, vectors and the log of their changes, for whoever searches them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, cast

from assistant.bounded import Down
from assistant.cache.addresses import Address, Wording
from assistant.cache.base import CacheQuery, Hit, Miss
from assistant.cache.entry import decode
from assistant.cache.keys import entry_key, prefix, vector_place
from assistant.cache.recent import RecentAddresses
from assistant.cache.reference import EntryRef
from assistant.cache.rules import serving
from assistant.cache.store.place import Place, hashes
from assistant.cache.store.replies import changes_of, words
from assistant.cache.store.scripts import CHANGES, VECTOR
from assistant.cache.store.strata import Strata
from assistant.cache.store.values import Changes, EntryState, StoredEntry, StratumCounts
from assistant.types import CacheLevel

AT_ONCE: Final = 200
"""Vectors fetched by one command: some hundred kilobytes."""

_FIELDS: Final = ("body", "created", "state", "text", "x", "c", "b", "user")


class EntryStore:
    """What is stored, by partition. Down where the server does not answer; nothing raises because of it.

    Partitions, tenants and exact requests are named by their digests, as an `Address` has them.
    """

    def __init__(self, place: Place, addresses: RecentAddresses) -> None:
        """`place` is the server; `addresses` those of the queries at hand."""
        self.place = place
        self._addresses = addresses
        self._strata = Strata(place)

    async def wording(self, query: CacheQuery) -> Wording | None:
        """What the instruction of `query` comes down to; computed once for each query."""
        return await self._addresses.wording(query)

    async def changes(self, partition: str, since: str) -> Changes | Down:
        """What became findable or ceased to be since that place in the log; empty: since ever."""
        reply = await self.place.run(
            "changes", CHANGES, partition=partition, key=f"{prefix(partition)}log", args=[since]
        )
        return reply if isinstance(reply, Down) else changes_of(reply)

    async def vectors(
        self, partition: str, bucket: str, tenant: str
    ) -> Sequence[tuple[str, bytes]] | Down:
        """Ids of all findable entries of a bucket with their vectors, as they were given."""
        key = f"{prefix(partition)}b:{bucket}"
        reply = await self.place.redis.ask("bucket", lambda redis: redis.zrange(key, 0, -1))
        if isinstance(reply, Down):
            return reply
        ids = words(reply)
        found: list[tuple[str, bytes]] = []
        for start in range(0, len(ids), AT_ONCE):
            batch = await self._vectors(partition, ids[start : start + AT_ONCE], tenant)
            if isinstance(batch, Down):
                return batch
            found += batch
        return found

    async def _vectors(
        self, partition: str, ids: Sequence[str], tenant: str
    ) -> Sequence[tuple[str, bytes]] | Down:
        rows = await self._fields("vectors", partition, ids, ("v",))
        if isinstance(rows, Down):
            return rows
        opened = [
            (
                each,
                self.place.protection.open(
                    row[0], tenant=tenant, place=vector_place(partition, each)
                ),
            )
            for each, row in zip(ids, rows, strict=True)
            if row[0] is not None
        ]
        return [(each, vector) for each, vector in opened if vector is not None]

    async def entries(
        self, partition: str, ids: Sequence[str], tenant: str
    ) -> Sequence[StoredEntry | None] | Down:
        """The entries of those ids, None for each that is gone or cannot be read."""
        rows = await self._fields("entries", partition, ids, _FIELDS)
        if isinstance(rows, Down):
            return rows
        return [
            self._entry(partition, each, tenant, row) for each, row in zip(ids, rows, strict=True)
        ]

    def _entry(
        self, partition: str, entry_id: str, tenant: str, row: Sequence[bytes | None]
    ) -> StoredEntry | None:
        if row[0] is None:
            return None
        data = self.place.protection.open(
            row[0], tenant=tenant, place=entry_key(partition, entry_id)
        )
        body = None if data is None else decode(data)
        if body is None:
            return None
        created, state, text, exact, canonical, bucket, user = (
            b"" if each is None else each for each in row[1:]
        )
        return StoredEntry(
            partition=partition,
            id=entry_id,
            answer=body.answer,
            instruction=body.instruction,
            created=float(created),
            state=cast("EntryState", state.decode()),
            text=text.decode(),
            exact=exact.decode(),
            canonical=canonical.decode(),
            bucket=bucket.decode(),
            user=user.decode(),
        )

    async def _fields(
        self, operation: str, partition: str, ids: Sequence[str], names: Sequence[str]
    ) -> Sequence[Sequence[bytes | None]] | Down:
        keys = [entry_key(partition, each) for each in ids]
        return await hashes(self.place, operation, keys, names)

    async def refused(self, address: Address) -> frozenset[str] | Down:
        """Ids of entries and digests of texts that this request is not to be served again."""
        key = f"{prefix(address.partition)}t:{address.exact}"
        reply = await self.place.redis.ask("refused", lambda redis: redis.zrange(key, 0, -1))
        return reply if isinstance(reply, Down) else frozenset(words(reply))

    def serving(
        self,
        query: CacheQuery,
        entry: StoredEntry,
        *,
        level: CacheLevel,
        refused: Collection[str],
        language: str = "",
    ) -> Hit | Miss:
        """The entry as a hit of that level, or why it may not be served to this query.

        `refused` is what `refused` said of the query's address; `language` is that of the wording, for
        the reference of a semantic hit.
        """
        if entry.state == "refused" or entry.id in refused or entry.text in refused:
            return Miss(reason="tombstone")
        address = self._addresses.of(query)
        ref = EntryRef(
            level=level,
            partition=address.partition,
            exact=address.exact,
            id=entry.id,
            shared="" if entry.partition == address.partition else entry.partition,
            task=query.request.task if language else "",
            language=language,
            text=entry.text,
        )
        # Another host wrote it, perhaps with its clock ahead of this one's.
        age_s = max(0.0, self.place.wall_clock() - entry.created)
        return serving(query, entry.answer, level=level, age_s=age_s, entry=str(ref))

    async def add_vector(
        self, partition: str, entry_id: str, bucket: str, vector: bytes, tenant: str
    ) -> bool:
        """Makes an entry findable in a bucket; False where it is gone, refused, or the server is."""
        sealed = self.place.protection.seal(
            vector, tenant=tenant, place=vector_place(partition, entry_id)
        )
        reply = await self.place.on_entry(
            "vector", VECTOR, partition=partition, entry_id=entry_id, args=[bucket, sealed]
        )
        return reply == 1

    async def stratum(self, task: str, language: str) -> StratumCounts | Down:
        """What was counted of that stratum by all processes."""
        return await self._strata.read(task, language)

    async def count(
        self, task: str, language: str, *, seen: int = 0, wrong: int = 0
    ) -> StratumCounts | Down:
        """Adds to the counts of a stratum; what they are then."""
        return await self._strata.count(task, language, seen=seen, wrong=wrong)

    async def withdraw(self, task: str, language: str) -> bool:
        """Marks a stratum as one whose hits are not to be served; whether that is noted."""
        return await self._strata.withdraw(task, language)
