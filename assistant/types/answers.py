"""What an answer says of itself: path, cost, provenance. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from assistant.types.requests import Finish
from assistant.types.scores import CheckResult, Reason, Usage

Verdict: TypeAlias = Literal["accept", "defer", "failed"]
CacheStatus: TypeAlias = Literal["hit", "miss", "bypass"]
CacheLevel: TypeAlias = Literal["exact", "canonical", "semantic"]
"""How a stored request was found: asked to the letter, in words that fold to the same, or in other words
that a verifier found to ask for the same text."""

Degraded: TypeAlias = Literal[
    "below_bar",
    "deadline",
    "tier_down",
    "embedder_down",
    "cache_down",
    "partial",
    "upgrade_pending",
]
"""Reservations of an answer. `upgrade_pending`: it missed the bar, and a better text is written behind it."""

How: TypeAlias = Literal["first", "fresh", "repair", "continue", "resample"]
"""How a tier begins: it is the first to write; or, after a draft was deferred, it writes anew without
seeing that draft, with it and what was wrong, or goes on from the accepted beginning; or the same tier
writes several texts anew."""

CostBasis: TypeAlias = Literal["measured", "wall_time"]
"""`measured`: tokens times the measured seconds per token of this model on this card at its load;
`wall_time`: the time of the run, shared among the requests in flight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """GPU-seconds and money of one rung or answer; on the `cpu` card they are CPU-seconds.

    `basis` of a sum is `measured` only if all its parts are. `always_large_*` is what the last tier
    alone would have cost, None while that is unknown.
    """

    gpu_s: float = 0.0
    usd: float = 0.0
    basis: CostBasis = "wall_time"
    always_large_gpu_s: float | None = None
    always_large_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionGiven:
    """What a larger tier thought of a draft that it only read.

    `mean_logprob` is the mean natural-log probability per token; None, with the reason in `failure`,
    where the tier could not read it, which changes nothing for the draft.
    """

    tier: str
    mean_logprob: float | None
    failure: str | None = None
    ms: float = 0.0
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """What happened at one step of the ladder; times in milliseconds.

    `in_flight` is the mean number of requests that its engine served at once, this one included.
    `segments` were released to the reader while it wrote. `kept_tokens` of what it wrote are in the answer.
    `aborted`: it was stopped in the engine before its text was complete.

    `reasons` may quote the text: they are for the one who asked, never for a log.
    """

    tier: str
    model: str
    decision: Verdict
    reason: str
    score: float | None = None
    reasons: tuple[Reason, ...] = ()
    failed_checks: tuple[str, ...] = ()
    samples: int = 1
    ms: float = 0.0
    ttft_ms: float | None = None
    mean_logprob: float | None = None
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    in_flight: float = 1.0
    second_opinion: OpinionGiven | None = None
    how: How = "first"
    segments: int = 0
    kept_tokens: int = 0
    aborted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheInfo:
    """What the cache did for this answer; `age_s` of a hit in seconds.

    `level` is that of a hit; `stale` means that it is past its time and being written anew; `joined`
    that it was taken over from an identical request while that was still written. `of` is the id of the
    answer that was written, where this one repeats it.
    """

    status: CacheStatus
    reason: str | None = None
    age_s: float | None = None
    level: CacheLevel | None = None
    stale: bool = False
    joined: bool = False
    of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What made an answer: the tier that wrote it, every rung tried, the policy, the cost."""

    tier: str
    model: str
    score: float | None
    path: tuple[Rung, ...]
    route: str
    policy: str
    policy_revision: str
    artefact: str
    cache: CacheInfo
    cost: Cost
    degraded: tuple[Degraded, ...] = ()
    never_worse: Literal["held", "not_applicable"] = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace `source[start:end]` by `text`; `*_utf16` are the same offsets in UTF-16 units."""

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A finished text with all that is known about it; `variants_finish` tells why each variant ended."""

    id: str
    text: str
    finish: Finish
    checks: tuple[CheckResult, ...]
    usage: Usage
    provenance: Provenance
    variants: tuple[str, ...] = ()
    variants_finish: tuple[Finish, ...] = ()
    diff: tuple[Edit, ...] = ()
