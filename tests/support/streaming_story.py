"""Stories of a streamed request: what every tier writes and every verdict is, and what its reader was told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.asked import Asked
from assistant.confidence.inputs import ScoringInput
from assistant.errors import AssistantError, TierError
from assistant.service import Assistant
from assistant.tiers.base import GenerationRequest, TierEvent, Token
from assistant.tiers.fake import FakeTier, Script
from assistant.types import (
    Answer,
    CacheControl,
    CheckResult,
    Delta,
    DraftCompleted,
    DraftRequest,
    Event,
    Score,
)
from support.cascade import MemoryCache, ScriptedScorer, assistant_over
from support.clock import ManualClock
from support.streaming_texts import cut_into, stopped_at

TIERS: Final = ("draft", "large", "best")

MIN_SCORE: Final = 0.6
GOOD, POOR, BAD = 0.9, 0.4, 0.1
"""Above the bar of whole texts and of beginnings, below both, and worse."""

POLICY: Final = """
apiVersion: inkladder/v1
name: told
tiers: {{{tiers}}}
routes:
  - name: default
    ladder: [{ladder}]
    accept: {{min_score: 0.6, required_checks: [loop]}}
    escalate: {escalate}
    abort_early: {abort_early}
    resample: {resample}
    stream: {{gate: {gate}, tokens: {tokens}}}
"""

_TIER: Final = '{name}: {{engine: sglang, model: {name}, endpoints: ["http://{name}:1"], samples: {samples}, max_tokens: 20000}}'

Logged: TypeAlias = tuple[Literal["called", "piece", "deferred"], str]


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a tier does when it is asked: the pieces it writes, and the error after so many of them."""

    pieces: tuple[Token, ...] = ()
    others: tuple[tuple[Token, ...], ...] = ()
    error: TierError | None = None
    error_after: int = 0

    @property
    def text(self) -> str:
        """What it would write to its end."""
        return "".join(piece.text for piece in self.pieces)

    def script(self, stops: Sequence[str]) -> Script:
        """The same for a scripted tier, which looks for stop strings as every engine does."""
        texts = tuple(_stopped(pieces, stops) for pieces in (self.pieces, *self.others))
        return Script(texts=texts, error=self.error, error_after=self.error_after)


@dataclass(frozen=True, kw_only=True)
class Story:
    """A request and all that happens to it; calls and verdicts come in turn, the last ones again and again."""

    calls: tuple[tuple[Call, ...], ...]
    request: DraftRequest = field(default_factory=lambda: DraftRequest(instruction="Write."))
    control: CacheControl = field(default_factory=CacheControl)
    gate: Literal["sentences", "paragraphs", "whole"] | None = "sentences"
    tokens: int = 8
    escalate: Literal["fresh", "repair"] = "fresh"
    abort_early: bool = True
    resample: bool = False
    larger_samples: int = 1
    segments: tuple[float, ...] = (GOOD,)
    wholes: tuple[float, ...] = (GOOD,)
    looping: tuple[bool, ...] = (False,)

    @property
    def policy(self) -> str:
        """The policy file of it."""
        ladder = TIERS[: len(self.calls)]
        tiers = [
            _TIER.format(name=name, samples=self.larger_samples if rung else 1)
            for rung, name in enumerate(ladder)
        ]
        return POLICY.format(
            tiers=", ".join(tiers),
            ladder=", ".join(ladder),
            escalate=self.escalate,
            abort_early=str(self.abort_early).lower(),
            resample="{samples: 2, when: always}" if self.resample else "null",
            gate=self.gate or "null",
            tokens=self.tokens,
        )

    @property
    def opening(self) -> str:
        """The client's own beginning of the text."""
        last = self.request.messages[-1] if self.request.messages else None
        return last.content if last is not None and last.role == "assistant" else ""


class WatchedTier(FakeTier):
    """Follows its scripts, logs every piece before it goes out, and keeps what each call wrote."""

    def __init__(self, name: str, calls: Sequence[Call], story: Story, log: list[Logged]) -> None:
        stops = story.request.sampling.stop
        super().__init__(*(call.script(stops) for call in calls), name=name, model=f"{name}-model")
        self.written: list[dict[int, str]] = []
        self._log = log

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[TierEvent, None]:
        """The next script."""
        self._log.append(("called", self.name))
        texts: dict[int, str] = {}
        self.written.append(texts)
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                if isinstance(event, Token):
                    self._log.append(("piece", self.name))
                    texts[event.index] = texts.get(event.index, "") + event.text
                yield event


