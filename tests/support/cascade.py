"""A whole cascade over scripted tiers, a scripted scorer and a cache in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from assistant.cache.base import (
    Acceptance,
    CacheQuery,
    CacheReport,
    Hit,
    Lookup,
    Miss,
    NotStored,
    Put,
    Stored,
)
from assistant.cache.flights import FlightPlace, Flights
from assistant.confidence.asked import Asked
from assistant.confidence.drift_monitor import DriftMonitor
from assistant.confidence.inputs import ScoringInput
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.embedding.base import Embedder
from assistant.policy.parse import parse_policy
from assistant.records.base import Records
from assistant.records.off import NoRecords
from assistant.service import Assistant
from assistant.tiers.base import Tier
from assistant.types import Answer, Caller, CheckResult, Event, Reason, Score
from assistant.upgrades.base import Upgrades
from assistant.upgrades.off import NoUpgrades
from assistant.workflow.events import EVENT_CODEC
from assistant.workflow.pace import Pace
from assistant.workflow.state import Context
from support.clock import ManualClock

THREE_TIERS = """
apiVersion: inkladder/v1
name: three
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"], card: {name: S, usd_per_hour: 1}}
  large: {engine: sglang, model: medium, endpoints: ["http://large:1"], card: {name: M, usd_per_hour: 2}}
  best: {engine: sglang, model: big, endpoints: ["http://best:1"], card: {name: L, usd_per_hour: 4}}
routes:
  - {name: repairing, match: {labels: repair}, ladder: [draft, large], escalate: repair}
  - {name: typing, match: {task: [continue]}, ladder: [draft], accept: {min_score: 0.9}}
  - name: default
    ladder: [draft, large, best]
    accept: {min_score: 0.6, required_checks: [loop]}
