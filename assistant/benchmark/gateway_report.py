"""What stands between a client and the engine, in numbers. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.benchmark.chat import ChatTiming
from assistant.benchmark.summary import median, tail

MS_PER_S = 1000.0
COMPARABLE_SHARE = 0.9
"""With more answers shorter than asked for, the two ways were given different work."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Way(_Told):
    """One way under one load. End-to-end times are of full-length answers, if both ways have any."""

    requests: int
    """Answers in all rounds."""

    full_length: int
    """Answers as long as was asked for; only they are alike on both ways."""

    mean_prompt_tokens: float
    mean_completion_tokens: float
    e2e_ms_p50: float
    e2e_ms_p95: float
    ms_per_token_p50: float
    """Milliseconds end to end per token written, over all answers."""

    first_text_ms_p50: float
    first_text_ms_p95: float
    """To the first text. Our server holds text back until it is accepted: late by design."""

    tokens_per_s: float
    requests_per_s: float
    degraded: int
    """Answers that our server marked as degraded."""


class Level(_Told):
    """Both ways under one load, and what the way through our server adds."""

    concurrency: int
    direct: Way
    gateway: Way
    added_ms_p50: float
    added_ms_p95: float
    ratio_p50: float
    ratio_p95: float
    ratio_ms_per_token: float
    throughput_share: float
    """Tokens per second through our server, of those directly."""

    comparable: bool
    """Whether nearly all answers of both ways had full length; else trust the figures per token."""


class GatewayReport(_Told):
    """A comparison: the same requests to an engine directly and through our server."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    date: dt.date
    model: str
    gateway_model: str
    rounds: int
    prompt_words: int
    max_tokens: int
    temperature: float
    levels: tuple[Level, ...]

    def to_json(self) -> str:
        """The report as a file's content."""
        return self.model_dump_json(indent=2, by_alias=True) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """All answers of one way under one load; `wall_s` is the time of its rounds together."""

    wall_s: float
    answers: tuple[ChatTiming, ...]


def compare(concurrency: int, *, direct: Rounds, gateway: Rounds, max_tokens: int) -> Level:
    """Both ways side by side; each needs an answer."""
    both_full = all(_full(rounds, max_tokens) for rounds in (direct, gateway))
    least = max_tokens if both_full else 0
    one, other = _way(direct, max_tokens, least=least), _way(gateway, max_tokens, least=least)
    return Level(
        concurrency=concurrency,
        direct=one,
        gateway=other,
        added_ms_p50=other.e2e_ms_p50 - one.e2e_ms_p50,
        added_ms_p95=other.e2e_ms_p95 - one.e2e_ms_p95,
        ratio_p50=other.e2e_ms_p50 / one.e2e_ms_p50,
        ratio_p95=other.e2e_ms_p95 / one.e2e_ms_p95,
        ratio_ms_per_token=other.ms_per_token_p50 / one.ms_per_token_p50,
        throughput_share=other.tokens_per_s / one.tokens_per_s,
        comparable=all(way.full_length >= COMPARABLE_SHARE * way.requests for way in (one, other)),
    )


def _full(rounds: Rounds, max_tokens: int) -> int:
    return sum(answer.timing.tokens >= max_tokens for answer in rounds.answers)


def _way(rounds: Rounds, max_tokens: int, *, least: int) -> Way:
    answers = rounds.answers
    alike = [one.timing.e2e_s * MS_PER_S for one in answers if one.timing.tokens >= least]
    first = [one.timing.ttft_s * MS_PER_S for one in answers]
    per_token = [one.timing.e2e_s * MS_PER_S / one.timing.tokens for one in answers]
    written = [one.timing.tokens for one in answers]
    return Way(
        requests=len(answers),
        full_length=_full(rounds, max_tokens),
        mean_prompt_tokens=_mean([one.prompt_tokens for one in answers]),
        mean_completion_tokens=_mean(written),
        e2e_ms_p50=median(alike),
        e2e_ms_p95=tail(alike),
        ms_per_token_p50=median(per_token),
        first_text_ms_p50=median(first),
        first_text_ms_p95=tail(first),
        tokens_per_s=sum(written) / rounds.wall_s,
        requests_per_s=len(answers) / rounds.wall_s,
        degraded=sum(bool(one.degraded) for one in answers),
    )


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)
