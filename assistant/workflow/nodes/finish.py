"""Finish: serves the best text that was written, never one that scores below another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anyio import to_thread
from langgraph.runtime import Runtime

from assistant.cache.base import Bypass, Hit, Lookup
from assistant.economics.cost import costs_of, total
from assistant.errors import (
    AllTiersFailed,
    AssistantError,
    ContextTooLong,
    DeadlineExceeded,
)
from assistant.types import (
    Answer,
    CacheInfo,
    Cost,
    Degraded,
    Delta,
    DraftRequest,
    Edit,
    Provenance,
    Rung,
    Usage,
)
from assistant.workflow.diff import edits
from assistant.workflow.forced import repairs
from assistant.workflow.plan import Plan
from assistant.workflow.ranking import ranking, unwanted_of
from assistant.workflow.state import Candidate, Context, State, Text


async def finish(state: State, runtime: Runtime[Context]) -> State:
    """The answer with its provenance.

    Raises:
        ContextTooLong: no tier of the ladder has room for the prompt.
        DeadlineExceeded: time ran out before a word was written.
        AllTiersFailed: no tier wrote anything.
    """
    context = runtime.context
    plan = state["plan"]
    lookup = state["lookup"]
    if isinstance(lookup, Hit):
        return {"answer": recalled(state["id"], lookup)}
    sent = state["accepted"].sent
    ranked = ranking(state.get("candidates", ()), unwanted=unwanted_of(lookup), sent=sent)
    if not ranked:
        raise _failure(plan, state)
    served = ranked[0]
    rest = served.text.content[len(sent) :]
    if rest and plan.gate is not None:
        runtime.stream_writer(Delta(text=rest))
    state = {**state, "path": _with_kept(state["path"], served)}
    variants = _variants(plan, ranked)
    diff = await to_thread.run_sync(_diff, plan.request, served.text.content)
    answer = Answer(
        id=state["id"],
        text=served.text.content,
        finish=served.text.finish,
        checks=served.score.checks,
        usage=sum((rung.usage for rung in state["path"]), Usage()),
        provenance=_provenance(state, context, served),
        variants=tuple(text.content for text in variants),
        variants_finish=tuple(text.finish for text in variants),
        diff=diff,
    )
    return {"answer": answer, "served": served}


def recalled(answer_id: str, hit: Hit) -> Answer:
    """A stored answer served again: its own provenance, at no cost."""
    return repeated(answer_id, hit.answer, hit_info(hit))


def repeated(answer_id: str, answer: Answer, cache: CacheInfo) -> Answer:
    """An answer that was written for another request, under an id of its own and at no cost."""
    made = answer.provenance
    free = replace(made.cost, gpu_s=0.0, usd=0.0)
    return replace(answer, id=answer_id, provenance=replace(made, cache=cache, cost=free))


def hit_info(hit: Hit) -> CacheInfo:
    """What the cache did for a hit."""
    return CacheInfo(
        status="hit", age_s=hit.age_s, level=hit.level, stale=hit.stale, of=hit.answer.id
    )


def joined_info(answer: Answer) -> CacheInfo:
    """What the cache did for a request that waited for the answer to an identical one."""
    first = answer.provenance.cache
    return CacheInfo(
        status="hit",
        age_s=first.age_s or 0.0,
        level=first.level or "exact",
        stale=first.stale,
        joined=True,
        of=first.of or answer.id,
    )


def _provenance(state: State, context: Context, served: Candidate) -> Provenance:
    plan = state["plan"]
    path = state["path"]
    wrote = path[served.rung]
    return Provenance(
        tier=wrote.tier,
        model=wrote.model,
        score=served.score.value,
        path=path,
        route=plan.route,
        policy=context.policy.name,
        policy_revision=context.policy.revision,
        artefact=context.scorer.fingerprint,
        cache=cache_info(state["lookup"]),
        cost=total(
            [cost for rung in path for cost in costs_of(rung)],
            always_large=_always_large(state, context, served),
        ),
        degraded=_marks(state, served),
        never_worse="held" if _compared_whole(state) else "not_applicable",
    )


def _compared_whole(state: State) -> bool:
    """Whether only whole texts were weighed against one another, if there were several at all."""
    return state["plan"].gate is None or len(state["path"]) == 1


def cache_info(lookup: Lookup) -> CacheInfo:
    """What the cache said, as provenance shows it."""
    if isinstance(lookup, Hit):
        return hit_info(lookup)
    return CacheInfo(
        status="bypass" if isinstance(lookup, Bypass) else "miss", reason=lookup.reason
    )


def _marks(state: State, served: Candidate) -> tuple[Degraded, ...]:
    marks = list(state.get("degraded", ()))
    lookup = state["lookup"]
    if isinstance(lookup, Bypass) and lookup.reason == "redis-down":
        marks.append("cache_down")
    if served.text.partial:
        marks.append("partial")
    elif state["action"] == "settle" and not served.accepted:
        marks.append("below_bar")
    return tuple(dict.fromkeys(marks))


def _always_large(state: State, context: Context, served: Candidate) -> Cost | None:
    large = state["plan"].large
    ran = [
        rung
        for rung in state["path"]
        if rung.tier == large and rung.decision != "failed" and not rung.aborted
    ]
    whole = [rung for rung in ran if rung.how != "continue"]
    if whole and whole[0].how in {"first", "fresh"} and not repairs(state):
        return whole[0].cost
    # The same request at the same load: with the large tier alone, all traffic would meet there. The
    # shortest prompt is the one without a draft to repair.
    wrote = state["path"][served.rung]
    prompts = [rung.usage for rung in state["path"] if rung.usage.prompt_tokens]
    shortest = min(prompts, key=lambda usage: usage.prompt_tokens, default=wrote.usage)
    alone = context.pricing[large].alone(
        replace(shortest, completion_tokens=sum(rung.kept_tokens for rung in state["path"])),
        in_flight=wrote.in_flight,
    )
    return whole[0].cost if whole and alone is None else alone


def _variants(plan: Plan, ranked: Sequence[Candidate]) -> list[Text]:
    """Other whole texts without a failed required check, best first, none twice."""
    fit = [
        one.text
        for one in ranked
        if not one.text.partial and not plan.bar.required_checks & set(one.score.failed_checks)
    ]
    unlike = {text.content: text for text in reversed(fit)}
    for text in ("", ranked[0].text.content):
        unlike.pop(text, None)
    return list(reversed(unlike.values()))[: plan.request.variants - 1]


def _with_kept(path: tuple[Rung, ...], served: Candidate) -> tuple[Rung, ...]:
    """The path, where all that the serving rung wrote is in the answer; of the others what was let out."""
    return tuple(
        replace(rung, kept_tokens=served.text.tokens) if at == served.rung else rung
        for at, rung in enumerate(path)
    )


def _diff(request: DraftRequest, text: str) -> tuple[Edit, ...]:
    return edits(request.text, text) if request.text else ()


def _failure(plan: Plan, state: State) -> AssistantError:
    failures = state.get("failures", ())
    too_long = [error for error in failures if isinstance(error, ContextTooLong)]
    if too_long and len(too_long) == len(failures):
        return max(too_long, key=lambda error: error.context_tokens or 0)
    if plan.deadline_ms is not None and "deadline" in state.get("degraded", ()):
        return DeadlineExceeded(deadline_ms=plan.deadline_ms)
    return AllTiersFailed(failures)
