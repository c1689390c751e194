"""Lets a text out while it is written: seam, segments, verdicts, stop strings, in this order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from assistant.tiers.base import Token
from assistant.types import CheckResult, Delta, Score, SegmentAccepted
from assistant.workflow.accepted import Accepted, closed
from assistant.workflow.decide import Why
from assistant.workflow.segments import Outlet, Seam, Segment, SegmentGate


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """Why a draft is stopped before its end; `score` is that of its beginning, if it was scored."""

    why: Why
    score: Score | None = None
    check: CheckResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A segment may go out; `score` is None where nobody judges."""

    score: Score | None = None


JudgeSegment: TypeAlias = Callable[[Accepted, Segment], Awaitable[Passed | Deferral]]
"""Says of a finished segment, after what was accepted before it, whether it may go out."""


class Release:
    """One generation on its way to the reader of a stream.

    `accepted` is what the reader was promised so far, `deferral` why the tier was stopped.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the way
        self,
        *,
        tier: str,
        accepted: Accepted,
        opening: str,
        stops: tuple[str, ...],
        gate: SegmentGate,
        judge: JudgeSegment | None,
        emit: Callable[[Delta | SegmentAccepted], None],
    ) -> None:
        """`opening` is the client's own beginning of the text; without `judge` all goes out."""
        self.accepted = accepted
        self.deferral: Deferral | None = None
        self._begun_with = accepted
        self._tier = tier
        self._stops = stops
        # A tier that goes on from the client's own beginning sets the blank between as it likes.
        self._seam = (
            Seam(before=opening + accepted.text, gap=accepted.gap) if accepted.text else None
        )
        self._gate = gate
        self._judge = judge
        self._emit = emit
        self._outlet = Outlet(stops, before=accepted.text)

    @property
    def stopped(self) -> bool:
        """Whether a stop string ended the text."""
        return self._outlet.stopped

    @property
    def segments(self) -> int:
        """Segments that were released of this generation."""
        return self.accepted.segments - self._begun_with.segments

    @property
    def kept_tokens(self) -> int:
        """Tokens that were released of this generation."""
        return self.accepted.tokens - self._begun_with.tokens

    @property
    def text(self) -> str:
        """The answer as it would be if all that is written were served."""
        if self.stopped:
            return self.accepted.sent
        text, _ = closed(self.accepted, self._gate.held, stops=self._stops)
        return text

    async def hear(self, token: Token) -> bool:
        """Takes in a piece; whether the tier may write on."""
        text = token.text if self._seam is None else self._seam.feed(token.text)
        self._gate.feed(text, token.logprobs)
        return await self._let_out(self._judge)

    async def end(self) -> None:
        """The tier has written all; what no segment has let out yet is for the whole text's judge."""
        self._empty_seam()
        if self._judge is None:
            self._gate.close()
            await self._let_out(None)

    def defer(self, deferral: Deferral) -> None:
        """Notes why nothing more is to go out."""
        self.deferral = deferral

    def leave(self) -> None:
        """Nothing follows, for whatever reason: another tier may have to go on from here.

        It may need the blank that stood here; where nothing was written, the one known before holds.
        """
        self._empty_seam()
        held = self._gate.held
        if held:
            gap = held[: len(held) - len(held.lstrip())]
            self.accepted = replace(self.accepted, gap=gap)
        elif self.accepted.text == self._begun_with.text:
            self.accepted = replace(self.accepted, gap=self._begun_with.gap)

    def _empty_seam(self) -> None:
        rest = "" if self._seam is None else self._seam.finish()
        if rest:
            self._gate.feed(rest)

    async def _let_out(self, judge: JudgeSegment | None) -> bool:
        while (segment := self._gate.due()) is not None:
            verdict = Passed() if judge is None else await judge(self.accepted, segment)
            if isinstance(verdict, Deferral):
                self.defer(verdict)
                return False
            self._release(segment, verdict)
            if self.stopped:
                return False
        return True

    def _release(self, segment: Segment, verdict: Passed) -> None:
        released = self._gate.accept()
        sent = self._outlet.write(released)
        start = len(self.accepted.text) + len(segment.gap)
        untold = self.accepted.untold
        if verdict.score is not None:
            untold += (
                SegmentAccepted(
                    tier=self._tier,
                    index=self.accepted.segments,
                    start=start,
                    end=start + len(segment.text),
                    tokens=segment.tokens,
                    score=verdict.score.value,
                ),
            )
        all_sent = self.accepted.sent + sent
        # Those whose end may be the beginning of a stop string wait, as that end does.
        told = [event for event in untold if event.end <= len(all_sent)]
        self.accepted = replace(
            self.accepted,
            text=self.accepted.text + released,
            sent=all_sent,
            gap="",
            tokens=self.accepted.tokens + segment.tokens,
            logprobs=self.accepted.logprobs + segment.logprobs,
            segments=self.accepted.segments + (verdict.score is not None),
            untold=untold[len(told) :],
        )
        if sent:
            self._emit(Delta(text=sent))
        for event in told:
            self._emit(event)
