"""Measuring the real embedded engine, with the smallest of loads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.benchmark.llamacpp_engine import LlamaCppEngine
from assistant.benchmark.target import BenchPlan, Prompts, Target
from assistant.benchmark.tiers import MeasuredTier, bench_tiers
from assistant.embedded.model import BUILT_IN_MODEL
from assistant.embedded.spec import EngineAddress
from assistant.errors import TierRejected, TierUnavailable
from support.measured_engine import MeasuredEngine

TINY = BenchPlan(levels=(2,), prompt_tokens=8, completion_tokens=4)


def target_of(address: EngineAddress) -> Target:
    """The embedded tier."""
    return Target(
        tier="draft",
        engine="llamacpp",
        model=BUILT_IN_MODEL,
        url=address.url,
        api_key=address.api_key,
        card="cpu",
        temperature=0.7,
        top_p=0.95,
    )


async def test_a_real_engine_is_measured(embedded_engine: EngineAddress) -> None:
    """Writing with and without log-probabilities; it reads no given texts."""
    measured: list[MeasuredTier] = []

    await bench_tiers([target_of(embedded_engine)], TINY, keep=measured.append)

    (tier,) = measured
    rows = [(one.kind, one.concurrency, one.requests) for one in tier.measurements]
    assert rows == [("generate", 2, 4), ("generate_logprobs", 2, 4)]
    assert tier.described.card == "cpu"
    assert tier.facts.version != "unknown"
    for one in tier.measurements:
        assert one.tpot_ms_p50 is not None
        assert one.tpot_ms_p50 > 0


async def test_a_prompt_that_does_not_fit_is_told(embedded_engine: EngineAddress) -> None:
    """In the engine's words."""
    engine = LlamaCppEngine(target_of(embedded_engine))

    with pytest.raises(TierRejected, match="exceeds the available context size"):
        await engine.generate(Prompts(0).next(3000), tokens=4, logprobs=False)


async def test_a_text_that_ends_early_is_no_measurement(
    embedded_engine: EngineAddress, engine: MeasuredEngine
) -> None:
    """The engine's last words where the context ended before the length that was asked for."""
    other = replace(target_of(embedded_engine), url=engine.url)
    last = (
        '{"content":"","stop":true,"tokens_predicted":3,"tokens_evaluated":2,"stop_type":"limit"}'
    )
    engine.recorded["/completion"] = ("text/event-stream", f"data: {last}\n\n")

    with pytest.raises(TierUnavailable, match="wrote 3 tokens where 4 were asked for"):
        await LlamaCppEngine(other).generate((1, 2), tokens=4, logprobs=False)


async def test_another_server_is_told_apart(
    embedded_engine: EngineAddress, engine: MeasuredEngine
) -> None:
    """Its address may have been taken by something else."""
    other = replace(target_of(embedded_engine), url=engine.url)
    engine.recorded["/completion"] = ("text/event-stream", "data: {}\n\n")

    with pytest.raises(TierUnavailable, match=r"not llama\.cpp's native protocol"):
        await LlamaCppEngine(other).generate((1, 2), tokens=4, logprobs=False)
