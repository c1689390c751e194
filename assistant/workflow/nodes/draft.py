"""Draft: one tier writes one or several texts, and what that took is measured."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from statistics import fmean

from langgraph.runtime import Runtime

from assistant.errors import TierError, TierTimeout
from assistant.policy.models import TierPolicy
from assistant.tiers.base import End, GenerationRequest, Tier, Token
from assistant.types import (
    Cost,
    DraftRequest,
    Finish,
    Message,
    Progress,
    Sampling,
    TierStarted,
    TokenLogprob,
    Usage,
)
from assistant.workflow.ahead import ScoringAhead
from assistant.workflow.another import all_unwanted, livelier
from assistant.workflow.plan import Plan
from assistant.workflow.ranking import unwanted_of
from assistant.workflow.state import Context, State, Text, Written

PROGRESS_EVERY_S = 0.25
"""A progress event this often at most: it looks alive, and costs a busy server next to nothing."""

MS_PER_S = 1000.0


async def draft(state: State, runtime: Runtime[Context]) -> State:
    """Lets the tier of this rung write within what is left of its own time and of the deadline."""
    context = runtime.context
    plan = state["plan"]
    tier = context.tiers[plan.ladder[state["rung"]]]
    settings = context.policy.tiers[tier.name]
    runtime.stream_writer(TierStarted(tier=tier.name, model=tier.model, rung=state["rung"]))

    left_s = seconds_left(plan, state["received_s"], now=context.clock())
    request = generation_request(
        plan.request,
        messages=state["messages"],
        settings=settings,
        timeout_s=settings.timeout_s if left_s is None else min(settings.timeout_s, left_s),
        samples=samples_of(tier, settings, plan.request),
    )
    error = None
    with (
        ScoringAhead(state["asked"], context.embedder) as ahead,
        context.meters[tier.name].run() as charge,
    ):
        run = _Run(tier=tier, clock=context.clock, progress=runtime.stream_writer, hear=ahead.hear)
        unwanted = unwanted_of(state["lookup"])
        try:
            await run.collect(request if unwanted is None else livelier(request))
            if unwanted is not None and left_s is None and all_unwanted(run.texts(), unwanted):
                await run.once_more(livelier(request, tried=True))
        except TierError as problem:
            error = problem
    # Each sample is a request to the engine, which knows those of other processes, too.
    in_flight = max(charge.in_flight * request.samples, run.engine_running)
    cost = context.pricing[tier.name].run(charge, run.usage, in_flight=in_flight)
    written = run.written(cost=cost, in_flight=in_flight, error=error)
    return {"written": written} if error is None else {"written": written, "failures": (error,)}


def seconds_left(plan: Plan, received_s: float, *, now: float) -> float | None:
    """Seconds until the deadline of the request, never below 0; None without a deadline."""
    if plan.deadline_ms is None:
        return None
    return max(0.0, received_s + plan.deadline_ms / MS_PER_S - now)


def samples_of(tier: Tier, settings: TierPolicy, request: DraftRequest) -> int:
    """Texts to write at this rung: the tier's own number, or the variants asked for if more.

    The embedded engine refuses more samples than it has slots.
    """
    if not tier.capabilities.samples:
        return 1
    samples = max(settings.samples, request.variants)
    return min(samples, settings.parallel) if settings.engine == "llamacpp" else samples


def generation_request(
    request: DraftRequest,
    *,
    messages: tuple[Message, ...],
    settings: TierPolicy,
    timeout_s: float,
    samples: int,
) -> GenerationRequest:
    """The call of the tier: the caller's sampling first, the tier's defaults where it is silent."""
    asked = request.sampling
    limits = [limit for limit in (asked.max_tokens, settings.max_tokens) if limit is not None]
    return GenerationRequest(
        messages=messages,
        sampling=Sampling(
            temperature=settings.temperature if asked.temperature is None else asked.temperature,
            top_p=settings.top_p if asked.top_p is None else asked.top_p,
            max_tokens=min(limits, default=None),
            stop=asked.stop,
            seed=asked.seed,
        ),
        samples=samples,
        timeout_s=timeout_s,
        continue_text=messages[-1].role == "assistant",
    )


@dataclass(slots=True)
class _Sample:
    pieces: list[str] = field(default_factory=list)
    logprobs: list[TokenLogprob] = field(default_factory=list)
    tokens: int = 0
    finish: Finish | None = None

    def add(self, token: Token) -> int:
        """Keeps it; how many tokens it stands for."""
        tokens = max(1, len(token.logprobs))
        self.pieces.append(token.text)
        self.logprobs.extend(token.logprobs)
        self.tokens += tokens
        return tokens


@dataclass(slots=True)
class _Run:
    """Collects one generation, and keeps what was written if it breaks off."""

    tier: Tier
    clock: Callable[[], float]
    progress: Callable[[Progress], None]
    hear: Callable[[int, str], None]
    samples: dict[int, _Sample] = field(default_factory=dict)
    usage: Usage | None = None
    continues: bool = False
    started_s: float = 0.0
    first_token_s: float | None = None
    ended_s: float = 0.0
    tokens: int = 0
    progress_due_s: float = 0.0
    loads: list[float] = field(default_factory=list)

    @property
    def engine_running(self) -> float:
        """Requests that the engine said it was serving meanwhile, their mean; 0 if it tells none."""
        return fmean(self.loads) if self.loads else 0.0

    async def collect(self, request: GenerationRequest) -> None:
        if not self.started_s:
            self.started_s = self.clock()
        self.continues = request.continue_text
        self.samples = {}
        try:
            if request.timeout_s <= 0:
                raise TierTimeout(tier=self.tier.name, after_s=0.0)
            async with aclosing(self.tier.stream(request)) as events:
                async for event in events:
                    self._take(event)
        finally:
            self.ended_s = self.clock()

    async def once_more(self, request: GenerationRequest) -> None:
        """Another generation in place of the last, which is kept where this one brings nothing."""
        before = self.samples
        try:
            await self.collect(request)
        except TierError:
            if self.samples:
                raise
            self.samples = before

    def _take(self, event: Token | End) -> None:
        if isinstance(event, End):
            self.usage = (self.usage or Usage()) + event.usage
            for index, finish in enumerate(event.finish):
                self.samples.setdefault(index, _Sample()).finish = finish
            return
        now_s = self.clock()
        if self.first_token_s is None:
            self.first_token_s = self.progress_due_s = now_s
        self.tokens += self.samples.setdefault(event.index, _Sample()).add(event)
        self.hear(event.index, event.text)
        if now_s >= self.progress_due_s:
            self.progress_due_s = now_s + PROGRESS_EVERY_S
            self.progress(Progress(tier=self.tier.name, tokens=self.tokens))
            self._look_at_load()

    def _look_at_load(self) -> None:
        load = self.tier.load()
        if load is not None:
            self.loads.append(load.running)

    def written(self, *, cost: Cost, in_flight: float, error: TierError | None) -> Written:
        return Written(
            texts=self.texts(),
            usage=self.usage or Usage(completion_tokens=self.tokens),
            cost=cost,
            in_flight=in_flight,
            ms=(self.ended_s - self.started_s) * MS_PER_S,
            ttft_ms=None
            if self.first_token_s is None
            else (self.first_token_s - self.started_s) * MS_PER_S,
            error=error,
        )

    def texts(self) -> tuple[Text, ...]:
        """What the last generation has brought so far, by sample."""
        return tuple(self._text(self.samples[index]) for index in sorted(self.samples))

    def _text(self, sample: _Sample) -> Text:
        content = "".join(sample.pieces).rstrip()
        return Text(
            # A continuation begins with the blank that belongs to the seam.
            content=content if self.continues else content.lstrip(),
            finish=sample.finish or "length",
            logprobs=tuple(sample.logprobs),
            tokens=sample.tokens,
            partial=sample.finish is None,
        )
