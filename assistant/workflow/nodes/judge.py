"""Judge: scores what a rung wrote and decides what happens next."""

from __future__ import annotations

from dataclasses import dataclass

from langgraph.runtime import Runtime

from assistant.errors import ContextTooLong, TierError, TierTimeout
from assistant.telemetry import get_logger
from assistant.types import CheckFailed, CheckResult, Degraded, Rung, RungJudged, Score
from assistant.types import Verdict as Decision
from assistant.workflow.decide import Why, against_bar, overruled
from assistant.workflow.patience import seconds_left
from assistant.workflow.plan import Plan
from assistant.workflow.release import Deferral
from assistant.workflow.scoring import score_texts
from assistant.workflow.state import Candidate, Context, State, Written
from assistant.workflow.verdict import Verdict, after_deferral, after_failure, after_success

REASONS_SHOWN = 3

_UNSCORED = Score(value=0.0)
"""Of the beginning of a text that was stopped without a look at its score: it ranks last."""

_log = get_logger("workflow")


async def judge(state: State, runtime: Runtime[Context]) -> State:
    """Scores every text of the rung, records the rung, and picks the next step."""
    context = runtime.context
    plan, written = state["plan"], state["written"]
    if written.deferral is None:
        judged = await _judged(state, context)
    else:
        judged = _stopped(state, context, written.deferral)
    rung = _rung(state, context, judged.verdict, judged.best)
    for check in _to_tell(written, judged):
        runtime.stream_writer(CheckFailed(tier=rung.tier, check=check))
    runtime.stream_writer(RungJudged(rung=rung))
    _log.info(
        "rung.judged", tier=rung.tier, decision=rung.decision, reason=rung.reason, score=rung.score
    )
    if state["how"] == "resample":
        context.resampling.note(plan.route, success=judged.verdict.met_bar)
    forced: State = {"forced": True} if judged.verdict.why is Why.FORCED else {}
    return forced | {
        "candidates": judged.candidates,
        "path": (rung,),
        "degraded": judged.degraded,
        "action": judged.verdict.action,
        "reason": rung.reason,
    }


@dataclass(frozen=True, slots=True)
class _Judged:
    """The outcome of a rung; `best` is the score that decided it."""

    verdict: Verdict
    best: Score | None = None
    candidates: tuple[Candidate, ...] = ()
    degraded: tuple[Degraded, ...] = ()


def _stopped(state: State, context: Context, deferral: Deferral) -> _Judged:
    """A draft that was stopped: its text is kept for the case that nobody writes another."""
    score = deferral.score or _UNSCORED
    step = len(state.get("path", ()))
    candidates = tuple(
        Candidate(rung=step, text=text, score=score)
        for text in state["written"].texts
        if text.content
    )
    verdict = after_deferral(state, context, deferral.why)
    return _Judged(verdict, best=deferral.score, candidates=candidates)


async def _judged(state: State, context: Context) -> _Judged:
    plan, written = state["plan"], state["written"]
    texts = [text for text in written.texts if text.content or not text.partial]
    within_s = _seconds_left(state, context)
    scores, degraded = await score_texts(context, state["asked"], texts, within_s=within_s)
    scored = [against_bar(score, plan.bar) for score in scores]
    best = max(range(len(scored)), key=lambda at: scored[at].value, default=None)
    if written.error is not None or best is None:
        verdict = after_failure(state, context)
        if not state.get("forced"):
            out_of_time = _seconds_left(state, context) == 0
            degraded += _failure_mark(written.error, out_of_time=out_of_time)
    else:
        first = state["rung"] == 0 and not state.get("fallen_back")
        if first and len(scores) == 1 and plan.gate is None:
            _watch(context, plan, scores[best])
        verdict = await after_success(state, context, texts[best], scored[best])
        if verdict.overruled:
            # All samples of this rung: the one that was read is the best of them by score.
            scored = [overruled(score, plan.bar) for score in scored]
        if not written.aborted and state["how"] != "continue":
            context.pricing[plan.ladder[state["rung"]]].learn(
                written.cost, tokens=written.usage.completion_tokens // len(written.texts)
            )
        degraded += _settled_marks(state, verdict)
    step = len(state.get("path", ()))
    return _Judged(
        verdict,
        best=None if best is None else scored[best],
        candidates=tuple(
            Candidate(
                rung=step,
                text=text,
                score=score,
                accepted=verdict.met_bar and at == best,
                calibrated=scores[at].value,
            )
            for at, (text, score) in enumerate(zip(texts, scored, strict=True))
        ),
        degraded=degraded,
    )


