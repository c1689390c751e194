"""How far the latest drafts lie from the calibration's, as Prometheus gauges read when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from assistant.confidence.drift import Drift

DriftOf: TypeAlias = Callable[[], Drift | None]


class DriftMetrics(Collector):
    """Gauges without a value until enough drafts were seen: 0 would say that nothing had moved."""

    def __init__(self, registry: CollectorRegistry, *, prefix: str) -> None:
        self._prefix = prefix
        self._drift_of: DriftOf | None = None
        registry.register(self)

    def watch(self, drift_of: DriftOf) -> None:
        """Asks `drift_of` from now on."""
        self._drift_of = drift_of

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The indices as of now."""
        score = GaugeMetricFamily(
            f"{self._prefix}_score_drift_psi",
            "Population stability index of the scores; from .25 thresholds with a risk may not hold.",
        )
        features = GaugeMetricFamily(
            f"{self._prefix}_feature_drift_psi",
            "Population stability index of what the score is made of.",
            labels=["feature"],
        )
        drafts = GaugeMetricFamily(
            f"{self._prefix}_drift_drafts", "Latest drafts that the indices are over."
        )
        drift = self._drift_of() if self._drift_of is not None else None
        if drift is not None:
            score.add_metric([], drift.score)
            drafts.add_metric([], drift.drafts)
            for name, value in drift.features.items():
                features.add_metric([name], value)
        yield from (score, features, drafts)
