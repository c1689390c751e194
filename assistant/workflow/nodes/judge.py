"""Judge: scores what a rung wrote and decides what happens next."""

from __future__ import annotations

from dataclasses import dataclass, replace

from langgraph.runtime import Runtime

from assistant.errors import ContextTooLong, TierError, TierTimeout
from assistant.telemetry import get_logger
from assistant.tiers.base import Tier
from assistant.types import (
    Degraded,
    OpinionGiven,
    Rung,
    RungJudged,
    Score,
    Verdict,
)
from assistant.workflow.decide import Action, Why, against_bar, decide, overruled
from assistant.workflow.forced import is_forced
from assistant.workflow.nodes.draft import seconds_left
from assistant.workflow.opinion import disagrees, second_opinion, wants_opinion
from assistant.workflow.plan import Plan
from assistant.workflow.scoring import score_texts
from assistant.workflow.state import Candidate, Context, State, Text, Written

REASONS_SHOWN = 3

_log = get_logger("workflow")


async def judge(state: State, runtime: Runtime[Context]) -> State:
    """Scores every text of the rung, records the rung, and picks the next step."""
    context = runtime.context
    plan = state["plan"]
    written = state["written"]
    texts = [text for text in written.texts if text.content or not text.partial]
    within_s = _seconds_left(state, context)
    scores, degraded = await score_texts(context, state["asked"], texts, within_s=within_s)
    scored = [against_bar(score, plan.bar) for score in scores]
    best = max(range(len(scored)), key=lambda at: scored[at].value, default=None)
    if written.error is not None or best is None:
        out_of_time = _seconds_left(state, context) == 0
        verdict = _after_failure(state, out_of_time=out_of_time)
        if not state.get("forced"):
            degraded += _failure_mark(written.error, out_of_time=out_of_time)
    else:
        if state["rung"] == 0 and len(scores) == 1:
            _watch(context, plan, scores[best])
        verdict = await _after_success(state, context, texts[best], scored[best])
        if verdict.why is Why.SCORE_OK and is_forced(state, context):
            verdict = replace(verdict, action="escalate", why=Why.FORCED)
        if verdict.overruled:
            # All samples of this rung: the one that was read is the best of them by score.
            scored = [overruled(score, plan.bar) for score in scored]
        context.pricing[_tier(state, context).name].learn(
            written.cost, tokens=written.usage.completion_tokens // len(written.texts)
        )
        if verdict.why is Why.DEADLINE:
            degraded += ("deadline",)
    rung = _rung(state, context, verdict, None if best is None else scored[best])
    runtime.stream_writer(RungJudged(rung=rung))
    _log.info(
        "rung.judged", tier=rung.tier, decision=rung.decision, reason=rung.reason, score=rung.score
    )
    candidates = tuple(
        Candidate(
            rung=state["rung"],
            text=text,
            score=score,
            accepted=verdict.met_bar and at == best,
            calibrated=scores[at].value,
        )
        for at, (text, score) in enumerate(zip(texts, scored, strict=True))
    )
    forced: State = {"forced": True} if verdict.why is Why.FORCED else {}
    return forced | {
        "candidates": candidates,
        "path": (rung,),
        "degraded": degraded,
        "action": verdict.action,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What follows from a rung; `why` is None where no text came of it."""

    action: Action
    why: Why | None = None
    opinion: OpinionGiven | None = None
    overruled: bool = False

    @property
    def met_bar(self) -> bool:
        """Whether the text is good enough, asked for a repair or not."""
        return self.action == "accept" or self.why is Why.FORCED


def _watch(context: Context, plan: Plan, score: Score) -> None:
    """Only drafts that a bar decides on: where nothing is decided, no threshold can cease to hold.

    First rungs with one sample are like the calibration drafts; larger models and the best of several
    samples would look like drift whenever more of them are asked.
    """
    if plan.bar.acts:
        context.drift.observe(score)


def _after_failure(state: State, *, out_of_time: bool) -> _Verdict:
    return _Verdict(action="escalate" if _rungs_left(state) and not out_of_time else "settle")


async def _after_success(state: State, context: Context, text: Text, score: Score) -> _Verdict:
    """The decision by score and checks; where it is to accept, the next tier may still disagree."""
    plan = state["plan"]
    left = _rungs_left(state)
    seconds = _seconds_left(state, context)
    decision = decide(score, plan.bar, rungs_left=left, seconds_left=seconds)
    rule = plan.second_opinion
    if decision.action != "accept" or rule is None or not left:
        return _Verdict(action=decision.action, why=decision.why)
    reader = context.tiers[plan.ladder[state["rung"] + 1]]
    if not wants_opinion(rule, score, reader):
        return _Verdict(action=decision.action, why=decision.why)
    opinion = await second_opinion(
        context, reader, state=state, text=text.content, seconds_left=seconds
    )
    if not disagrees(opinion, rule):
        return _Verdict(action="accept", why=decision.why, opinion=opinion)
    late = _seconds_left(state, context) == 0
    return _Verdict(
        action="settle" if late else "escalate",
        why=Why.DEADLINE if late else Why.SECOND_OPINION,
        opinion=opinion,
        overruled=True,
    )


def _rung(state: State, context: Context, verdict: _Verdict, best: Score | None) -> Rung:
    tier = _tier(state, context)
    written = state["written"]
    logprobs = [token.logprob for text in written.texts for token in text.logprobs]
    return Rung(
        tier=tier.name,
        model=tier.model,
        decision=_decision(verdict),
        reason=verdict.why.value if verdict.why else _failure(written),
        score=None if best is None else best.value,
        reasons=() if best is None else best.reasons[:REASONS_SHOWN],
        failed_checks=() if best is None else best.failed_checks,
        samples=max(1, len(written.texts)),
        ms=written.ms,
        ttft_ms=written.ttft_ms,
        mean_logprob=sum(logprobs) / len(logprobs) if logprobs else None,
        usage=written.usage,
        cost=written.cost,
        in_flight=written.in_flight,
        second_opinion=verdict.opinion,
    )


def _decision(verdict: _Verdict) -> Verdict:
    if verdict.why is None:
        return "failed"
    return "accept" if verdict.met_bar else "defer"


def _failure(written: Written) -> str:
    return "no_text" if written.error is None else written.error.code


def _tier(state: State, context: Context) -> Tier:
    return context.tiers[state["plan"].ladder[state["rung"]]]


def _rungs_left(state: State) -> int:
    """Rungs that may still be asked; after a forced escalation none, for the draft was good enough."""
    return 0 if state.get("forced") else len(state["plan"].ladder) - state["rung"] - 1


def _seconds_left(state: State, context: Context) -> float | None:
    return seconds_left(state["plan"], state["received_s"], now=context.clock())


def _failure_mark(error: TierError | None, *, out_of_time: bool) -> tuple[Degraded, ...]:
    if isinstance(error, TierTimeout) and out_of_time:
        return ("deadline",)
    # A prompt that does not fit is no outage: the next tier's longer context is the way out.
    return () if isinstance(error, ContextTooLong) else ("tier_down",)
