"""What is stored for a request and may be served now: the caller's own first, then what the tenant shares."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from assistant.bounded import Down
from assistant.cache.addresses import Address
from assistant.cache.base import Bypass, CacheQuery, Hit, Lookup, Miss, MissReason
from assistant.cache.entry import decode
from assistant.cache.keys import entry_key, text_digest
from assistant.cache.recent import RecentAddresses
from assistant.cache.reference import EntryRef
from assistant.cache.rules import repeats_ask_again, serving, wants_another
from assistant.cache.store.answers import AnswerStore
from assistant.cache.store.place import Place
from assistant.cache.store.replies import Candidate
from assistant.types import CacheLevel

_DOWN: Final = Bypass(reason="redis-down")


class Lookups:
    """Looks answers up by exact and canonical key."""

    def __init__(self, place: Place, addresses: RecentAddresses) -> None:
        """`place` is the server; `addresses` are those of the queries at hand."""
        self._place = place
        self._answers = AnswerStore(place)
        self._addresses = addresses

    async def find(self, query: CacheQuery) -> Lookup:
        """The answer to serve, or why there is none."""
        reason = wants_another(query)
        if reason is not None:
            return await self._another(query, reason)
        address = self._addresses.of(query)
        own = await self._answers.read(address.partition, exact=address.exact)
        if isinstance(own, Down):
            return _DOWN
        if own.delivered and repeats_ask_again(query):
            return await self._another(query, "repeat")
        found: Lookup = self._served(query, own.exact, _ref(address, "exact"), own.refused)
        misses = [found]
        # Instructions are folded only here: that costs more than a second question to the server, and
        # most hits are exact.
        for look in (self._canonical, self._shared):
            if not isinstance(found, Miss):
                return found
            found = await look(query, address, own.refused)
            misses.append(found)
        if not isinstance(found, Miss):
            return found
        # What is written now must not be what the writer refused, or it would come back by itself.
        return replace(_most_telling(misses), known=self._known(own.refused))

    async def canonical_key(self, query: CacheQuery) -> str:
        """The key that requests in other words of no weight share, empty where there is none."""
        if query.rules.canonical_ttl_s is None:
            return ""
        wording = await self._addresses.wording(query)
        return "" if wording is None else wording.canonical

    async def shared_formers(self, query: CacheQuery) -> frozenset[str] | Down:
        """Entries and digests of texts that the tenant shares for this request."""
        if not query.rules.shared:
            return frozenset()
        address = self._addresses.of(query)
        canonical = await self.canonical_key(query)
        found = await self._answers.read(address.shared, exact=address.exact, canonical=canonical)
        if isinstance(found, Down):
            return found
        candidates = (found.exact, found.canonical)
        return found.texts | {each.id for each in candidates if isinstance(each, Candidate)}

    async def _canonical(
        self, query: CacheQuery, address: Address, refused: Collection[str]
    ) -> Lookup:
        canonical = await self.canonical_key(query)
        if not canonical:
            return Miss()
        found = await self._answers.read(
            address.partition, exact=address.exact, canonical=canonical
        )
        if isinstance(found, Down):
            return _DOWN
        return self._served(query, found.canonical, _ref(address, "canonical"), refused)

    async def _shared(
        self, query: CacheQuery, address: Address, refused: Collection[str]
    ) -> Lookup:
        if not query.rules.shared:
            return Miss()
        canonical = await self.canonical_key(query)
        found = await self._answers.read(address.shared, exact=address.exact, canonical=canonical)
        if isinstance(found, Down):
            return _DOWN
        exact = self._served(query, found.exact, _ref(address, "exact", shared=True), refused)
        if isinstance(exact, Hit) or not canonical:
            return exact
        ref = _ref(address, "canonical", shared=True)
        reworded = self._served(query, found.canonical, ref, refused)
        return reworded if isinstance(reworded, Hit) else _most_telling([exact, reworded])

    async def _another(self, query: CacheQuery, reason: str) -> Bypass:
        address = self._addresses.of(query)
        canonical = await self.canonical_key(query)
        own = await self._answers.read(address.partition, exact=address.exact, canonical=canonical)
        if isinstance(own, Down):
            return Bypass(reason=reason)
        shared = await self.shared_formers(query)
        had = own.refused | own.texts | (frozenset() if isinstance(shared, Down) else shared)
        return Bypass(reason=reason, known=self._known(had))

    def _known(self, had: Collection[str]) -> Callable[[str], bool] | None:
        """Whether the digest of a text is one of those; None where there are none."""
        secret = self._addresses.secret
        return (lambda text: text_digest(secret, text) in had) if had else None

    def _served(
        self,
        query: CacheQuery,
        found: Candidate | MissReason,
        ref: EntryRef,
        refused: Collection[str],
    ) -> Hit | Miss:
        if not isinstance(found, Candidate):
            return Miss(reason=found)
        address = self._addresses.of(query)
        data = self._place.protection.open(
            found.body, tenant=address.tenant, place=entry_key(ref.held, found.id)
        )
        body = None if data is None else decode(data)
        if body is None:
            return Miss(reason="unreadable")
        if found.id in refused or found.text in refused:
            return Miss(reason="tombstone")
        # Another host wrote it, perhaps with its clock ahead of this one's.
        age_s = max(0.0, self._place.wall_clock() - found.created)
        entry = str(ref.to(found.id, found.text))
        return serving(query, body.answer, level=ref.level, age_s=age_s, entry=entry)


def _ref(address: Address, level: CacheLevel, *, shared: bool = False) -> EntryRef:
    """The reference to whatever entry is found that way."""
    return EntryRef(
        level=level,
        partition=address.partition,
        exact=address.exact,
        id="",
        shared=address.shared if shared else "",
    )


def _most_telling(misses: list[Lookup]) -> Miss:
    """The first that says more than that nothing is there."""
    told = [each for each in misses if isinstance(each, Miss) and each.reason != "absent"]
    return told[0] if told else Miss()
