"""What was measured, as tables for a terminal of 80 columns or more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table

from assistant.benchmark.gateway_report import GatewayReport, Level, Way
from assistant.benchmark.tiers import MeasuredTier
from assistant.economics.measurement import MeasuredKind, Measurement

_KINDS: dict[MeasuredKind, str] = {
    "generate": "write",
    "generate_logprobs": "logprobs",
    "score_text": "read",
}
_NOTHING = "-"
_MIN_NAME = 8
"""Characters of a tier's name on one line, however narrow the terminal."""


def tiers_table(tiers: Sequence[MeasuredTier]) -> Table:
    """One line for each tier, kind of work and load. `logprobs` writes with them, as our tiers do."""
    places = {f"{tier.described.gpus} x {tier.described.card}": None for tier in tiers}
    lengths = {
        f"{one.prompt_tokens} tokens in, {one.completion_tokens} out": None
        for tier in tiers
        for one in tier.measurements
        if one.kind != "score_text"
    }
    table = Table(
        title=f"{', '.join(lengths)}, on {', '.join(places)}",
        box=box.SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )
    table.add_column("tier", overflow="fold", min_width=_MIN_NAME)
    table.add_column("work", no_wrap=True)
    headings = ("at\nonce", "GPU-s/\nreq.", "TTFT ms\np50", "\np95", "TPOT\nms", "e2e\ns", "tok/s")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for tier in tiers:
        for one in tier.measurements:
            table.add_row(tier.target.tier, *_cells(one))
        table.add_section()
    return table


def gateway_table(report: GatewayReport) -> Table:
    """Four lines for each load: both ways, and what ours adds, in units and as a ratio."""
    table = Table(title=f"{report.max_tokens} tokens out, end to end, {report.rounds} rounds")
    table.add_column("at\nonce", justify="right")
    table.add_column("way", no_wrap=True)
    for heading in ("p50\nms", "p95\nms", "ms per\ntoken", "first\ntext ms", "tokens\nper s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for level in report.levels:
        table.add_row(str(level.concurrency), "direct", *_way_cells(level.direct))
        table.add_row("", "gateway", *_way_cells(level.gateway))
        table.add_row("", "added", *_added_cells(level), style="bold")
        table.add_row("", "ratio", *_ratio_cells(level), style="bold")
        table.add_section()
    return table


def gateway_doubts(report: GatewayReport) -> Iterator[str]:
    """Sentences about what makes the figures less than they seem."""
    for level in report.levels:
        at = f"at {level.concurrency}"
        if not level.comparable:
            direct, gateway = level.direct, level.gateway
            yield (
                f"{at}: only {direct.full_length} of {direct.requests} answers directly and"
                f" {gateway.full_length} of {gateway.requests} through the server were as long as"
                " asked for: trust the figures per token, or ask for fewer tokens"
            )
        if level.gateway.degraded:
            yield f"{at}: the server marked {level.gateway.degraded} answers as degraded"


def _cells(one: Measurement) -> tuple[str, ...]:
    return (
        _KINDS[one.kind],
        str(one.concurrency),
        f"{one.gpu_s_per_request:.4f}",
        _number(one.ttft_ms_p50, 1),
        _number(one.ttft_ms_p95, 1),
        _number(one.tpot_ms_p50, 2),
        _number(one.e2e_s_p50, 3),
        _number(one.output_tokens_per_s, 0),
    )


def _number(value: float | None, digits: int) -> str:
    return _NOTHING if value is None else f"{value:.{digits}f}"


def _way_cells(way: Way) -> tuple[str, ...]:
    return (
        f"{way.e2e_ms_p50:.1f}",
        f"{way.e2e_ms_p95:.1f}",
        f"{way.ms_per_token_p50:.2f}",
        f"{way.first_text_ms_p50:.1f}",
        f"{way.tokens_per_s:.0f}",
    )


def _added_cells(level: Level) -> tuple[str, ...]:
    direct, gateway = level.direct, level.gateway
    return (
        f"{level.added_ms_p50:+.1f}",
        f"{level.added_ms_p95:+.1f}",
        f"{gateway.ms_per_token_p50 - direct.ms_per_token_p50:+.2f}",
        f"{gateway.first_text_ms_p50 - direct.first_text_ms_p50:+.1f}",
        f"{gateway.tokens_per_s - direct.tokens_per_s:+.0f}",
    )


def _ratio_cells(level: Level) -> tuple[str, ...]:
    first = level.gateway.first_text_ms_p50 / level.direct.first_text_ms_p50
    return (
        f"{level.ratio_p50:.3f}",
        f"{level.ratio_p95:.3f}",
        f"{level.ratio_ms_per_token:.3f}",
        f"{first:.3f}",
        f"{level.throughput_share:.3f}",
    )
