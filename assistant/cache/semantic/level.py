"""The semantic level: likeness nominates, a verifier decides, and its errors decide where it may serve."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeAlias

import anyio

from assistant.bounded import Down
from assistant.cache.addresses import Address, Wording, instruction_of
from assistant.cache.base import (
    Acceptance,
    Bypass,
    CacheQuery,
    Hit,
    Lookup,
    Miss,
    ShadowError,
    Stratum,
)
from assistant.cache.reference import EntryRef
from assistant.cache.semantic.finder import Asked, Finder
from assistant.cache.semantic.index import MOST_ROWS, VectorIndex
from assistant.cache.semantic.labelled import Labelled
from assistant.cache.semantic.rows import Vector
from assistant.cache.semantic.tally import Limit, Tally, Watched
from assistant.cache.semantic.vectors import packed
from assistant.cache.semantic.verifier import Verifier
from assistant.cache.store.entries import EntryStore
from assistant.cache.store.strata import Strata
from assistant.errors import EmbedderUnavailable
from assistant.telemetry import get_logger
from assistant.types import Answer

Embed: TypeAlias = Callable[[Sequence[str]], Awaitable[Vector]]
"""Texts to rows of unit length. May raise EmbedderUnavailable."""

EMBEDDING_S: Final = 0.25
"""How long a request waits for its vector: some tens of milliseconds are usual, loading the model takes
seconds, and a miss costs no more than it does without this level."""

_log = get_logger("cache")


class SemanticAnswers:
    """Finds answers to requests in other words, over what an `EntryStore` holds.

    `embedder` names the model and revision behind `embed`: vectors of different ones never meet.
    `labelled` are the counts that prove where it may serve; counts of another verifier than the one
    installed prove nothing, so with them everything is watched only.
    """

    def __init__(
        self,
        store: EntryStore,
        embed: Embed,
        *,
        embedder: str,
        labelled: Labelled,
        most_rows: int = MOST_ROWS,
    ) -> None:
        if not labelled.current:
            _log.warning("cache.semantic_counts_stale", counted_with=labelled.wording[:12])
        self._store = store
        self._embed = embed
        self._embedder = embedder
        self._index = VectorIndex(store, most_rows=most_rows)
        self._verifier = Verifier()
        self._finder = Finder(store, self._index, self._verifier)
        self._tally = Tally(Strata(store.place), labelled.strata if labelled.current else ())

    async def similar(self, query: CacheQuery, address: Address) -> Lookup:
        """As `AnswerCache.similar`. Where nothing may be served, nothing is looked up either."""
        if query.rules.semantic == "off":
            return Miss()
        wording = await self._store.wording(query)
        if wording is None:
            return Miss(reason="unsure")
        stratum = _stratum(query, wording)
        least = await self._tally.serves_from(stratum, _limit(query), user=address.user)
        if isinstance(least, Down):
            return Bypass(reason="redis-down")
        if isinstance(least, Watched):
            return Miss(reason="shadow")
        asked = None
        with anyio.move_on_after(EMBEDDING_S):
            asked = await self._asked(query, address, wording, least=least)
        if asked is None:
            return Miss()
        found = await self._finder.find(asked)
        if isinstance(found, Hit):
            await self._tally.shown(stratum, found.entry, user=address.user, kind="served")
        return found

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
        del answer
        wording = await self._store.wording(query)
        if query.rules.semantic == "off" or wording is None:
            return
        stratum, limit = _stratum(query, wording), _limit(query)
        least = self._tally.watches_from(stratum, limit)
        asked = await self._asked(query, address, wording, least=least, reworded=True)
        if asked is None:
            return
        # Where hits are served, `similar` has compared and counted already.
        if acceptable is not None and not _wants_another(query):
            served = await self._tally.serves_from(stratum, limit, user=address.user)
            if isinstance(served, Watched):
                await self._check(asked, stratum, acceptable)
        if entry is None:
            return
        if limit.mode == "serve":
            await self._tally.shown(stratum, str(entry), user=address.user, kind="written")
        await self._add(asked, entry)

    async def judged(self, entry: EntryRef, *, accepted: bool) -> None:
        """As `SemanticLevel.judged`; verdicts on other answers tell what is rejected in any case."""
        await self._tally.judged(str(entry), accepted=accepted)

    def strata(self) -> Mapping[Stratum, ShadowError]:
        """As `SemanticLevel.strata`."""
        return self._tally.strata()

    def rejections(self) -> Mapping[str, int]:
        """As `SemanticLevel.rejections`."""
        return self._verifier.rejections

    async def _asked(
        self,
        query: CacheQuery,
        address: Address,
        wording: Wording,
        *,
        least: float,
        reworded: bool = False,
    ) -> Asked | None:
        """The request with its vector, None where there is none."""
        try:
            rows = await self._embed([instruction_of(query.request) or ""])
        except EmbedderUnavailable as error:
            # The embedder is down for scoring too, which tells; here it costs a hit.
            _log.debug("cache.semantic_not_embedded", error=type(error).__name__)
            return None
        return Asked(
            query=query,
            address=address,
            wording=wording,
            vector=rows[0],
            embedder=self._embedder,
            least=least,
            reworded=reworded,
        )

    async def _check(self, asked: Asked, stratum: Stratum, acceptable: Acceptance) -> None:
        """Counts the hit that would have been served, if there is one."""
        found = await self._finder.find(asked)
        if not isinstance(found, Hit):
            return
        try:
            right = await acceptable(found.answer.text)
        except EmbedderUnavailable:
            return
        if right is None:
            return
        user = asked.address.user
        await self._tally.shown(stratum, found.entry, user=user, kind="watched", wrong=not right)

    async def _add(self, asked: Asked, entry: EntryRef) -> None:
        """Makes the stored answer findable."""
        place = asked.place(entry.partition)
        vector = packed(asked.vector)
        if await self._store.add_vector(
            place.partition, entry.id, place.bucket, vector, place.tenant
        ):
            await self._index.add(place, entry.id, asked.vector)


def _stratum(query: CacheQuery, wording: Wording) -> Stratum:
    return Stratum(task=query.request.task, language=wording.folded.language)


def _limit(query: CacheQuery) -> Limit:
    rules = query.rules
    return Limit(mode=rules.semantic, max_false_hit=rules.max_false_hit)


def _wants_another(query: CacheQuery) -> bool:
    """Whether the writer asked for a text of its own, which no stored one can be."""
    control = query.control
    return control.no_cache or control.regenerate or control.no_store
