"""Sums of costs. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.types import Cost, Rung

SECONDS_PER_HOUR = 3600.0


def costs_of(rung: Rung) -> tuple[Cost, ...]:
    """What a rung cost: writing, and the second opinion about it."""
    opinion = rung.second_opinion
    return (rung.cost,) if opinion is None else (rung.cost, opinion.cost)


def total(costs: Iterable[Cost], *, always_large: Cost | None = None) -> Cost:
    """Cost of all parts together, beside what the last tier alone would have cost (None: unknown)."""
    parts = tuple(costs)
    measured = bool(parts) and all(cost.basis == "measured" for cost in parts)
    return Cost(
        gpu_s=sum(cost.gpu_s for cost in parts),
        usd=sum(cost.usd for cost in parts),
        basis="measured" if measured else "wall_time",
        always_large_gpu_s=None if always_large is None else always_large.gpu_s,
        always_large_usd=None if always_large is None else always_large.usd,
    )
