"""Whether the cascade pays, as Prometheus gauges: one value per route of the policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from prometheus_client import CollectorRegistry, Gauge

from assistant.economics.breakeven_meter import BreakEvenMeter
from assistant.economics.cost import costs_of, total
from assistant.types import Cost, Provenance, Rung

_ALONE = "only_rung"
"""The reason of a rung that had no other to escalate to: no cascade, nothing to break even."""


class BreakEvenMetrics:
    """Running means over the answers that a cascade wrote; `prefix` begins the metrics' names."""

    def __init__(self, registry: CollectorRegistry, *, prefix: str) -> None:
        self._meter = BreakEvenMeter()
        meter = self._meter
        told: dict[str, tuple[str, Callable[[str], float | None]]] = {
            "escalation_rate": (
                "Share of answers that needed a tier above the first.",
                meter.escalation_rate,
            ),
            "break_even_escalation_rate": (
                "Escalation rate above which the last tier alone is cheaper.",
                meter.break_even_rate,
            ),
            "saved_share": (
                "Share of the last tier's bill that the cascade saves; negative: it costs more.",
                meter.saved_share,
            ),
            "thrown_away_share": (
                "Share of the bill for texts that were not served.",
                meter.thrown_away_share,
            ),
        }
        self._gauges = [
            (Gauge(f"{prefix}_{name}", text, ["policy_route"], registry=registry), value_of)
            for name, (text, value_of) in told.items()
        ]

    def answered(self, made: Provenance) -> None:
        """Takes an answer in that was written now, by a ladder of more than one."""
        first = made.path[0]
        if first.decision == "failed" or first.reason == _ALONE:
            return
        self._meter.observe(
            made.route,
            escalated=any(rung.tier != first.tier for rung in made.path),
            first=total(costs_of(first)),
            spent=made.cost,
            thrown_away=total(_thrown_away(rung) for rung in made.path if rung.tier != made.tier),
        )
        for gauge, value_of in self._gauges:
            value = value_of(made.route)
            if value is not None:
                gauge.labels(made.route).set(value)


def _thrown_away(rung: Rung) -> Cost:
    """The part of what a rung cost that is in no answer: a beginning that another tier went on from is."""
    cost = total(costs_of(rung))
    written = rung.usage.completion_tokens
    share = 1 - min(1, rung.kept_tokens / written) if written else 1
    return replace(cost, gpu_s=cost.gpu_s * share, usd=cost.usd * share)
