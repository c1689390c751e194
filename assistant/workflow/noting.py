"""What is noted of a finished answer: its decision record, and the texts to be measured for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.cache.base import Hit
from assistant.records.base import Noted, Record, Revised, Step
from assistant.types import Answer, Caller, DraftRequest, Rung
from assistant.workflow.decide import Why
from assistant.workflow.forced import can_repair, repairs
from assistant.workflow.plan import Plan
from assistant.workflow.ranking import best_of, shown
from assistant.workflow.state import Candidate, Context, State

DIGITS = 6
"""Decimals of features and log-odds: what an artefact's weights have. All of them would double a record."""


def noted(state: State, context: Context) -> Noted:
    """The record of an answer that was written now, or found by the graph's own look-up."""
    plan, answer = state["plan"], state["answer"]
    if isinstance(state["lookup"], Hit):
        return noted_recall(plan, answer, entry=state["lookup"].entry)
    candidates = state.get("candidates", ())
    share = context.policy.feedback.forced_escalation
    resumed = state.get("resumed")
    # The steps of an earlier run are in its record already, and would count twice.
    earlier = 0 if resumed is None else len(resumed.path)
    return Noted(
        record=_record(
            plan.query.caller,
            plan.request,
            answer,
            path=tuple(
                _step(rung, None if at < earlier else best_of(candidates, rung=at), share=share)
                for at, rung in enumerate(state["path"])
            ),
            served=state["served"].rung,
            entry=state.get("entry", ""),
        ),
        request=plan.request,
        text=answer.text,
        revised=tuple(_revised(state, candidates)),
    )


def noted_recall(plan: Plan, answer: Answer, *, entry: str) -> Noted:
    """The record of a stored answer that was served again: nothing was scored for it."""
    path = tuple(_step(rung, None, share=0.0) for rung in answer.provenance.path)
    record = _record(plan.query.caller, plan.request, answer, path=path, served=None, entry=entry)
    return Noted(
        record=replace(record, repeats=answer.provenance.cache.of or ""),
        request=plan.request,
        text=answer.text,
    )


def _record(
    caller: Caller,
    request: DraftRequest,
    answer: Answer,
    *,
    path: tuple[Step, ...],
    served: int | None,
    entry: str,
) -> Record:
    made = answer.provenance
    return Record(
        id=answer.id,
        caller=caller,
        # The recorder has the clock.
        created=0.0,
        task=request.task,
        route=made.route,
        policy=made.policy,
        policy_revision=made.policy_revision,
        artefact=made.artefact,
        path=path,
        cost=made.cost,
        served=served,
        cache=made.cache.status,
        entry=entry,
    )


def _step(rung: Rung, best: Candidate | None, *, share: float) -> Step:
    forced = rung.reason == Why.FORCED
    # What a beginning scored is no score of a draft.
    scored = None if best is None or rung.decision == "failed" or rung.aborted else best
    return Step(
        tier=rung.tier,
        model=rung.model,
        decision=rung.decision,
        reason=rung.reason,
        score=None if scored is None else scored.calibrated,
        log_odds=None if scored is None else _rounded(scored.score.log_odds),
        features={} if scored is None else _features(scored),
        failed_checks=rung.failed_checks,
        forced=forced,
        propensity=share if forced else 1.0,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, DIGITS)


def _features(candidate: Candidate) -> dict[str, float | None]:
    """Not every feature applies to every draft; what is not finite has no place in JSON."""
    return {name: _rounded(value) for name, value in candidate.score.features}


def _revised(state: State, candidates: Sequence[Candidate]) -> Iterator[Revised]:
    """Each draft that a tier above was shown, with what that tier made of it.

    A repair that was cut off, or fails a check that the route requires, tells nothing of the draft.
    """
    plan = state["plan"]
    if not (repairs(state) and can_repair(plan.request)):
        return
    for rung in range(1, len(state["path"])):
        if state["path"][rung].how != "repair":
            continue
        draft = shown(one for one in candidates if one.rung < rung)
        best = best_of(candidates, rung=rung)
        if draft is None or best is None or best.text.partial or best.text.finish != "stop":
            continue
        if plan.bar.required_checks.isdisjoint(best.score.failed_checks):
            yield Revised(step=draft.rung, draft=draft.text.content, revision=best.text.content)