def _settled_marks(state: State, verdict: Verdict) -> tuple[Degraded, ...]:
    # A segment that missed the bar went out for want of time, however the whole text is judged.
    if verdict.why in (Why.DEADLINE, Why.PATIENCE) or state["written"].late is not None:
        return ("deadline",)
    return ("upgrade_pending",) if verdict.why is Why.ANSWER_NOW else ()


def _watch(context: Context, plan: Plan, score: Score) -> None:
    """Only drafts that a bar decides on: where nothing is decided, no threshold can cease to hold.

    First rungs with one sample are like the calibration drafts; larger models and the best of several
    samples would look like drift whenever more of them are asked, and so would drafts of which those that
    began badly were stopped.
    """
    if plan.bar.acts:
        context.drift.observe(score)


def _to_tell(written: Written, judged: _Judged) -> list[CheckResult]:
    """The checks that a draft was deferred for, or fails with nobody left to do better."""
    if judged.verdict.met_bar:
        return []
    failed = [] if judged.best is None else [one for one in judged.best.checks if not one.passed]
    stopped_for = None if written.deferral is None else written.deferral.check
    if stopped_for is not None and stopped_for.name not in {one.name for one in failed}:
        failed.append(stopped_for)
    return failed


def _rung(state: State, context: Context, verdict: Verdict, best: Score | None) -> Rung:
    tier = context.tiers[state["plan"].ladder[state["rung"]]]
    written = state["written"]
    return Rung(
        tier=tier.name,
        model=tier.model,
        decision=_decision(verdict),
        reason=verdict.why.value if verdict.why else _failure(written),
        score=None if best is None else best.value,
        reasons=() if best is None else best.reasons[:REASONS_SHOWN],
        failed_checks=_failed_checks(written, best),
        samples=max(1, len(written.texts)),
        ms=written.ms,
        ttft_ms=written.ttft_ms,
        mean_logprob=written.mean_logprob,
        usage=written.usage,
        cost=written.cost,
        in_flight=written.in_flight,
        second_opinion=verdict.opinion,
        how=state["how"],
        segments=written.segments,
        kept_tokens=written.kept_tokens,
        aborted=written.aborted,
    )


def _failed_checks(written: Written, best: Score | None) -> tuple[str, ...]:
    """Of the text that decided the rung, and what the draft was stopped for."""
    stopped_for = None if written.deferral is None else written.deferral.check
    names = () if best is None else best.failed_checks
    return names if stopped_for is None else tuple(dict.fromkeys((*names, stopped_for.name)))


def _decision(verdict: Verdict) -> Decision:
    if verdict.why is None:
        return "failed"
    return "accept" if verdict.met_bar else "defer"


def _failure(written: Written) -> str:
    return "no_text" if written.error is None else written.error.code


def _seconds_left(state: State, context: Context) -> float | None:
    return seconds_left(state["plan"], state["received_s"], now=context.clock())


def _failure_mark(error: TierError | None, *, out_of_time: bool) -> tuple[Degraded, ...]:
    if isinstance(error, TierTimeout) and out_of_time:
        return ("deadline",)
    # A prompt that does not fit is no outage: the next tier's longer context is the way out.
    return () if isinstance(error, ContextTooLong) else ("tier_down",)
