"""What the semantic level must be for the cache that asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from assistant.cache.addresses import Address
from assistant.cache.base import Acceptance, CacheQuery, Lookup, ShadowError, Stratum
from assistant.cache.reference import EntryRef
from assistant.types import Answer


class SemanticLevel(Protocol):
    """Finds answers to requests in other words. No method raises because the store is down."""

    async def similar(self, query: CacheQuery, address: Address) -> Lookup:
        """As `AnswerCache.similar`; asked only where the rules want stored answers."""
        ...

    async def watch(
        self,
        query: CacheQuery,
        address: Address,
        answer: Answer,
        *,
        entry: EntryRef | None,
        acceptable: Acceptance | None,
    ) -> None:
        """As `AnswerCache.watch`."""
        ...

    async def judged(self, entry: EntryRef, *, accepted: bool) -> None:
        """Takes a writer's verdict on a text found or written at any level; the store has taken it already."""
        ...

    def strata(self) -> Mapping[Stratum, ShadowError]:
        """What was seen of semantic hits, as this process knows it."""
        ...

    def rejections(self) -> Mapping[str, int]:
        """Refusals of the verifier by reason since this process began."""
        ...
