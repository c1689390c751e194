"""Compares our server with the engine behind it: the same requests, both ways in turns."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from assistant.benchmark.chat import ChatRequest, ChatTiming, ChatWay
from assistant.benchmark.gateway_report import GatewayReport, Level, Rounds, compare
from assistant.benchmark.load import LoadRun, run_load
from assistant.benchmark.target import requests_for

_WORDS = [
    "anchor",
    "autumn",
    "bakery",
    "balcony",
    "basket",
    "bridge",
    "candle",
    "canyon",
    "carpet",
    "castle",
    "cellar",
    "cherry",
    "circle",
    "cottage",
    "desert",
    "donkey",
    "engine",
    "evening",
    "fabric",
    "feather",
    "ferry",
    "forest",
    "fountain",
    "garden",
    "glacier",
    "guitar",
    "hammer",
    "harbour",
    "harvest",
    "island",
    "jacket",
    "journey",
    "kettle",
    "ladder",
    "lantern",
    "letter",
    "lighthouse",
    "marble",
    "market",
    "meadow",
    "mirror",
    "morning",
    "mountain",
    "needle",
    "orchard",
    "painter",
    "pepper",
    "pillow",
    "planet",
    "pocket",
    "river",
    "saddle",
    "shadow",
    "silver",
    "station",
    "summer",
    "teacher",
    "thunder",
    "ticket",
    "tunnel",
    "valley",
    "village",
    "window",
    "winter",
]
"""Words that every tokenizer knows: a text of them has about as many tokens as words."""

Progress = Callable[[str, int, int], None]
"""Hears which way, how many requests at once, and how many of the round have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPlan:
    """What is asked on both ways.

    `requests` per round and way, at least one of each client; None asks two of each, and three at
    least. An even number of `rounds` lets each way go first as often as the other. Temperature 0 makes long answers likely to
    be as long as asked for.
    """

    model: str
    gateway_model: str
    levels: tuple[int, ...] = (1, 8, 32)
    rounds: int = 4
    requests: int | None = None
    prompt_words: int = 380
    max_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0

    def requests_at(self, level: int) -> int:
        """Requests of one round on one way."""
        return requests_for(level, asked=self.requests)


async def compare_ways(
    direct: ChatWay,
    gateway: ChatWay,
    plan: GatewayPlan,
    *,
    date: dt.date,
    progress: Progress = lambda *_: None,
) -> GatewayReport:
    """Both ways at every load, after a warm-up of both that is not counted.

    Raises:
        TierUnavailable, TierRejected, TierTimeout: a request failed, or an answer is not the work of
            one tier alone.
    """
    comparison = _Comparison({"direct": direct, "gateway": gateway}, plan, progress)
    await comparison.warm_up()
    return GatewayReport(
        date=date,
        model=plan.model,
        gateway_model=plan.gateway_model,
        rounds=plan.rounds,
        prompt_words=plan.prompt_words,
        max_tokens=plan.max_tokens,
        temperature=plan.temperature,
        levels=tuple([await comparison.level(level) for level in plan.levels]),
    )


class _Comparison:
    def __init__(self, ways: dict[str, ChatWay], plan: GatewayPlan, progress: Progress) -> None:
        self._ways = ways
        self._plan = plan
        self._progress = progress
        self._random = random.Random(plan.seed)  # noqa: S311 - the same prompts for the same seed

    async def warm_up(self) -> None:
        """The server loads its scorer with the first draft, the engine compiles for each size."""
        most = max(self._plan.levels)
        for name in self._ways:
            await self._round(name, most, requests=most)

    async def level(self, level: int) -> Level:
        """Rounds in turns, so that whatever drifts on the machine meets both ways alike."""
        runs: dict[str, list[LoadRun[ChatTiming]]] = {name: [] for name in self._ways}
        for turn in range(self._plan.rounds):
            names = list(self._ways)
            for name in reversed(names) if turn % 2 else names:
                requests = self._plan.requests_at(level)
                runs[name].append(await self._round(name, level, requests=requests))
        return compare(
            level,
            direct=_joined(runs["direct"]),
            gateway=_joined(runs["gateway"]),
            max_tokens=self._plan.max_tokens,
        )

    async def _round(self, name: str, level: int, *, requests: int) -> LoadRun[ChatTiming]:
        calls = [partial(self._ways[name].ask, self._request(name)) for _ in range(requests)]
        return await run_load(calls, concurrency=level, done=partial(self._progress, name, level))

    def _request(self, name: str) -> ChatRequest:
        plan = self._plan
        words = " ".join(self._random.choices(_WORDS, k=plan.prompt_words))
        # The number comes first: prompts that begin alike would be read from the prefix cache.
        number = self._random.getrandbits(40)
        return ChatRequest(
            model=plan.gateway_model if name == "gateway" else plan.model,
            prompt=f"{number}. Write a very long story with all of these words in it: {words}",
            max_tokens=plan.max_tokens,
            temperature=plan.temperature,
        )


def _joined(runs: list[LoadRun[ChatTiming]]) -> Rounds:
    return Rounds(
        wall_s=sum(run.wall_s for run in runs),
        answers=tuple(answer for run in runs for answer in run.results),
    )
