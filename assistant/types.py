"""The vocabulary every room shares: requests, tokens, scores, answers. Values only, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

WritingTask: TypeAlias = Literal[
    "draft",
    "rewrite",
    "proofread",
    "shorten",
    "expand",
    "continue",
    "fill",
    "tone",
    "summarize",
    "outline",
    "titles",
    "reply",
    "translate",
]
"""What a writer may want done."""

Task: TypeAlias = Literal[WritingTask, "chat"]
"""`chat` is a conversation from an OpenAI-compatible client."""

Role: TypeAlias = Literal["system", "user", "assistant"]
Keep: TypeAlias = Literal["names", "numbers", "links", "quotes", "citations"]
Format: TypeAlias = Literal["plain", "markdown", "html"]
Finish: TypeAlias = Literal["stop", "length"]
"""Why a text ended: by itself or a stop string, or because no tokens (or time) were left."""

Entry: TypeAlias = Literal["auto", "fast", "best"]
"""Which part of the ladder may write: all of it, its first rung only, its last rung only."""

Verdict: TypeAlias = Literal["accept", "defer", "failed"]
CacheStatus: TypeAlias = Literal["hit", "miss", "bypass"]
CacheLevel: TypeAlias = Literal["exact", "canonical", "semantic"]
"""How a stored request was found: asked to the letter, in words that fold to the same, or in other words
that a verifier found to ask for the same text."""

Surface: TypeAlias = Literal["native", "openai"]
"""The API that a request came by: plugins of OpenAI's resend the same body to get another text."""

Degraded: TypeAlias = Literal[
    "below_bar", "deadline", "tier_down", "embedder_down", "cache_down", "partial"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation, plain text."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """Wanted length: absolute in words, or in percent of the source; tolerance is a fraction."""

    words: int | None = None
    percent: int | None = None
    tolerance: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The writer's own voice: samples to imitate, words never to use, terms to use as given."""

    voice_samples: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    glossary: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Decoding options; None leaves the choice to the tier."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRequest:
    """Everything that shapes one answer. `messages` is set for `chat` and empty otherwise."""

    task: Task = "draft"
    instruction: str = ""
    text: str = ""
    before: str = ""
    after: str = ""
    language: str | None = None
    audience: str | None = None
    tone: str | None = None
    length: Length | None = None
    style: Style = field(default_factory=Style)
    keep: tuple[Keep, ...] = ()
    format: Format | None = None
    variants: int = 1
    labels: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    entry: Entry = "auto"
    deadline_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. Answers are never shared between two different callers."""

    tenant: str = "default"
    user: str = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheControl:
    """The caller's wishes, as in RFC 9111; `max_age_s` bounds the age of a hit in seconds.

    `regenerate` asks for a text other than the ones served before, as `no_cache` does.
    """

    no_cache: bool = False
    regenerate: bool = False
    no_store: bool = False
    only_if_cached: bool = False
    max_age_s: int | None = None
    surface: Surface = "native"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one or several generations; `cached_tokens` is the part of the prompt reused."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Token counts of both together."""
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """Natural-log probability of a written token and, if told, of the best other candidate."""

    logprob: float
    runner_up: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One deterministic check that applied to a text, with the evidence a person can verify."""

    name: str
    passed: bool
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a score is what it is: a readable sentence and its contribution in log-odds."""

    feature: str
    text: str
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Calibrated probability in [0, 1] that a draft is acceptable, strongest reasons first.

    `log_odds` is what the features add up to before calibration; `features` are their values by name
    (NaN where one does not apply), for monitoring: numbers only, never a word of the text.
    """

    value: float
    reasons: tuple[Reason, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    log_odds: float | None = None
    features: tuple[tuple[str, float], ...] = field(default=(), repr=False)

    @property
    def failed_checks(self) -> tuple[str, ...]:
        """Names of the checks that did not pass."""
        return tuple(check.name for check in self.checks if not check.passed)


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
    """A finished text with all that is known about it."""

    id: str
    text: str
    finish: Finish
    checks: tuple[CheckResult, ...]
    usage: Usage
    provenance: Provenance
    variants: tuple[str, ...] = ()
    diff: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStarted:
    """The request is understood: its id, route and policy revision are known."""

    id: str
    route: str
    policy_revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierStarted:
    """A tier begins to write; `rung` counts from 0."""

    tier: str
    model: str
    rung: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Tokens written so far by the tier at work, over all its samples."""

    tier: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RungJudged:
    """A rung is over: judged, or failed with its reason."""

    rung: Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCompleted:
    """The answer; `entry` is an opaque reference to where the cache keeps it, empty where it does not.

    `to_note`: the same request asks for another text once this one has reached its reader, so that is to
    be noted.
    """

    answer: Answer
    entry: str = field(default="", repr=False)
    to_note: bool = True


Event: TypeAlias = DraftStarted | TierStarted | Progress | RungJudged | DraftCompleted
