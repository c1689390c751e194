"""A cascade whose tiers stop in the middle of a text, where the request says so, until nobody waits for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from time import monotonic
from typing import Final

import anyio
import numpy as np
from numpy.typing import NDArray

from assistant.confidence.asked import Asked
from assistant.confidence.inputs import ScoringInput
from assistant.economics.meter import EngineMeter
from assistant.service import Assistant
from assistant.tiers.base import GenerationRequest, TierEvent, Token
from assistant.tiers.fake import FakeTier, Script
from assistant.tiers.limited import LimitedTier
from assistant.types import Score
from support.cascade import ScriptedScorer, assistant_over
from support.waiting import until

POLICY: Final = """
apiVersion: inkladder/v1
name: held
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"]}
  large: {engine: sglang, model: medium, endpoints: ["http://large:1"]}
  best: {engine: sglang, model: big, endpoints: ["http://best:1"]}
routes:
  - {name: default, ladder: [draft, large, best], stream: {tokens: 10}, accept: {min_score: 0.6}, abort_early: false}
"""

TEXTS: Final[Mapping[str, str]] = {
    "draft": "The ferry leaves the old harbour at seven every morning of the week."
    " Nobody on the windy pier knows when it will be back again."
    " An ugly sentence is what the first writer has to add to that.",
    "large": " The gulls sit on the roof of the shed and wait for the fish."
    " An ugly sentence is what the second writer has to add to it.",
    "best": " Then the ramp goes up and the whole morning is quiet once more today.",
}
"""What each tier writes: the first two are deferred for their last sentence, as they are for the whole."""

_HELD = re.compile(r"\[hold (\w+) at (\d+), request (\d+)\]")


def holding(tier: str, token: int, *, number: int) -> str:
    """An instruction: the tier of this name waits before this token of its text, counted from 0."""
    return f"Write about the ferry. [hold {tier} at {token}, request {number}]"


class HeldTier(FakeTier):
    """Writes its text word by word; a request that is to be held waits until it is released."""

    def __init__(self, name: str) -> None:
        super().__init__(Script(texts=(TEXTS[name],)), name=name)
        self.reached: defaultdict[int, anyio.Event] = defaultdict(anyio.Event)
        self.released: defaultdict[int, anyio.Event] = defaultdict(anyio.Event)

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[TierEvent, None]:
        """The text, with a pause where the request says."""
        at, number = self._held_at(request)
        tokens = 0
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                if isinstance(event, Token):
                    if tokens == at:
                        self.reached[number].set()
                        await self.released[number].wait()
                    tokens += 1
                yield event

    def forget(self) -> None:
        """Drops what it remembers of the calls so far."""
        for seen in (self.requests, self.reached, self.released):
            seen.clear()

    def _held_at(self, request: GenerationRequest) -> tuple[int | None, int]:
        for message in request.messages:
            found = _HELD.search(message.content)
            if found is not None and found[1] == self.name:
                return int(found[2]), int(found[3])
        return None, 0


class _UglyScorer(ScriptedScorer):
    """Finds fault with one word, and remembers nothing."""

    def score(
        self,
        draft: ScoringInput,
        vectors: NDArray[np.float32] | None,
        asked: Asked | None = None,
    ) -> Score:
        """Bad with the word in it."""
        del vectors, asked
        return Score(value=0.1 if "ugly" in draft.text else 0.9)

    def score_prefix(self, draft: ScoringInput, asked: Asked | None = None) -> Score:
        """The same of a beginning."""
        return self.score(draft, None, asked)


class HeldCascade:
    """The assistant over such tiers, each with as many places as are ever needed, and what is at work."""

    def __init__(self, *, places: int = 32) -> None:
        self.tiers = {name: HeldTier(name) for name in TEXTS}
        self.limited = {
            name: LimitedTier(tier, max_concurrency=places, max_queue=0)
            for name, tier in self.tiers.items()
        }
        self.meters = {name: EngineMeter(monotonic) for name in TEXTS}
        self.assistant: Assistant = assistant_over(
            list(self.limited.values()),
            _UglyScorer({}),
            policy=POLICY,
            meters=self.meters,
            real_time=True,
        )

    @property
    def in_flight(self) -> int:
        """Generations that run, wait for a place, or are still charged for."""
        limited = sum(tier.in_flight + tier.queued for tier in self.limited.values())
        return limited + sum(meter.in_flight for meter in self.meters.values())

    async def idle(self) -> None:
        """Returns once nothing is at work."""
        await until(lambda: not self.in_flight)
