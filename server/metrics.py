"""What is counted and timed, for Prometheus. One registry per app, so that tests share nothing."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from assistant.errors import AllTiersFailed
from assistant.types import Answer, Cost, Rung, Usage
from server.break_even import BreakEvenMetrics
from server.cache_metrics import CacheMetrics, ReportOf
from server.drift_metrics import DriftMetrics, DriftOf
from server.record_metrics import DroppedOf, RecordMetrics

LATENCY_BUCKETS_S = (
    0.05,
    0.1,
    0.2,
    0.4,
    0.7,
    1.0,
    1.5,
    2.0,
    3.0,
    5.0,
    8.0,
    15.0,
    30.0,
    60.0,
    120.0,
)
"""Fine around what people feel: 0.4 s while typing, 1 s for a rewrite, above 3 s it feels broken."""

PREFIX = "inkladder"

# The time each series began would double the output, and no dashboard of ours asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The counters of one app. Labels are names from the policy and route templates: never texts."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = self._counter("requests_total", "Requests answered.", "route", "status")
        self._answers = self._counter(
            "answers_total", "Answers by the tier that wrote them.", "tier"
        )
        self._rungs = self._counter("rungs_total", "Steps of the ladder.", "tier", "decision")
        self._takeovers = self._counter(
            "takeovers_total",
            "Texts that a tier went on with from their accepted beginning.",
            "tier",
        )
        self._segments = self._counter(
            "segments_total", "Segments sent while their tier still wrote.", "tier"
        )
        self._aborted = self._counter(
            "aborted_total", "Drafts stopped in the engine before their end.", "tier", "reason"
        )
        self._degraded = self._counter("degraded_total", "Answers with a reservation.", "reason")
        self._tokens = self._counter("tokens_total", "Tokens read and written.", "tier", "kind")
        self._gpu = self._counter("gpu_seconds_total", "GPU time spent, seconds.", "tier")
        self._usd = self._counter("usd_total", "Money spent, US dollars.", "tier")
        self._break_even = BreakEvenMetrics(self._registry, prefix=PREFIX)
        self._drift = DriftMetrics(self._registry, prefix=PREFIX)
        self._records = RecordMetrics(self._registry, prefix=PREFIX)
        self._cache = CacheMetrics(self._registry, prefix=PREFIX)
        self._latency = self._histogram("request_seconds", "From request to end of reply.")
        self._ttft = self._histogram("first_text_seconds", "From request to the first text sent.")
        self._in_flight = Gauge(
            f"{PREFIX}_requests_in_flight", "Requests at work.", registry=self._registry
        )

    def started(self) -> None:
        """A request came in."""
        self._in_flight.inc()

    def served(self, *, route: str, status: int, seconds: float) -> None:
        """A request is over, well or not."""
        self._in_flight.dec()
        self._requests.labels(route, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def first_text(self, *, route: str, seconds: float) -> None:
        """The first text of an answer was sent."""
        self._ttft.labels(route).observe(seconds)

    def answered(self, answer: Answer) -> None:
        """An answer is about to be sent. What a cached one once cost is not counted again."""
        made = answer.provenance
        self._answers.labels(made.tier).inc()
        self._cache.answered(made)
        for reason in made.degraded:
            self._degraded.labels(reason).inc()
        if made.cache.status != "hit":
            self._spent(made.path)
            self._break_even.answered(made)

    def watch_drift(self, drift_of: DriftOf) -> None:
        """Tells from now on how far drafts lie from the calibration's."""
        self._drift.watch(drift_of)

    def watch_cache(self, report_of: ReportOf) -> None:
        """Tells from now on what the cache counts."""
        self._cache.watch(report_of)

    def watch_records(self, dropped_of: DroppedOf) -> None:
        """Tells from now on how many decision records could not be kept."""
        self._records.watch(dropped_of)

    def failed(self, error: Exception) -> None:
        """No answer could be written; counts the rungs that were tried."""
        if isinstance(error, AllTiersFailed):
            for cause in error.causes:
                self._rungs.labels(cause.tier, "failed").inc()

    def render(self) -> bytes:
        """The text format of Prometheus."""
        return generate_latest(self._registry)

    def _spent(self, path: Iterable[Rung]) -> None:
        for rung in path:
            self._rungs.labels(rung.tier, rung.decision).inc()
            self._let_out(rung)
            self._charge(rung.tier, rung.usage, rung.cost)
            opinion = rung.second_opinion
            if opinion is not None:
                self._charge(opinion.tier, opinion.usage, opinion.cost)

    def _let_out(self, rung: Rung) -> None:
        if rung.how == "continue":
            self._takeovers.labels(rung.tier).inc()
        if rung.segments:
            self._segments.labels(rung.tier).inc(rung.segments)
        if rung.aborted:
            self._aborted.labels(rung.tier, rung.reason).inc()

    def _charge(self, tier: str, usage: Usage, cost: Cost) -> None:
        self._tokens.labels(tier, "prompt").inc(usage.prompt_tokens)
        self._tokens.labels(tier, "completion").inc(usage.completion_tokens)
        self._gpu.labels(tier).inc(cost.gpu_s)
        self._usd.labels(tier).inc(cost.usd)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", text, labels, registry=self._registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(
            f"{PREFIX}_{name}", text, ["route"], buckets=LATENCY_BUCKETS_S, registry=self._registry
        )