"""


@dataclass
class ScriptedScorer:
    """Scores by the text itself; `failing` names the checks a text fails, `prefix_failing` a beginning."""

    values: Mapping[str, float]
    failing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    prefix_values: Mapping[str, float] = field(default_factory=dict)
    prefix_failing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    allowance: float = 0.1
    fingerprint: str = "scripted"
    seen: list[ScoringInput] = field(default_factory=list)
    beginnings: list[ScoringInput] = field(default_factory=list)
    vectors_given: list[bool] = field(default_factory=list)

    def warm(self) -> None:
        """Nothing to load."""

    def passages(self, draft: ScoringInput, asked: Asked | None = None) -> tuple[str, ...]:
        """The text alone."""
        del asked
        return (draft.text,)

    def score(
        self,
        draft: ScoringInput,
        vectors: NDArray[np.float32] | None,
        asked: Asked | None = None,
    ) -> Score:
        """The scripted value of this text, 0.5 where none is scripted."""
        del asked
        self.seen.append(draft)
        self.vectors_given.append(vectors is not None)
        failed = self.failing.get(draft.text, ())
        return _scripted(self.values.get(draft.text, 0.5), failed, names=("loop", "length"))

    def score_prefix(self, draft: ScoringInput, asked: Asked | None = None) -> Score:
        """The scripted value of this beginning, 0.9 where none is scripted."""
        del asked
        self.beginnings.append(draft)
        failed = self.prefix_failing.get(draft.text, ())
        return _scripted(self.prefix_values.get(draft.text, 0.9), failed, names=("loop",))


def _scripted(value: float, failed: Sequence[str], *, names: Sequence[str]) -> Score:
    """Any failed check is among those run, named here or not."""
    run = dict.fromkeys((*names, *failed))
    return Score(
        value=value,
        reasons=(Reason(feature="scripted", text="as the test says", contribution=1.0),),
        checks=tuple(
            CheckResult(name=name, passed=name not in failed, evidence=f"{name} looked at")
            for name in run
        ),
    )


@dataclass
class MemoryCache:
    """An answer cache in a dictionary; `lookup` and `likeness` are what it says whatever it is asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    lookup: Lookup | None = None
    likeness: Lookup | None = None
    refuses: NotStored | None = None
    stored: list[Answer] = field(default_factory=list)
    queries: list[CacheQuery] = field(default_factory=list)
    watched: list[tuple[str | None, bool | None]] = field(default_factory=list)
    delivered_entries: list[str] = field(default_factory=list)
    verdicts: list[tuple[str, bool]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    similar_text: str | None = None
    asked: int = 0
    up: bool = True

    def place(self, query: CacheQuery) -> FlightPlace | None:
        """Named by caller and request."""
        if query.control.no_cache or query.control.regenerate or query.control.no_store:
            return None
        return FlightPlace(partition="p", key=_name(query), tenant=query.caller.tenant)

    async def get(self, query: CacheQuery) -> Lookup:
        """What was put under the same request and shape."""
        self.asked += 1
        if self.lookup is not None:
            return self.lookup
        answer = self.answers.get(_name(query))
        return Miss() if answer is None else Hit(answer=answer, age_s=1.0, entry=answer.id)

    async def similar(self, query: CacheQuery) -> Lookup:
        """The scripted one."""
        return self.likeness or Miss()

    async def put(self, query: CacheQuery, answer: Answer) -> Put:
        """Remembers every answer it is given."""
        self.queries.append(query)
        if self.refuses is not None:
            return self.refuses
        self.answers[_name(query)] = answer
        self.stored.append(answer)
        return Stored(entry=answer.id)

    async def watch(
        self, query: CacheQuery, answer: Answer, *, entry: str | None, acceptable: Acceptance | None
    ) -> None:
        """Asks whether the scripted text, if there is one, would have done."""
        text = self.similar_text
        told = text is not None and acceptable is not None
        self.watched.append((entry, await acceptable(text) if told else None))  # type: ignore[misc, arg-type]

    async def delivered(self, entry: str) -> None:
        """Remembers the entry."""
        self.delivered_entries.append(entry)

    async def judged(self, entry: str, caller: Caller, *, accepted: bool) -> bool:
        """Remembers the verdict."""
        self.verdicts.append((entry, accepted))
        return self.up

    async def forget(self, entry: str) -> bool:
        """Remembers the entry."""
        self.forgotten.append(entry)
        return self.up

    def report(self) -> CacheReport:
        """Nothing was counted."""
        return CacheReport()

    async def healthy(self) -> bool:
        """Always."""
        return True

    async def aclose(self) -> None:
        """Nothing to close."""


def _name(query: CacheQuery) -> str:
    return repr((query.caller, query.request, query.shape))


def assistant_over(
    tiers: Sequence[Tier],
    scorer: ScriptedScorer,
    *,
    policy: str = THREE_TIERS,
    cache: MemoryCache | None = None,
    clock: ManualClock | None = None,
    embedder: Embedder | None = None,
    real_time: bool = False,
    meters: Mapping[str, EngineMeter] | None = None,
    pricing: Mapping[str, TierPricing] | None = None,
    thresholds: Mapping[str, float] | None = None,
    drift: DriftMonitor | None = None,
    records: Records | None = None,
    upgrades: Upgrades | None = None,
    paces: Mapping[str, Pace] | None = None,
    flights: Flights[Event] | None = None,
) -> Assistant:
    """An assistant whose tiers are `tiers`, by their names in `policy`."""
    parsed = parse_policy(policy, source="test.yaml")
    time = monotonic if real_time else clock or ManualClock()
    return Assistant(
        Context(
            policy=parsed,
            tiers={tier.name: tier for tier in tiers},
            scorer=scorer,
            embedder=embedder,
            cache=cache or MemoryCache(),
            clock=time,
            drift=drift or DriftMonitor(),
            thresholds=thresholds or {},
            paces=paces or {},
            meters=meters or {name: EngineMeter(time) for name in parsed.tiers},
            records=records or NoRecords(),
            upgrades=upgrades or NoUpgrades(),
            flights=flights or Flights(None, EVENT_CODEC),
            pricing=pricing
            or {
                name: TierPricing(usd_per_hour=tier.card.usd_per_hour)
                for name, tier in parsed.tiers.items()
            },
        )
    )
