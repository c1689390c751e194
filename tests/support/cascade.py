"""A whole cascade over scripted tiers, a scripted scorer and a cache in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from assistant.cache.base import CacheQuery, Hit, Lookup, Miss
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
from assistant.types import Answer, CheckResult, Reason, Score
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
    """Scores by the text itself; `failing` names the checks a text fails."""

    values: Mapping[str, float]
    failing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fingerprint: str = "scripted"
    seen: list[ScoringInput] = field(default_factory=list)
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
        names = ("loop", "length")
        return Score(
            value=self.values.get(draft.text, 0.5),
            reasons=(Reason(feature="scripted", text="as the test says", contribution=1.0),),
            checks=tuple(
                CheckResult(name=name, passed=name not in failed, evidence=f"{name} looked at")
                for name in names
            ),
        )


@dataclass
class MemoryCache:
    """An answer cache in a dictionary; `down` makes it answer like an unreachable store."""

    answers: dict[str, Answer] = field(default_factory=dict)
    lookup: Lookup | None = None
    stored: list[Answer] = field(default_factory=list)
    asked: int = 0

    async def get(self, query: CacheQuery) -> Lookup:
        """What was put under the same request and shape."""
        self.asked += 1
        if self.lookup is not None:
            return self.lookup
        answer = self.answers.get(repr((query.caller, query.request, query.shape)))
        return Miss() if answer is None else Hit(answer=answer, age_s=1.0)

    async def put(self, query: CacheQuery, answer: Answer, *, ttl_s: float) -> bool:
        """Remembers every answer it is given."""
        del ttl_s
        self.answers[repr((query.caller, query.request, query.shape))] = answer
        self.stored.append(answer)
        return True

    async def healthy(self) -> bool:
        """Always."""
        return True

    async def aclose(self) -> None:
        """Nothing to close."""


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
            meters=meters or {name: EngineMeter(time) for name in parsed.tiers},
            records=records or NoRecords(),
            pricing=pricing
            or {
                name: TierPricing(usd_per_hour=tier.card.usd_per_hour)
                for name, tier in parsed.tiers.items()
            },
        )
    )
