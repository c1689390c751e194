"""Live counts of semantic hits by task and language: what they say of serving, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from assistant.bounded import DOWN, Down
from assistant.cache.base import SemanticMode, ShadowError, Stratum
from assistant.cache.semantic.control import (
    CONFIDENCE,
    STRENGTHS,
    LabelledStratum,
    Proof,
    Proven,
    crossed,
    lower_bound,
    proof_for,
)
from assistant.cache.store.strata import Evidence, Kind, Share, Strata
from assistant.cache.store.values import StratumCounts
from assistant.share_bound import upper_bound
from assistant.telemetry import get_logger
from assistant.types import Task

_log = get_logger("cache")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What the policy allows in a stratum."""

    mode: SemanticMode
    max_false_hit: float


@dataclass(frozen=True, slots=True)
class Watched:
    """Nothing may be served here: it is not proven, withdrawn, or not wanted."""


class Tally:
    """What is proven of each stratum, and what was seen of it since."""

    def __init__(self, strata: Strata, labelled: Iterable[LabelledStratum]) -> None:
        """`strata` are the counts of all workers, `labelled` those of the verifier that decides here."""
        self._strata = strata
        self._labelled = tuple(labelled)
        self._limits: dict[Stratum, Limit] = {}
        self._counts: dict[Stratum, StratumCounts] = {}
        self._proofs: dict[tuple[Stratum, float], Proof] = {}

    async def serves_from(
        self, stratum: Stratum, limit: Limit, *, user: str
    ) -> float | Watched | Down:
        """The least strength to serve that user at, by digest."""
        self._limits[stratum] = limit
        proof = self._proof(stratum, limit)
        if limit.mode != "serve" or not isinstance(proof, Proven):
            return Watched()
        evidence = await self._strata.evidence(stratum.task, stratum.language, user=user)
        if isinstance(evidence, Down):
            return DOWN
        # The verdict that crossed the bound may have come to a process that never served this stratum.
        withdrawn = await self._taken_back(stratum, evidence, limit)
        return Watched() if withdrawn or _ended_for_one(evidence, limit) else proof.strength

    def watches_from(self, stratum: Stratum, limit: Limit) -> float:
        """The least strength that counts as a hit while watching; the strictest where none is proven."""
        self._limits[stratum] = limit
        proof = self._proof(stratum, limit)
        return proof.strength if isinstance(proof, Proven) else STRENGTHS[0]

    def is_serving(self, stratum: Stratum, limit: Limit) -> bool:
        """Whether hits are served there, as far as this process knows."""
        proven = isinstance(self._proof(stratum, limit), Proven)
        counts = self._counts.get(stratum)
        return limit.mode == "serve" and proven and counts is not None and not counts.withdrawn

    async def shown(
        self, stratum: Stratum, entry: str, *, user: str, kind: Kind, wrong: bool = False
    ) -> None:
        """Counts an answer by its reference, once however often it is shown.

        It counts as right until its writer rejects it. Those who are content are mostly silent: counted
        by verdicts alone, nearly every hit would be wrong.
        """
        evidence = await self._strata.shown(
            stratum.task, stratum.language, entry, user=user, kind=kind, wrong=wrong
        )
        await self._learn(evidence)

    async def judged(self, entry: str, *, accepted: bool) -> None:
        """Counts the newest verdict on an answer that was shown lately."""
        await self._learn(await self._strata.judged(entry, accepted=accepted))

    def strata(self) -> Mapping[Stratum, ShadowError]:
        """What this process knows of each stratum that it met."""
        return {stratum: self._told(stratum, limit) for stratum, limit in self._limits.items()}

    async def _learn(self, evidence: Evidence | Down | None) -> None:
        if evidence is None or isinstance(evidence, Down):
            return
        stratum = Stratum(task=cast("Task", evidence.task), language=evidence.language)
        self._counts[stratum] = _counts(evidence)
        limit = self._limits.get(stratum)
        if limit is not None:
            await self._taken_back(stratum, evidence, limit)

    async def _taken_back(self, stratum: Stratum, evidence: Evidence, limit: Limit) -> bool:
        """Whether hits are withdrawn for all, which this evidence may bring about."""
        self._counts[stratum] = counts = _counts(evidence)
        if counts.withdrawn:
            return True
        if not _ended_for_all(evidence, limit):
            return False
        # Not served here even where that could not be noted for the others.
        if await self._strata.withdraw(stratum.task, stratum.language):
            self._counts[stratum] = replace(counts, withdrawn=True)
            _log.warning(
                "cache.semantic_withdrawn",
                task=stratum.task,
                language=stratum.language,
                seen=counts.seen,
                wrong=counts.wrong,
                wrong_at_least=round(lower_bound(counts.wrong, counts.seen), 4),
                max_false_hit=limit.max_false_hit,
            )
        return True

    def _proof(self, stratum: Stratum, limit: Limit) -> Proof:
        asked = (stratum, limit.max_false_hit)
        proof = self._proofs.get(asked)
        if proof is None:
            proof = self._proofs[asked] = proof_for(
                self._labelled,
                task=stratum.task,
                language=stratum.language,
                max_false_hit=limit.max_false_hit,
            )
        return proof

    def _told(self, stratum: Stratum, limit: Limit) -> ShadowError:
        counts = self._counts.get(stratum, StratumCounts())
        return ShadowError(
            seen=counts.seen,
            wrong=counts.wrong,
            bound=upper_bound(min(counts.wrong, counts.seen), counts.seen, CONFIDENCE),
            serving=self.is_serving(stratum, limit),
        )


def _counts(evidence: Evidence) -> StratumCounts:
    served, watched = evidence.served.all, evidence.watched.all
    return StratumCounts(
        seen=served.seen + watched.seen,
        wrong=served.wrong + watched.wrong,
        withdrawn=evidence.withdrawn,
    )


def _ended_for_all(evidence: Evidence, limit: Limit) -> bool:
    """Whether more than one writer met too many wrong hits."""
    served, watched = evidence.served.others, evidence.watched.others
    return _too_many(served, limit, made=evidence.written.others) or _too_many(watched, limit)


def _ended_for_one(evidence: Evidence, limit: Limit) -> bool:
    """Whether this writer did, so far; those that were watched count too, so that it may end."""
    served, watched = evidence.served.own, evidence.watched.own
    hits = Share(seen=served.seen + watched.seen, wrong=served.wrong + watched.wrong)
    return _too_many(hits, limit, made=evidence.written.own)


def _too_many(hits: Share, limit: Limit, *, made: Share | None = None) -> bool:
    made = made or Share()
    return crossed(
        seen=hits.seen,
        wrong=hits.wrong,
        max_false_hit=limit.max_false_hit,
        made=made.seen,
        rejected=made.wrong,
    )
