"""How what a tier writes is treated: held back, let out by segments that are judged, or let out at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, TypeAlias

from anyio import to_thread

from assistant.confidence.inputs import ScoringInput
from assistant.tiers.base import Token
from assistant.types import Delta, SegmentAccepted
from assistant.workflow.accepted import Accepted, continued
from assistant.workflow.decide import Why, defers_beginning
from assistant.workflow.early import EarlyAbort
from assistant.workflow.generation import Generation, Sample
from assistant.workflow.patience import too_late
from assistant.workflow.ranking import unwanted_of
from assistant.workflow.release import Deferral, JudgeSegment, Passed, Release
from assistant.workflow.scoring import opening_of
from assistant.workflow.segments import Segment, SegmentGate
from assistant.workflow.state import Context, State, Text

Mode: TypeAlias = Literal["held", "gated", "open"]
"""`held`: whole texts are compared; `gated`: segments are judged; `open`: nobody else could write better."""


def rungs_left(state: State) -> int:
    """Rungs that may still be asked.

    None after a forced escalation, for the draft was good enough, nor once the larger tiers have failed.
    """
    if state.get("forced") or state.get("fallen_back"):
        return 0
    return len(state["plan"].ladder) - state["rung"] - 1


def mode_of(state: State, *, samples: int) -> Mode:
    """How the next generation goes out."""
    plan = state["plan"]
    if plan.gate is None or samples > 1 or unwanted_of(state["lookup"]) is not None:
        return "held"
    if not plan.bar.acts or not rungs_left(state) or plan.request.answer_now:
        return "open"
    return "gated"


class Writing:
    """One generation on its way: what of it goes out, and whether it is stopped before its end."""

    def __init__(
        self,
        state: State,
        context: Context,
        *,
        samples: int,
        hear: Callable[[int, str], None],
        emit: Callable[[Delta | SegmentAccepted], None],
    ) -> None:
        """`hear` is told every piece, `emit` every event for the reader."""
        plan = state["plan"]
        self.late: Why | None = None
        self._state = state
        self._context = context
        self._hear = hear
        self._deferral: Deferral | None = None
        self._opening = opening_of(plan.request)
        self._stops = plan.request.sampling.stop
        mode = mode_of(state, samples=samples)
        above = plan.ladder[state["rung"] + 1 :]
        if mode == "gated" and not all(
            context.tiers[name].capabilities.continue_text for name in above
        ):
            mode = "held"
        self._release = None if mode == "held" else self._released(mode, emit)
        self._early = (
            EarlyAbort(
                state["asked"],
                before=self._opening + state["accepted"].text,
                required_checks=plan.bar.required_checks,
                may_defer=self._may_defer,
            )
            if plan.abort_early and samples == 1 and mode != "open" and self._decides
            else None
        )

    @property
    def accepted(self) -> Accepted:
        """What the reader was promised by now."""
        return self._state["accepted"] if self._release is None else self._release.accepted

    @property
    def deferral(self) -> Deferral | None:
        """Why the tier was stopped before its end; None where it was not."""
        return self._deferral if self._release is None else self._release.deferral

    @property
    def segments(self) -> int:
        """Segments that were let out."""
        return 0 if self._release is None else self._release.segments

    @property
    def kept_tokens(self) -> int:
        """Tokens that were let out."""
        return 0 if self._release is None else self._release.kept_tokens

    async def listen(self, token: Token) -> bool:
        """Takes in a piece; whether the tier may write on."""
        self._hear(token.index, token.text)
        doomed = None if self._early is None else self._early.hear(token)
        if doomed is None:
            return self._release is None or await self._release.hear(token)
        if self._release is None:
            self._deferral = doomed
        else:
            self._release.defer(doomed)
        return False

    @property
    def stopped(self) -> bool:
        """Whether a stop string ended the text, and the tier with it."""
        return self._release is not None and self._release.stopped

    async def end(self) -> None:
        """The tier has written all it wanted, unless it was stopped."""
        if self._release is not None and self.deferral is None:
            await self._release.end()

    def leave(self) -> None:
        """Nothing follows, whether it ended well or not."""
        if self._release is not None:
            self._release.leave()

    def texts(self, run: Generation) -> tuple[Text, ...]:
        """What was written so far, by sample: whole answers, each with the beginning it goes on from."""
        return tuple(self._text(run.samples[index]) for index in sorted(run.samples))

    @property
    def _decides(self) -> bool:
        """Whether another tier could be asked, and the text is written only once."""
        state, plan = self._state, self._state["plan"]
        return (
            plan.bar.acts
            and rungs_left(state) > 0
            and not plan.request.answer_now
            and unwanted_of(state["lookup"]) is None
        )

    def _released(
        self, mode: Mode, emit: Callable[[Delta | SegmentAccepted], None]
    ) -> Release | None:
        plan, accepted = self._state["plan"], self._state["accepted"]
        gate = plan.gate
        if gate is None:
            return None
        judge: JudgeSegment | None = None if mode == "open" else self._judge
        return Release(
            tier=plan.ladder[self._state["rung"]],
            accepted=accepted,
            opening=self._opening,
            stops=self._stops,
            gate=SegmentGate(
                unit="words" if mode == "open" else gate.unit,
                tokens=gate.tokens,
                before=self._opening + accepted.text,
            ),
            judge=judge,
            emit=emit,
        )

    async def _judge(self, accepted: Accepted, segment: Segment) -> Passed | Deferral:
        context, state = self._context, self._state
        draft = ScoringInput(
            request=state["plan"].request,
            text=self._opening + accepted.text + segment.gap + segment.text,
            logprobs=accepted.logprobs + segment.logprobs,
        )
        score = await to_thread.run_sync(
            partial(context.scorer.score_prefix, draft, state["asked"])
        )
        why = defers_beginning(score, state["plan"].bar, min_score=self._min_score())
        if why is None:
            return Passed(score=score)
        if not self._may_defer():
            return Passed()
        required = state["plan"].bar.required_checks
        failed = [one for one in score.checks if not one.passed and one.name in required]
        return Deferral(why=why, score=score, check=failed[0] if failed else None)

    def _min_score(self) -> float:
        plan = self._state["plan"]
        if plan.gate is not None and plan.gate.min_score is not None:
            return plan.gate.min_score
        return max(0.0, (plan.bar.min_score or 0.0) - self._context.scorer.allowance)

    def _may_defer(self) -> bool:
        """Whether there is time for the next tier; where there is none, the draft goes on as it is."""
        if self.late is None:
            self.late = too_late(
                self._state,
                self._context,
                rung=self._state["rung"] + 1,
                accepted_tokens=self.accepted.tokens,
            )
        return self.late is None

    def _text(self, sample: Sample) -> Text:
        accepted = self._state["accepted"]
        if self._release is not None:
            content, stopped = self._release.text, self._release.stopped
        elif accepted.text:
            content, stopped = continued(
                accepted, sample.text, opening=self._opening, stops=self._stops
            )
        else:
            # A continuation begins with the blank that belongs to the seam.
            content = sample.text.rstrip() if self._opening else sample.text.strip()
            stopped = False
        finish = "stop" if stopped else sample.finish
        return Text(
            content=content,
            finish=finish or "length",
            logprobs=accepted.logprobs + tuple(sample.logprobs),
            tokens=sample.tokens,
            partial=finish is None,
        )
