"""What the cache did and saved, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from prometheus_client import Counter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from assistant.cache.base import CacheReport
from assistant.economics.cost import costs_of
from assistant.types import CacheInfo, Provenance

ReportOf: TypeAlias = Callable[[], CacheReport]

_BREAKER: Final = ("closed", "half_open", "open")


class CacheMetrics(Collector):
    """Counts answers as they go out, and asks the cache for the rest when it is scraped."""

    def __init__(self, registry: CollectorRegistry, *, prefix: str) -> None:
        self._prefix = f"{prefix}_cache"
        self._report_of: ReportOf | None = None
        self._lookups = self._counter(
            registry, "lookups_total", "Cache outcomes.", "status", "level", "reason"
        )
        self._tokens = self._counter(
            registry,
            "saved_tokens_total",
            "Tokens of hits that were not written again.",
            "tier",
            "kind",
        )
        self._gpu = self._counter(
            registry, "saved_gpu_seconds_total", "GPU time that hits did not take, seconds.", "tier"
        )
        self._usd = self._counter(
            registry, "saved_usd_total", "Money that hits did not cost, US dollars.", "tier"
        )
        registry.register(self)

    def watch(self, report_of: ReportOf) -> None:
        """Asks `report_of` from now on."""
        self._report_of = report_of

    def answered(self, made: Provenance) -> None:
        """An answer goes out; what it took to write a stored one is saved."""
        told = made.cache
        self._lookups.labels(told.status, told.level or "", _reason(told)).inc()
        if told.status != "hit":
            return
        for rung in made.path:
            self._tokens.labels(rung.tier, "prompt").inc(rung.usage.prompt_tokens)
            self._tokens.labels(rung.tier, "completion").inc(rung.usage.completion_tokens)
            for cost in costs_of(rung):
                self._gpu.labels(rung.tier).inc(cost.gpu_s)
                self._usd.labels(rung.tier).inc(cost.usd)

    def collect(self) -> Iterator[Metric]:
        """What the cache has counted by now."""
        report = self._report_of() if self._report_of is not None else CacheReport()
        yield self._by("rejections", "Similar requests refused by the verifier.", report.rejections)
        yield self._by("refused_writes", "Answers not stored.", report.refused_writes)
        yield self._by(
            "flights",
            "Requests that led, joined or took over a generation.",
            report.flights,
            "role",
        )
        yield CounterMetricFamily(
            f"{self._prefix}_stale", "Answers served past their time.", value=float(report.stale)
        )
        breaker = GaugeMetricFamily(
            f"{self._prefix}_breaker_open", "1 while the store is left alone, .5 while it is tried."
        )
        breaker.add_metric([], _BREAKER.index(report.breaker) / 2)
        yield breaker
        yield from self._strata(report)

    def _strata(self, report: CacheReport) -> Iterator[Metric]:
        labels = ["task", "language"]
        seen = CounterMetricFamily(
            f"{self._prefix}_semantic_seen", "Semantic hits served or watched.", labels=labels
        )
        wrong = CounterMetricFamily(
            f"{self._prefix}_semantic_wrong", "Of those, hits that were wrong.", labels=labels
        )
        bound = GaugeMetricFamily(
            f"{self._prefix}_semantic_error_bound",
            "95 % upper bound of the share of wrong semantic hits.",
            labels=labels,
        )
        serving = GaugeMetricFamily(
            f"{self._prefix}_semantic_serving",
            "1 where semantic hits may be served, 0 where they are only watched.",
            labels=labels,
        )
        for stratum, error in report.shadow.items():
            names = [stratum.task, stratum.language]
            seen.add_metric(names, error.seen)
            wrong.add_metric(names, error.wrong)
            bound.add_metric(names, error.bound)
            serving.add_metric(names, float(error.serving))
        yield from (seen, wrong, bound, serving)

    def _by(
        self, name: str, text: str, counts: Mapping[str, int], label: str = "reason"
    ) -> CounterMetricFamily:
        family = CounterMetricFamily(f"{self._prefix}_{name}", text, labels=[label])
        for value, count in counts.items():
            family.add_metric([value], count)
        return family

    def _counter(self, registry: CollectorRegistry, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{self._prefix}_{name}", text, labels, registry=registry)


def _reason(told: CacheInfo) -> str:
    marks = [mark for mark, holds in (("stale", told.stale), ("joined", told.joined)) if holds]
    return told.reason or "_".join(marks)
