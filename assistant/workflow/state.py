"""What flows through the graph, and what the nodes may use."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

from assistant.cache.base import AnswerCache, Lookup
from assistant.cache.flights import Flights
from assistant.confidence.asked import Asked
from assistant.confidence.drift_monitor import DriftMonitor
from assistant.confidence.inputs import ScoringInput
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.embedding.base import Embedder
from assistant.errors import TierError
from assistant.policy.models import Policy
from assistant.records.base import Records
from assistant.records.off import NoRecords
from assistant.tiers.base import Tier
from assistant.types import (
    Answer,
    Cost,
    Degraded,
    Event,
    Finish,
    Message,
    Rung,
    Score,
    TokenLogprob,
    Usage,
)
from assistant.workflow.background import Background
from assistant.workflow.decide import Action
from assistant.workflow.events import EVENT_CODEC
from assistant.workflow.plan import Plan


class Scorer(Protocol):
    """The confidence model, as the graph uses it."""

    @property
    def fingerprint(self) -> str:
        """Identity of the fitted artefact, shown in provenance."""
        ...

    def warm(self) -> None:
        """Loads what scoring needs; blocks."""
        ...

    def passages(self, draft: ScoringInput, asked: Asked | None = None) -> tuple[str, ...]:
        """The texts whose vectors `score` wants, in order; `asked` is its request, read before."""
        ...

    def score(
        self,
        draft: ScoringInput,
        vectors: NDArray[np.float32] | None,
        asked: Asked | None = None,
    ) -> Score:
        """The calibrated score; `vectors` is None where embeddings are off or down."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text as a tier wrote it. `partial`: time ran out or the engine broke while writing."""

    content: str
    finish: Finish
    logprobs: tuple[TokenLogprob, ...] = ()
    tokens: int = 0
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one rung brought: texts, one per sample, and what they took. `error` says what ended it.

    `in_flight` is the mean number of requests its engine served meanwhile, this one included.
    """

    texts: tuple[Text, ...]
    usage: Usage
    cost: Cost
    in_flight: float
    ms: float
    ttft_ms: float | None
    error: TierError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A judged text; `accepted` if it met the bar on its rung.

    `calibrated` is its score before a failed check or another tier's opinion lowered it.
    """

    rung: int
    text: Text
    score: Score
    accepted: bool = False
    calibrated: float | None = None


class State(TypedDict, total=False):
    """State of one run. Every key is written by one node only, unless it accumulates.

    `forced`: the first draft was accepted, and the next tier is asked to repair it all the same. `entry`
    is where the cache keeps the answer, empty where it does not. `unasked`: nobody waits for it, a stored
    answer is past its time.
    """

    id: str
    plan: Plan
    received_s: float
    lookup: Lookup
    messages: tuple[Message, ...]
    asked: Asked
    rung: int
    written: Written
    candidates: Annotated[tuple[Candidate, ...], operator.add]
    path: Annotated[tuple[Rung, ...], operator.add]
    failures: Annotated[tuple[TierError, ...], operator.add]
    degraded: Annotated[tuple[Degraded, ...], operator.add]
    action: Action
    forced: bool
    unasked: bool
    answer: Answer
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the nodes may use: made once per process, shared by all runs. `clock` in seconds.

    `thresholds` are the least scores of the routes that bound the risk, as far as one is safe.
    """

    policy: Policy
    tiers: Mapping[str, Tier]
    scorer: Scorer
    embedder: Embedder | None
    cache: AnswerCache
    clock: Callable[[], float]
    meters: Mapping[str, EngineMeter]
    pricing: Mapping[str, TierPricing]
    records: Records = field(default_factory=NoRecords)
    drift: DriftMonitor = field(default_factory=DriftMonitor)
    background: Background = field(default_factory=Background)
    flights: Flights[Event] = field(default_factory=lambda: Flights(None, EVENT_CODEC))
    thresholds: Mapping[str, float] = field(default_factory=dict)
