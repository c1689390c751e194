"""Measures the running tiers of a policy, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from assistant.benchmark.bench import Work, measure
from assistant.benchmark.driver import local_driver
from assistant.benchmark.findings import Described, describe, doubts
from assistant.benchmark.llamacpp_engine import LlamaCppEngine
from assistant.benchmark.sglang_engine import SGLangEngine
from assistant.benchmark.target import BenchEngine, BenchPlan, EngineFacts, Target
from assistant.economics.measurement import MeasuredKind, Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTier:
    """All that is known about one tier after its measurement."""

    target: Target
    facts: EngineFacts
    described: Described
    driver: str | None
    measurements: tuple[Measurement, ...]


class Listener:
    """Hears about the bench as it goes on; this one keeps silent."""

    def doubted(self, doubt: str) -> None:
        """Something does not fit between policy, server and plan."""

    def ended(self, tier: str, kind: MeasuredKind, level: int, requests: int) -> None:
        """So many requests of a level have ended."""


async def bench_tiers(
    targets: Sequence[Target],
    plan: BenchPlan,
    *,
    keep: Callable[[MeasuredTier], None],
    listener: Listener | None = None,
) -> None:
    """Measures each target and hands it to `keep` as soon as it is complete.

    All targets are asked for their facts before the first is measured.

    Raises:
        TierUnavailable, TierRejected, TierTimeout: a tier does not answer, is not what the policy says,
            or did other work than asked; those measured before it have been kept.
    """
    heard = listener or Listener()
    async with AsyncExitStack() as stack:
        found = []
        for target in targets:
            engine = engine_of(target)
            stack.push_async_callback(engine.aclose)
            facts = await engine.facts()
            found.append((engine, target, facts, describe(target, facts)))
            for doubt in doubts(target, facts, levels=plan.levels_for(target.engine)):
                heard.doubted(doubt)
        for engine, target, facts, described in found:
            work = Work(engine=engine, target=target, facts=facts, described=described)
            measured = await measure(work, plan, progress=_progress(target.tier, heard))
            driver = await local_driver(target, facts)
            keep(
                MeasuredTier(
                    target=target,
                    facts=facts,
                    described=described,
                    driver=driver,
                    measurements=measured,
                )
            )


def engine_of(target: Target) -> BenchEngine:
    """The client for the target's engine."""
    return SGLangEngine(target) if target.engine == "sglang" else LlamaCppEngine(target)


def _progress(tier: str, listener: Listener) -> Callable[[MeasuredKind, int, int], None]:
    return lambda kind, level, requests: listener.ended(tier, kind, level, requests)
