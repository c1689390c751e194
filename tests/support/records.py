"""Decision records for tests: values, a scorer with features, and a cascade whose records can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.asked import Asked
from assistant.confidence.inputs import ScoringInput
from assistant.records.base import Kept, Noted, Record, RecordStore, Revised, Step
from assistant.records.memory import MemoryRecordStore
from assistant.records.recorder import Keeping, Recorder
from assistant.service import Assistant
from assistant.tiers.base import Tier
from assistant.types import Caller, Cost, DraftRequest, Score
from support.cascade import MemoryCache, ScriptedScorer, assistant_over
from support.clock import ManualClock

SECRET = b"a secret of the tests"
KEEPING = Keeping(keep_s=1000.0, compare_for_s=100.0)
ANNA = Caller(tenant="press", user="anna")
BEN = Caller(tenant="press", user="ben")
CLEO = Caller(tenant="law", user="anna")

TWO_TIERS = """
apiVersion: inkladder/v1
name: two
tiers:
  draft: {{engine: sglang, model: small, endpoints: ["http://draft:1"]}}
  large: {{engine: sglang, model: big, endpoints: ["http://large:1"]}}
feedback: {{forced_escalation: {share}}}
routes:
  - {{name: typing, match: {{labels: typing}}, ladder: [draft, large], deadline_ms: 60000}}
  - {{name: repairing, match: {{labels: repair}}, ladder: [draft, large], escalate: repair}}
  - {{name: default, ladder: [draft, large], accept: {{min_score: 0.6, required_checks: [loop]}}}}
"""


def step(**changes: object) -> Step:
    """An accepted draft with its score."""
    made = Step(
        tier="draft",
        model="small",
        decision="accept",
        reason="score_ok",
        score=0.75,
        log_odds=1.25,
        features={"length": 0.5, "rare": None},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def record(record_id: str = "draft_1", **changes: object) -> Record:
    """A record of Anna's."""
    made = Record(
        id=record_id,
        caller=ANNA,
        created=1000.0,
        task="draft",
        route="default",
        policy="test",
        policy_revision="0123456789ab",
        artefact="test",
        path=(step(),),
        cost=Cost(gpu_s=0.5),
        served=0,
        group="g",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def note(
    text: str = "The served text.", *, revised: Sequence[Revised] = (), **changes: object
) -> Noted:
    """What is noted of an answer of Anna's."""
    return Noted(
        record=record(**changes),  # type: ignore[arg-type]
        request=DraftRequest(instruction="Write."),
        text=text,
        revised=tuple(revised),
    )


async def every(store: RecordStore, *, since: float = 0.0, tenant: str | None = None) -> list[Kept]:
    """All scored records of a store."""
    return [kept async for kept in store.scored(since=since, tenant=tenant)]


@dataclass
class MeasuringScorer(ScriptedScorer):
    """A scripted scorer that tells log-odds and features, too; one feature never applies."""

    def score(
        self,
        draft: ScoringInput,
        vectors: NDArray[np.float32] | None,
        asked: Asked | None = None,
    ) -> Score:
        """Log-odds are ten times the scripted value."""
        score = super().score(draft, vectors, asked)
        return replace(
            score,
            log_odds=10 * score.value,
            features=(("words", float(len(draft.text.split()))), ("rare", float("nan"))),
        )


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """An assistant, and where its records lie."""

    assistant: Assistant
    store: MemoryRecordStore
    recorder: Recorder

    async def kept(self, draft_id: str, caller: Caller) -> Kept:
        """The record of an answer, once it is written."""
        return await self.recorder.read(caller, draft_id)


@asynccontextmanager
async def recorded(
    tiers: Sequence[Tier],
    scorer: ScriptedScorer,
    *,
    share: float = 0.0,
    keeping: Keeping = KEEPING,
    cache: MemoryCache | None = None,
) -> AsyncIterator[Recorded]:
    """A cascade of two tiers whose records lie in memory."""
    clock = ManualClock()
    store = MemoryRecordStore(wall_clock=clock)
    recorder = Recorder(store, secret=SECRET, keeping=keeping, wall_clock=clock)
    assistant = assistant_over(
        tiers, scorer, policy=TWO_TIERS.format(share=share), records=recorder, cache=cache
    )
    try:
        yield Recorded(assistant=assistant, store=store, recorder=recorder)
    finally:
        await assistant.aclose()
