"""What flows through the graph, and what the nodes may use."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

from assistant.cache.base import AnswerCache, Lookup
from assistant.confidence.inputs import ScoringInput
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.embedding.base import Embedder
from assistant.errors import TierError
from assistant.policy.models import Policy
from assistant.tiers.base import Tier
from assistant.types import (
    Answer,
    Cost,
    Degraded,
    Finish,
    Message,
    Rung,
    Score,
    TokenLogprob,
    Usage,
)
from assistant.workflow.decide import Action
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

    def passages(self, draft: ScoringInput) -> tuple[str, ...]:
        """The texts whose vectors `score` wants, in order."""
        ...

    def score(self, draft: ScoringInput, vectors: NDArray[np.float32] | None) -> Score:
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
    """A judged text; `accepted` if it met the bar on its rung."""

    rung: int
    text: Text
    score: Score
    accepted: bool = False


class State(TypedDict, total=False):
    """State of one run. Every key is written by one node only, unless it accumulates."""

    id: str
    plan: Plan
    received_s: float
    lookup: Lookup
    messages: tuple[Message, ...]
    rung: int
    written: Written
    candidates: Annotated[tuple[Candidate, ...], operator.add]
    path: Annotated[tuple[Rung, ...], operator.add]
    failures: Annotated[tuple[TierError, ...], operator.add]
    degraded: Annotated[tuple[Degraded, ...], operator.add]
    action: Action
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the nodes may use: made once per process, shared by all runs. `clock` in seconds."""

    policy: Policy
    tiers: Mapping[str, Tier]
    scorer: Scorer
    embedder: Embedder | None
    cache: AnswerCache
    clock: Callable[[], float]
    meters: Mapping[str, EngineMeter]
    pricing: Mapping[str, TierPricing]