class Judge(ScriptedScorer):
    """Gives the verdicts of a story in turn, and the same text the same one again."""

    def __init__(self, story: Story, log: list[Logged]) -> None:
        super().__init__({})
        self.passed: list[str] = []
        self._story = story
        self._log = log
        self._whole: dict[str, Score] = {}

    def score(
        self,
        draft: ScoringInput,
        vectors: NDArray[np.float32] | None,
        asked: Asked | None = None,
    ) -> Score:
        """The next verdict on a whole text."""
        del vectors, asked
        values = self._story.wholes
        value = values[min(len(self._whole), len(values) - 1)]
        return self._whole.setdefault(draft.text, Score(value=value))

    def score_prefix(self, draft: ScoringInput, asked: Asked | None = None) -> Score:
        """The next verdict on a beginning."""
        del asked
        story, number = self._story, len(self.beginnings)
        self.beginnings.append(draft)
        value = story.segments[min(number, len(story.segments) - 1)]
        loops = story.looping[min(number, len(story.looping) - 1)]
        if loops or value < MIN_SCORE - self.allowance:
            self._log.append(("deferred", ""))
        else:
            self.passed.append(draft.text)
        check = CheckResult(name="loop", passed=not loops, evidence="as the story says")
        return Score(value=value, checks=(check,))


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one reader was told, and what the parts had to do with it."""

    story: Story
    events: Sequence[Event]
    error: AssistantError | None
    tiers: Sequence[WatchedTier]
    judge: Judge
    cache: MemoryCache
    log: Sequence[Logged]

    @property
    def text(self) -> str:
        """The deltas, joined."""
        return joined(self.events)

    @property
    def answer(self) -> Answer:
        """The answer of a run that did not fail."""
        completed = self.events[-1]
        assert isinstance(completed, DraftCompleted)
        return completed.answer

    @property
    def calls(self) -> Sequence[tuple[GenerationRequest, dict[int, str]]]:
        """What the tiers were asked and wrote, in the order in which they were asked."""
        asked = {
            tier.name: iter(zip(tier.requests, tier.written, strict=True)) for tier in self.tiers
        }
        return [next(asked[name]) for what, name in self.log if what == "called"]


class Telling:
    """The assistant of a story; it tells it once, and then what it has stored."""

    def __init__(self, story: Story, *, clock: ManualClock | None = None) -> None:
        self.story = story
        self.log: list[Logged] = []
        self.cache = MemoryCache()
        self.judge = Judge(story, self.log)
        self.tiers = [
            WatchedTier(name, calls, story, self.log)
            for name, calls in zip(TIERS, story.calls, strict=False)
        ]
        self.assistant: Assistant = assistant_over(
            self.tiers, self.judge, policy=story.policy, cache=self.cache, clock=clock
        )

    async def told(self, *, live: bool = True, request: DraftRequest | None = None) -> Told:
        """All that one reader is told."""
        seen: list[Event] = []
        failed = None
        stream = self.assistant.stream(
            request or self.story.request, control=self.story.control, live=live
        )
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    seen.append(event)  # noqa: PERF401 - those before an error count
        except AssistantError as error:
            failed = error
        return Told(
            story=self.story,
            events=seen,
            error=failed,
            tiers=self.tiers,
            judge=self.judge,
            cache=self.cache,
            log=self.log,
        )


async def told(story: Story) -> Told:
    """What the only reader of a story is told."""
    return await Telling(story).told()


def joined(events: Sequence[Event]) -> str:
    """The text of the deltas."""
    return "".join(event.text for event in events if isinstance(event, Delta))


def writes(*texts: str, size: int = 4) -> Call:
    """A call that writes a text, or several at once, in pieces of so many letters."""
    first, *others = [cut_into(text, [size]) for text in texts]
    return Call(pieces=first, others=tuple(others))


def breaks(error: TierError, *, after: int = 0, text: str = "", size: int = 4) -> Call:
    """A call that fails after so many pieces."""
    return replace(writes(text, size=size), error=error, error_after=after)


def _stopped(pieces: tuple[Token, ...], stops: Sequence[str]) -> tuple[Token, ...]:
    left = len(stopped_at("".join(piece.text for piece in pieces), stops))
    kept = []
    for piece in pieces:
        text = piece.text[:left]
        if piece.text and not text:
            break
        kept.append(replace(piece, text=text))
        left -= len(text)
    return tuple(kept)
