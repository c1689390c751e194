"""The way from a request to the stored answer that serves it: nominate, verify, apply the read rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from assistant.bounded import DOWN, Down
from assistant.cache.addresses import Address, Wording
from assistant.cache.base import Bypass, CacheQuery, Hit, Lookup, Miss
from assistant.cache.keys import DIGITS
from assistant.cache.semantic.index import Place, VectorIndex
from assistant.cache.semantic.rows import FLOOR, NOMINATED, Vector
from assistant.cache.semantic.verifier import Verifier
from assistant.cache.store.entries import EntryStore
from assistant.cache.store.values import StoredEntry

_READINGS: Final = 3
"""Times that those which expired are dropped and others nominated in their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as this level knows it; served are verdicts of at least the strength `least`.

    Stored requests that fold to the same are left out where `reworded`: another level answers them.
    """

    query: CacheQuery
    address: Address
    wording: Wording
    vector: Vector
    embedder: str
    least: float
    reworded: bool = False

    def place(self, partition: str) -> Place:
        """The bucket of a partition that its like lie in; vectors of one embedder lie together."""
        parts = f"{self.wording.bucket}:{self.embedder}".encode()
        bucket = sha256(parts).hexdigest()[:DIGITS]
        return Place(tenant=self.address.tenant, partition=partition, bucket=bucket)


class Finder:
    """Looks up what is stored."""

    def __init__(self, store: EntryStore, index: VectorIndex, verifier: Verifier) -> None:
        """All three are shared with whoever else needs them."""
        self._store = store
        self._index = index
        self._verifier = verifier

    async def find(self, asked: Asked) -> Lookup:
        """The nearest entry that asks for the same text and may be served.

        Only the caller's own: what a tenant shares is found by its words alone, so that an error of
        the verifier never shows one user what was written for another.
        """
        refused = await self._store.refused(asked.address)
        if isinstance(refused, Down):
            return Bypass(reason="redis-down")
        nominated = await self._nominated(asked.place(asked.address.partition), asked)
        if isinstance(nominated, Down):
            return Bypass(reason="redis-down")
        if asked.reworded:
            nominated = [entry for entry in nominated if _is_reworded(entry, asked)]
        same = await self._verifier.compare(asked.wording.folded, nominated, least=asked.least)
        missed = Miss(reason="different") if nominated else Miss()
        for entry, is_same in zip(nominated, same, strict=True):
            if not is_same:
                continue
            found = self._store.serving(
                asked.query,
                entry,
                level="semantic",
                refused=refused,
                language=asked.wording.folded.language,
            )
            if isinstance(found, Hit):
                return found
            missed = found
        return missed

    async def _nominated(self, place: Place, asked: Asked) -> Sequence[StoredEntry] | Down:
        """The most alike entries that are still there."""
        read: Sequence[StoredEntry | None] = []
        for _ in range(_READINGS):
            near = await self._index.nearest(place, asked.vector, top=NOMINATED, floor=FLOOR)
            if isinstance(near, Down) or not near:
                return DOWN if isinstance(near, Down) else []
            ids = [entry_id for entry_id, _ in near]
            answer = await self._store.entries(place.partition, ids, place.tenant)
            if isinstance(answer, Down):
                return DOWN
            read = answer
            gone = [one for one, entry in zip(ids, read, strict=True) if entry is None]
            if not gone:
                break
            self._index.drop(place, gone)
        return [entry for entry in read if entry is not None]


def _is_reworded(entry: StoredEntry, asked: Asked) -> bool:
    return entry.exact != asked.address.exact and entry.canonical != asked.wording.canonical
