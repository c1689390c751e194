"""GPU-seconds to money. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.types import Cost

SECONDS_PER_HOUR = 3600.0


def cost_of(gpu_s: float, *, usd_per_hour: float) -> Cost:
    """Cost of a run of `gpu_s` GPU-seconds on a card of that price."""
    return Cost(gpu_s=gpu_s, usd=gpu_s * usd_per_hour / SECONDS_PER_HOUR)


def total(costs: Iterable[Cost], *, always_large: Cost | None) -> Cost:
    """Cost of all rungs together, beside what the last tier alone would have cost (None: unknown)."""
    rungs = tuple(costs)
    return Cost(
        gpu_s=sum(cost.gpu_s for cost in rungs),
        usd=sum(cost.usd for cost in rungs),
        always_large_gpu_s=None if always_large is None else always_large.gpu_s,
        always_large_usd=None if always_large is None else always_large.usd,
    )
