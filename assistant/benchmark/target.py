"""What the bench is pointed at, what it asks for, and what an engine must be able to do for it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from assistant.economics.measurement import Quantization

FIRST_TOKEN = 1000
LAST_TOKEN = 30_000
"""Ordinary tokens in the vocabulary of every model in use: special ones come before the first
thousand, and the smallest vocabulary (Llama 2) ends at 32,000."""

MIN_REQUESTS = 3
REQUESTS_PER_CLIENT = 2
"""Each client sends a second request, so that a level is not only its start and its end."""

EngineName: TypeAlias = Literal["sglang", "llamacpp"]

USUAL_LEVELS: Mapping[EngineName, tuple[int, ...]] = {"sglang": (1, 8, 32), "llamacpp": (1, 4)}
"""Requests at once where none are named: a writer alone, a team, a well used card. Without a card
four are all that are worked on at once, and 64 requests would take an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A tier to measure: where it is, and what the policy says about it.

    `card`, `gpus` and `quantization` are claims, which the engine's own word is held against.
    """

    tier: str
    engine: EngineName
    model: str
    url: str
    api_key: str | None = None
    card: str
    gpus: int = 1
    quantization: Quantization | None = None
    temperature: float
    top_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPlan:
    """What is asked: loads (requests at once), lengths in tokens, and which kinds of work.

    `requests` per level, at least one of each client; None asks two of each, and three at least.
    `levels` of None are the usual ones of the engine.
    """

    levels: tuple[int, ...] | None = None
    prompt_tokens: int = 512
    completion_tokens: int = 256
    requests: int | None = None
    logprobs: bool = True
    score: bool = True
    seed: int = 0

    def levels_for(self, engine: EngineName) -> tuple[int, ...]:
        """The loads to measure an engine at."""
        return USUAL_LEVELS[engine] if self.levels is None else self.levels

    def requests_at(self, level: int) -> int:
        """Requests of one level."""
        return requests_for(level, asked=self.requests)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What an engine says about itself; None where it does not tell.

    `served` is its name for the model, `max_running` the most requests it works on at once.
    """

    version: str
    accelerator: str | None = None
    gpus: int | None = None
    served: str | None = None
    quantization: str | None = None
    random_weights: bool = False
    max_running: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One request, in seconds from sending it; `tokens` were written, the first after `ttft_s`."""

    ttft_s: float
    e2e_s: float
    tokens: int

    @property
    def tpot_s(self) -> float | None:
        """Seconds per token after the first; None without a second one."""
        return (self.e2e_s - self.ttft_s) / (self.tokens - 1) if self.tokens > 1 else None


class TextReader(Protocol):
    """Reads texts without writing any."""

    async def read(self, text: Sequence[int], *, given: int) -> Timing:
        """Log-probabilities of all tokens but the `given` first ones."""
        ...


class BenchEngine(Protocol):
    """An engine through its native route, which takes token numbers and needs no tokenizer.

    All calls raise TierUnavailable, TierRejected or TierTimeout.
    """

    @property
    def reader(self) -> TextReader | None:
        """What tells the log-probabilities of a given text; None where the engine cannot."""
        ...

    async def facts(self) -> EngineFacts:
        """What it says about itself."""
        ...

    async def flush(self) -> None:
        """Forgets what it has read, so that no request is cheaper for an earlier one."""
        ...

    async def generate(self, prompt: Sequence[int], *, tokens: int, logprobs: bool) -> Timing:
        """Writes exactly `tokens` tokens; `logprobs` as our tiers ask for them, with the best two."""
        ...

    async def aclose(self) -> None:
        """Closes its connections."""
        ...


def requests_for(level: int, *, asked: int | None) -> int:
    """Requests to send with so many at once: those asked for, but enough to have so many at once."""
    return max(MIN_REQUESTS, REQUESTS_PER_CLIENT * level) if asked is None else max(asked, level)


class Prompts:
    """Prompts of random tokens: no two alike, so that none is read faster for another."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same prompts for the same seed

    def next(self, tokens: int) -> tuple[int, ...]:
        """Another prompt of so many tokens."""
        return tuple(self._random.choices(range(FIRST_TOKEN, LAST_TOKEN), k=tokens))
