"""Decision records that could not be kept, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

DroppedOf: TypeAlias = Callable[[], int]


class RecordMetrics(Collector):
    """Asks for the number when it is scraped; nothing is told before there is somebody to ask."""

    def __init__(self, registry: CollectorRegistry, *, prefix: str) -> None:
        self._name = f"{prefix}_records_dropped"
        self._dropped_of: DroppedOf | None = None
        registry.register(self)

    def watch(self, dropped_of: DroppedOf) -> None:
        """Asks `dropped_of` from now on."""
        self._dropped_of = dropped_of

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The count since this process began."""
        if self._dropped_of is not None:
            yield CounterMetricFamily(
                self._name,
                "Decision records that could not be kept.",
                value=float(self._dropped_of()),
            )
