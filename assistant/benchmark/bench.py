"""Measures one engine at every load of a plan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from assistant.benchmark.findings import Described
from assistant.benchmark.load import LoadRun, run_load
from assistant.benchmark.summary import median, tail
from assistant.benchmark.target import BenchEngine, BenchPlan, EngineFacts, Prompts, Target, Timing
from assistant.economics.measurement import MeasuredKind, Measurement

MS_PER_S = 1000.0
SIGNIFICANT = 6
"""Digits kept of a time; the next measurement differs in the third."""

WARM_UP_TOKENS = 8
"""Enough to have every kernel compiled that writing needs, and little to wait for."""

Call = Callable[[], Awaitable[Timing]]
Progress = Callable[[MeasuredKind, int, int], None]
"""Hears the kind, the requests at once, and how many have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One engine to be measured, and what it was found to be."""

    engine: BenchEngine
    target: Target
    facts: EngineFacts
    described: Described


async def measure(
    work: Work, plan: BenchPlan, *, progress: Progress = lambda *_: None
) -> tuple[Measurement, ...]:
    """One measurement for each kind and load, after a warm-up that is not counted.

    Raises:
        TierUnavailable, TierRejected, TierTimeout: a request failed or did other work than asked.
    """
    prompts = Prompts(plan.seed)
    kinds = _kinds(work.engine, plan)
    levels = plan.levels_for(work.target.engine)
    for kind in kinds:
        tokens = min(WARM_UP_TOKENS, plan.completion_tokens)
        calls = _calls(work.engine, kind, plan, prompts, tokens=tokens)
        at_once = _warm_up(work.facts, levels)
        await run_load([calls() for _ in range(at_once)], concurrency=at_once)
    found = []
    for kind in kinds:
        calls = _calls(work.engine, kind, plan, prompts, tokens=plan.completion_tokens)
        for level in levels:
            await work.engine.flush()
            load = await run_load(
                [calls() for _ in range(plan.requests_at(level))],
                concurrency=level,
                done=partial(progress, kind, level),
            )
            found.append(_measurement(work, plan, kind, level, load))
    return tuple(found)


def _kinds(engine: BenchEngine, plan: BenchPlan) -> tuple[MeasuredKind, ...]:
    kinds: list[MeasuredKind] = ["generate"]
    if plan.logprobs:
        kinds.append("generate_logprobs")
    if plan.score and engine.reader is not None:
        kinds.append("score_text")
    return tuple(kinds)


def _warm_up(facts: EngineFacts, levels: Sequence[int]) -> int:
    # Cards compile kernels for the sizes that they meet first; a processor would only take long.
    return 1 if facts.accelerator is None else max(levels)


def _calls(
    engine: BenchEngine, kind: MeasuredKind, plan: BenchPlan, prompts: Prompts, *, tokens: int
) -> Callable[[], Call]:
    """Makes the calls of a kind, each with a prompt of its own that exists before time is taken."""
    reader = engine.reader
    if kind == "score_text" and reader is not None:
        whole = plan.prompt_tokens + plan.completion_tokens
        return lambda: partial(reader.read, prompts.next(whole), given=plan.prompt_tokens)
    logprobs = kind == "generate_logprobs"
    return lambda: partial(
        engine.generate, prompts.next(plan.prompt_tokens), tokens=tokens, logprobs=logprobs
    )


def _measurement(
    work: Work, plan: BenchPlan, kind: MeasuredKind, level: int, load: LoadRun[Timing]
) -> Measurement:
    requests, timings = len(load.results), load.results
    reads = kind == "score_text"
    written = sum(timing.tokens for timing in timings)
    tpots = [timing.tpot_s for timing in timings if timing.tpot_s is not None]
    return Measurement(
        model=work.target.model,
        quantization=work.described.quantization,
        kind=kind,
        concurrency=level,
        requests=requests,
        prompt_tokens=plan.prompt_tokens + (plan.completion_tokens if reads else 0),
        completion_tokens=1 if reads else plan.completion_tokens,
        wall_s=_digits(load.wall_s),
        gpu_s_per_request=_digits(load.wall_s * work.described.gpus / requests),
        output_tokens_per_s=None if reads else _digits(written / load.wall_s),
        ttft_ms_p50=_ms(median, [timing.ttft_s for timing in timings]),
        ttft_ms_p95=_ms(tail, [timing.ttft_s for timing in timings]),
        tpot_ms_p50=_ms(median, tpots) if tpots else None,
        e2e_s_p50=_digits(median([timing.e2e_s for timing in timings])),
    )


def _ms(statistic: Callable[[Sequence[float]], float], seconds: Sequence[float]) -> float:
    return _digits(statistic(seconds) * MS_PER_S)


def _digits(value: float) -> float:
    return float(f"{value:.{SIGNIFICANT}g}")
