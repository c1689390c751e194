"""What was written and how good it is: tokens, checks, reasons, scores. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field


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
