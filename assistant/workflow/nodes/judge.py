"""Judge: scores what a rung wrote and decides what happens next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import anyio
import numpy as np
from anyio import to_thread
from langgraph.runtime import Runtime
from numpy.typing import NDArray

from assistant.confidence.inputs import ScoringInput
from assistant.embedding.base import Embedder
from assistant.errors import ContextTooLong, EmbedderUnavailable, TierError, TierTimeout
from assistant.telemetry import get_logger
from assistant.types import Degraded, DraftRequest, Rung, RungJudged, Score
from assistant.workflow.decide import Action, against_bar, decide
from assistant.workflow.nodes.draft import seconds_left
from assistant.workflow.state import Candidate, Context, Scorer, State, Text, Written

REASONS_SHOWN = 3

_log = get_logger("workflow")


async def judge(state: State, runtime: Runtime[Context]) -> State:
    """Scores every text of the rung, records the rung, and picks the next step."""
    context = runtime.context
    plan = state["plan"]
    written = state["written"]
    left_s = seconds_left(plan, state["received_s"], now=context.clock())
    texts = [text for text in written.texts if text.content or not text.partial]
    scores, degraded = await score_texts(context, plan.request, texts, within_s=left_s)
    scored = [against_bar(score, plan.bar) for score in scores]
    best = max(scored, key=lambda score: score.value, default=None)

    rungs_left = len(plan.ladder) - state["rung"] - 1
    left_s = seconds_left(plan, state["received_s"], now=context.clock())
    rung = _rung(state, context, best)
    action: Action
    if written.error is not None or best is None:
        out_of_time = left_s is not None and left_s <= 0
        action = "escalate" if rungs_left and not out_of_time else "settle"
        degraded += _failure_mark(written.error, out_of_time=out_of_time)
    else:
        decision = decide(best, plan.bar, rungs_left=rungs_left, seconds_left=left_s)
        action = decision.action
        accepted = action == "accept"
        rung = replace(rung, decision="accept" if accepted else "defer", reason=decision.why.value)
        _learn_cost(context, rung.tier, written)
        if decision.why == "deadline":
            degraded += ("deadline",)
    runtime.stream_writer(RungJudged(rung=rung))
    _log.info(
        "rung.judged", tier=rung.tier, decision=rung.decision, reason=rung.reason, score=rung.score
    )
    candidates = tuple(
        Candidate(
            rung=state["rung"],
            text=text,
            score=score,
            accepted=action == "accept" and score is best,
        )
        for text, score in zip(texts, scored, strict=True)
    )
    return {"candidates": candidates, "path": (rung,), "degraded": degraded, "action": action}


async def score_texts(
    context: Context, request: DraftRequest, texts: Sequence[Text], *, within_s: float | None
) -> tuple[list[Score], tuple[Degraded, ...]]:
    """Scores of all texts; without vectors, and marked so, where the embedder is down or too late."""
    inputs = [_scoring_input(request, text) for text in texts]
    if not inputs:
        return [], ()
    vectors: list[NDArray[np.float32] | None] = [None] * len(inputs)
    degraded: tuple[Degraded, ...] = ()
    if context.embedder is not None:
        try:
            with anyio.fail_after(within_s):
                vectors = [*await _vectors(context.embedder, context.scorer, inputs)]
        except EmbedderUnavailable:
            degraded = ("embedder_down",)
        except TimeoutError:
            degraded = ("deadline",)
    score = partial(_score_all, context.scorer, inputs, vectors)
    return await to_thread.run_sync(score), degraded


def _score_all(
    scorer: Scorer,
    inputs: Sequence[ScoringInput],
    vectors: Sequence[NDArray[np.float32] | None],
) -> list[Score]:
    return [scorer.score(one, rows) for one, rows in zip(inputs, vectors, strict=True)]


async def _vectors(
    embedder: Embedder, scorer: Scorer, inputs: Sequence[ScoringInput]
) -> list[NDArray[np.float32]]:
    """One call for all samples: they share the instruction and source, which are embedded once."""
    wanted = [scorer.passages(one) for one in inputs]
    unique = tuple(dict.fromkeys(passage for passages in wanted for passage in passages))
    rows = await embedder.embed(unique)
    row_of = {passage: row for row, passage in enumerate(unique)}
    return [rows[[row_of[passage] for passage in passages]] for passages in wanted]


def _scoring_input(request: DraftRequest, text: Text) -> ScoringInput:
    """A continuation is judged together with the beginning that it continues."""
    last = request.messages[-1] if request.messages else None
    start = last.content if last is not None and last.role == "assistant" else ""
    return ScoringInput(
        request=request, text=start + text.content, finish=text.finish, logprobs=text.logprobs
    )


def _rung(state: State, context: Context, best: Score | None) -> Rung:
    tier = context.tiers[state["plan"].ladder[state["rung"]]]
    written = state["written"]
    logprobs = [token.logprob for text in written.texts for token in text.logprobs]
    return Rung(
        tier=tier.name,
        model=tier.model,
        decision="failed",
        reason=failure_code(written.error),
        score=None if best is None else best.value,
        reasons=() if best is None else best.reasons[:REASONS_SHOWN],
        failed_checks=() if best is None else best.failed_checks,
        samples=max(1, len(written.texts)),
        ms=written.ms,
        ttft_ms=written.ttft_ms,
        mean_logprob=sum(logprobs) / len(logprobs) if logprobs else None,
        usage=written.usage,
        cost=written.cost,
    )


def failure_code(error: TierError | None) -> str:
    """Stable name of a tier's failure: its class in snake case."""
    if error is None:
        return "no_text"
    name = type(error).__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _failure_mark(error: TierError | None, *, out_of_time: bool) -> tuple[Degraded, ...]:
    if isinstance(error, TierTimeout) and out_of_time:
        return ("deadline",)
    # A prompt that does not fit is no outage: the next tier's longer context is the way out.
    return () if isinstance(error, ContextTooLong) else ("tier_down",)


def _learn_cost(context: Context, tier: str, written: Written) -> None:
    tokens = written.usage.completion_tokens // max(1, len(written.texts))
    context.token_costs[tier].observe(gpu_s=written.cost.gpu_s, tokens=tokens)
