"""What is stored of an answer, by the write rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assistant.bounded import DOWN, Down
from assistant.cache.addresses import instruction_of
from assistant.cache.base import CacheQuery, NotStored, Put, Stored, WriteRefusal
from assistant.cache.entry import encode
from assistant.cache.keys import is_entry_id, text_digest
from assistant.cache.lookup import Lookups
from assistant.cache.recent import RecentAddresses
from assistant.cache.reference import EntryRef
from assistant.cache.rules import (
    kept_for_s,
    not_accepted,
    unwanted,
    wants_another,
)
from assistant.cache.store.answers import AnswerStore, Asked, NewEntry, Written
from assistant.cache.store.place import Place
from assistant.cache.store.sharing import share_of
from assistant.types import Answer

JITTER: Final = 0.05
"""Share of the time to live that is taken off at random, so that entries do not expire together."""


class Writer:
    """Writes answers, each with its keys, in one step."""

    def __init__(
        self,
        place: Place,
        patient: Place,
        addresses: RecentAddresses,
        jitter: Callable[[], float],
    ) -> None:
        """`patient` is the same place with more time to answer; `jitter` gives numbers in [0, 1)."""
        self._place = place
        self._answers = AnswerStore(place)
        self._lookups = Lookups(place, addresses)
        self._patient = AnswerStore(patient)
        self._patient_lookups = Lookups(patient, addresses)
        self._addresses = addresses
        self._jitter = jitter

    async def put(self, query: CacheQuery, answer: Answer) -> Put:
        """Stores the answer, or says why not.

        A text that was asked for instead of another one takes its place even where it is not kept itself.
        """
        refusal = unwanted(query)
        if refusal is not None:
            return NotStored(reason=refusal)
        asked = await self._asked(query)
        made = await self._entry(query, answer)
        if isinstance(made, NewEntry):
            return await self._stored(query, asked, made)
        if asked.again and isinstance(await self._answers.demote(asked), Down):
            await self._patient.demote(asked)
        return NotStored(reason=made)

    async def _stored(self, query: CacheQuery, asked: Asked, made: NewEntry) -> Put:
        address = asked.address
        ref = EntryRef(
            level="exact",
            partition=address.partition,
            exact=address.exact,
            id=made.id,
            text=made.text,
        )
        registered = await self._registered(query, asked)
        written: Written | Down = await self._answers.write(asked, made) if registered else DOWN
        if isinstance(written, Down):
            if asked.again:
                # The writer asked for another text than those before: that is worth a longer wait.
                await self._patient.demote(asked, but=made.id)
            # The server may have done it, and only its reply came too late.
            return NotStored(reason="redis-down", entry=str(ref) if registered else "")
        return Stored(entry=str(ref)) if written == "stored" else NotStored(reason="tombstone")

    async def _asked(self, query: CacheQuery) -> Asked:
        again = wants_another(query) is not None
        formers = await self._shared_formers(query) if again else frozenset()
        return Asked(
            address=self._addresses.of(query),
            canonical=await self._lookups.canonical_key(query),
            again=again,
            variants=query.rules.variants,
            formers=formers,
            kept_s=kept_for_s(query) * (1 - JITTER * self._jitter()),
        )

    async def _shared_formers(self, query: CacheQuery) -> frozenset[str]:
        for lookups in (self._lookups, self._patient_lookups):
            formers = await lookups.shared_formers(query)
            if not isinstance(formers, Down):
                return formers
        return frozenset()

    async def _entry(self, query: CacheQuery, answer: Answer) -> NewEntry | WriteRefusal:
        refusal = not_accepted(query, answer) or await self._addresses.volatile(query)
        if refusal is not None:
            return refusal
        body = encode(answer, instruction=instruction_of(query.request) or "")
        if body is None or not is_entry_id(answer.id):
            return "unreadable"
        made = answer.provenance
        return NewEntry(
            id=answer.id,
            body=body,
            text=text_digest(self._addresses.secret, answer.text),
            tier=made.tier,
            score=made.score,
            documents=await self._addresses.documents(query),
            created=self._place.wall_clock(),
            provisional_s=query.rules.provisional_s,
            share=share_of(query.rules, self._addresses.of(query), query.request.task),
        )

    async def _registered(self, query: CacheQuery, asked: Asked) -> bool:
        address = asked.address
        return await self._place.register(
            tenant=address.tenant,
            partition=address.partition,
            user=address.user,
            task=query.request.task,
            keep_s=asked.kept_s,
        )
