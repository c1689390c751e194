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
    How,
    Message,
    Rung,
    Score,
    TokenLogprob,
    Usage,
)
from assistant.upgrades.base import Upgrades
from assistant.upgrades.off import NoUpgrades
from assistant.workflow.accepted import Accepted
from assistant.workflow.background import Background
from assistant.workflow.decide import Action, Why
from assistant.workflow.events import EVENT_CODEC
from assistant.workflow.pace import Pace
from assistant.workflow.plan import Plan
from assistant.workflow.release import Deferral
from assistant.workflow.resampling import Resampling


class Scorer(Protocol):
    """The confidence model, as the graph uses it."""

    @property
    def fingerprint(self) -> str:
        """Identity of the fitted artefact, shown in provenance."""
        ...

    @property
    def allowance(self) -> float:
        """By how much the bar of a beginning lies below that of the whole draft."""
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

    def score_prefix(self, draft: ScoringInput, asked: Asked | None = None) -> Score:
        """The probability that the whole draft is acceptable, as far as its beginning tells."""
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

    `in_flight` is the mean number of requests its engine served meanwhile, this one included. `deferral`
    says why the tier was stopped, `aborted` that it was, for that or another reason. `segments` were
    released while it wrote, with `kept_tokens` of its tokens. `late`: it would have been deferred, but
    there was no time for another tier.
    """

    texts: tuple[Text, ...]
    usage: Usage
    cost: Cost
    in_flight: float
    ms: float
    ttft_ms: float | None
    error: TierError | None = None
    deferral: Deferral | None = None
    aborted: bool = False
    segments: int = 0
    kept_tokens: int = 0
    mean_logprob: float | None = None
    late: Why | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A judged text; `accepted` if it met the bar on its rung. `rung` counts the steps of the path.

    `calibrated` is its score before a failed check or another tier's opinion lowered it.
    """

    rung: int
    text: Text
    score: Score
    accepted: bool = False
    calibrated: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """An answer that is taken up again for a better one: its text, and how it came to be.

    `served` is the step of its `path` that wrote the text, `rung` the highest of the ladder that was asked.
    """

    text: str
    finish: Finish
    served: int
    rung: int
    path: tuple[Rung, ...]


class State(TypedDict, total=False):
    """State of one run.

    `rung` is a place in the ladder; `path` has a step for each time that a tier was asked. `how` and
    `reason` say how the present one begins, and why the one before it was not enough. `accepted` is what
    the reader of a stream has been promised. `fallen_back`: the larger tiers failed, and a lower one
    completes the text. `resumed`: this run goes on where an earlier one had answered. `served` is the
    candidate that became the answer.

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
    how: How
    reason: str
    accepted: Accepted
    fallen_back: bool
    resumed: Resumed
    written: Written
    candidates: Annotated[tuple[Candidate, ...], operator.add]
    path: Annotated[tuple[Rung, ...], operator.add]
    failures: Annotated[tuple[TierError, ...], operator.add]
    degraded: Annotated[tuple[Degraded, ...], operator.add]
    action: Action
    forced: bool
    unasked: bool
    served: Candidate
    answer: Answer
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the nodes may use: made once per process, shared by all runs. `clock` in seconds.

    `thresholds` are the least scores of the routes that bound the risk, as far as one is safe. `paces`
    say how fast the tiers are; of one that is not there nothing is known.
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
    upgrades: Upgrades = field(default_factory=NoUpgrades)
    drift: DriftMonitor = field(default_factory=DriftMonitor)
    background: Background = field(default_factory=Background)
    flights: Flights[Event] = field(default_factory=lambda: Flights(None, EVENT_CODEC))
    thresholds: Mapping[str, float] = field(default_factory=dict)
    paces: Mapping[str, Pace] = field(default_factory=dict)
    resampling: Resampling = field(default_factory=Resampling)
