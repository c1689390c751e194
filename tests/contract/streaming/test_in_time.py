"""Streams with a deadline, with little patience, and with an answer wanted at once; time is told by the words."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

import pytest

from assistant.errors import DeadlineExceeded, TierTimeout
from assistant.tiers.base import GenerationRequest, TierEvent, Token
from assistant.types import DraftCompleted, DraftRequest, Event
from support.cascade import MemoryCache, assistant_over
from support.clock import ManualClock
from support.streaming_laws import obeyed
from support.streaming_story import BAD, GOOD, Judge, Logged, Story, Told, WatchedTier, writes
from support.streaming_texts import sentences
from support.upgrades import upgradable

PIECE_S: Final = 0.05
"""What a piece of text takes."""

GUARD_S: Final = 60.0
"""Time outside of the test, which is not to count."""

DRAFT = " ".join(sentences([9, 9, 9, 9], first=0))
LARGER = " ".join(sentences([9, 9, 9], first=1000))
REQUEST = DraftRequest(instruction="Write.")


class TickingTier(WatchedTier):
    """Every piece takes time by the clock of the test; the call ends when its own is up."""

    def __init__(
        self, name: str, story: Story, log: list[Logged], *, rung: int, clock: ManualClock
    ) -> None:
        super().__init__(name, story.calls[rung], story, log)
        self._clock = clock

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[TierEvent, None]:
        """The script, in its own time."""
        ends = self._clock() + request.timeout_s
        patient = replace(request, timeout_s=GUARD_S)
        async with aclosing(super().stream(patient)) as events:
            async for event in events:
                if isinstance(event, Token):
                    self._clock.now += PIECE_S
                    if self._clock() > ends:
                        # The script is closed for that, which is no abort by who listens.
                        self.aborted -= 1
                        raise TierTimeout(tier=self.name, after_s=request.timeout_s)
                yield event


async def read(story: Story) -> Told:
    """What the reader of a story over such tiers is told."""
    clock, cache = ManualClock(), MemoryCache()
    log: list[Logged] = []
    judge = Judge(story, log)
    tiers = [
        TickingTier(name, story, log, rung=rung, clock=clock)
        for rung, name in enumerate(("draft", "large")[: len(story.calls)])
    ]
    assistant = assistant_over(tiers, judge, policy=story.policy, cache=cache, clock=clock)
    seen: list[Event] = []
    error = None
    try:
        async with aclosing(assistant.stream(story.request, live=True)) as events:
            async for event in events:
                seen.append(event)  # noqa: PERF401 - those before an error count
    except DeadlineExceeded as problem:
        error = problem
    return Told(
        story=story, events=seen, error=error, tiers=tiers, judge=judge, cache=cache, log=log
    )


@pytest.mark.parametrize("pieces", [0, 1, 5, 12, 20, 40, 60, 80, 200])
@pytest.mark.parametrize("verdicts", [(GOOD,), (GOOD, BAD), (BAD,)])
@pytest.mark.parametrize("height", [1, 2])
async def test_a_deadline_comes_at_any_moment(
    pieces: int, verdicts: Sequence[float], height: int
) -> None:
    """What was said by then is the answer, or there is none at all."""
    deadline_ms = max(1, round(1000 * PIECE_S * pieces) - 1)
    story = Story(
        calls=((writes(DRAFT),), (writes(LARGER),))[:height],
        request=replace(REQUEST, deadline_ms=deadline_ms),
        segments=tuple(verdicts),
    )
    heard = await read(story)

    obeyed(heard)
    if heard.error is None:
        assert isinstance(heard.events[-1], DraftCompleted)
        partial = "partial" in heard.answer.provenance.degraded
        assert partial == (not heard.text.endswith("."))
    else:
        assert pieces <= 1


@pytest.mark.parametrize("whole", [GOOD, BAD])
async def test_an_answer_wanted_now_is_told_word_by_word(whole: float) -> None:
    """By the first tier alone, however good it is."""
    request = replace(REQUEST, answer_now=True)
    draft, larger = (
        WatchedTier(name, (writes(text),), Story(calls=()), [])
        for name, text in (("draft", DRAFT), ("large", LARGER))
    )
    policy = Story(calls=((), ())).policy
    async with upgradable([draft, larger], {DRAFT: whole}, policy=policy) as kept:
        stream = kept.assistant.stream(request, live=True)
        async with aclosing(stream) as events:
            seen = [event async for event in events]
        completed = seen[-1]
        assert isinstance(completed, DraftCompleted)
        heard = "".join(getattr(event, "text", "") for event in seen)
        pending = "upgrade_pending" in completed.answer.provenance.degraded

    assert heard == completed.answer.text == DRAFT
    assert pending == (whole == BAD)
