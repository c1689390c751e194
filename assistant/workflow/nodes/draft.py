"""Draft: one tier writes one or several texts, and what that took is measured."""

from __future__ import annotations

from typing import Final

from langgraph.runtime import Runtime

from assistant.errors import TierError
from assistant.policy.models import TierPolicy
from assistant.tiers.base import GenerationRequest, Tier
from assistant.types import DraftRequest, Message, Sampling, TierStarted
from assistant.workflow.ahead import ScoringAhead
from assistant.workflow.another import all_unwanted, livelier
from assistant.workflow.generation import MS_PER_S, Generation
from assistant.workflow.patience import seconds_left
from assistant.workflow.ranking import unwanted_of
from assistant.workflow.state import Context, State, Written
from assistant.workflow.writing import Writing

LEAST_TOKENS: Final = 1
"""A tier that goes on where the reader's limit is used up writes one token and ends by `length`."""


async def draft(state: State, runtime: Runtime[Context]) -> State:
    """Lets the tier of this rung write within what is left of its own time and of the deadline."""
    context = runtime.context
    plan = state["plan"]
    tier = context.tiers[plan.ladder[state["rung"]]]
    settings = context.policy.tiers[tier.name]
    runtime.stream_writer(
        TierStarted(
            tier=tier.name,
            model=tier.model,
            rung=state["rung"],
            how=state["how"],
            reason=state["reason"],
        )
    )

    left_s = seconds_left(plan, state["received_s"], now=context.clock())
    request = generation_request(
        plan.request,
        messages=state["messages"],
        settings=settings,
        timeout_s=settings.timeout_s if left_s is None else min(settings.timeout_s, left_s),
        samples=samples_of(state, tier, settings),
        written_tokens=state["accepted"].tokens,
    )
    unwanted = unwanted_of(state["lookup"])
    if unwanted is not None or state["how"] == "resample":
        request = livelier(request)
    error = None
    with (
        ScoringAhead(state["asked"], context.embedder, accepted=state["accepted"].text) as ahead,
        context.meters[tier.name].run() as charge,
    ):
        writing = Writing(
            state,
            context,
            samples=request.samples,
            hear=ahead.hear,
            emit=runtime.stream_writer,
        )
        run = Generation(
            tier=tier,
            clock=context.clock,
            progress=runtime.stream_writer,
            listen=writing.listen,
        )
        try:
            await run.collect(request)
            await writing.end()
            if (
                unwanted is not None
                and left_s is None
                and not run.aborted
                and all_unwanted(writing.texts(run), unwanted)
            ):
                await run.once_more(livelier(request, tried=True))
        except TierError as problem:
            error = problem
        writing.leave()
    # Each sample is a request to the engine, which knows those of other processes, too.
    in_flight = max(charge.in_flight * request.samples, run.engine_running)
    pace = context.paces.get(tier.name)
    if pace is not None and run.ttft_ms is not None:
        pace.learn(
            ttft_s=run.ttft_ms / MS_PER_S,
            tpot_s=run.tpot_s,
            in_flight=in_flight,
            prompt_tokens=run.usage.prompt_tokens or None,
        )
    written = Written(
        texts=writing.texts(run),
        usage=run.usage,
        cost=context.pricing[tier.name].run(charge, run.counted, in_flight=in_flight),
        in_flight=in_flight,
        ms=run.ms,
        ttft_ms=run.ttft_ms,
        error=error,
        deferral=writing.deferral,
        aborted=run.aborted and not writing.stopped,
        segments=writing.segments,
        kept_tokens=writing.kept_tokens,
        mean_logprob=run.mean_logprob,
        late=writing.late,
    )
    drafted: State = {"written": written, "accepted": writing.accepted}
    return drafted if error is None else drafted | {"failures": (error,)}


def samples_of(state: State, tier: Tier, settings: TierPolicy) -> int:
    """Texts to write now: the tier's own number, or the variants or new samples asked for if more.

    The embedded engine refuses more samples than it has slots.
    """
    plan = state["plan"]
    if not tier.capabilities.samples:
        return 1
    samples = max(settings.samples, plan.request.variants)
    if state["how"] == "resample" and plan.resample is not None:
        samples = max(samples, plan.resample.samples)
    return min(samples, settings.parallel) if settings.engine == "llamacpp" else samples


def generation_request(
    request: DraftRequest,
    *,
    messages: tuple[Message, ...],
    settings: TierPolicy,
    timeout_s: float,
    samples: int,
    written_tokens: int = 0,
) -> GenerationRequest:
    """The call of the tier: the caller's sampling first, the tier's defaults where it is silent.

    `written_tokens` of the text are there already, and count against its limit.
    """
    asked = request.sampling
    limits = [limit for limit in (asked.max_tokens, settings.max_tokens) if limit is not None]
    most = min(limits, default=None)
    return GenerationRequest(
        messages=messages,
        sampling=Sampling(
            temperature=settings.temperature if asked.temperature is None else asked.temperature,
            top_p=settings.top_p if asked.top_p is None else asked.top_p,
            max_tokens=None if most is None else max(LEAST_TOKENS, most - written_tokens),
            stop=asked.stop,
            seed=asked.seed,
        ),
        samples=samples,
        timeout_s=timeout_s,
        continue_text=messages[-1].role == "assistant",
    )
