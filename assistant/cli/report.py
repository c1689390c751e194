"""What the command line tells about an answer: path, score, reasons, checks, cost. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assistant.types import (
    Answer,
    CacheInfo,
    CheckFailed,
    Cost,
    Delta,
    DraftCompleted,
    DraftStarted,
    Event,
    How,
    OpinionGiven,
    Progress,
    Reason,
    Rung,
    RungJudged,
    SegmentAccepted,
    TierStarted,
)

MS_PER_S = 1000.0
REASONS_SHOWN = 3

_DEGRADED = {
    "below_bar": "no text reached the bar; this is the best of those written",
    "deadline": "time ran out",
    "tier_down": "a tier could not write",
    "embedder_down": "scored without sentence embeddings",
    "cache_down": "the cache did not answer",
    "partial": "the text is incomplete",
    "upgrade_pending": "it missed the bar; a larger tier writes a better text behind it",
}

_HOW: Final[dict[How, str]] = {
    "first": "",
    "fresh": " anew",
    "repair": " repairs it",
    "continue": " goes on",
    "resample": " tries again",
}


def progress_text(event: Event) -> str:
    """One line on what happens now."""
    match event:
        case DraftStarted():
            return f"route {event.route}"
        case RungJudged():
            return _step(event.rung)
        case Delta() | DraftCompleted():
            return "writing"
        case _:
            return f"{event.tier}{_doing(event)}"


def _doing(event: TierStarted | Progress | SegmentAccepted | CheckFailed) -> str:
    match event:
        case TierStarted():
            return f" ({event.model}){_HOW[event.how]}: reads the request"
        case Progress():
            return f" writes: {event.tokens} tokens"
        case SegmentAccepted():
            return f" writes: segment {event.index + 1} accepted"
        case CheckFailed():
            return f": {event.check.name} failed"


def report(answer: Answer) -> Group:
    """The story of an answer, for a terminal of any width."""
    made = answer.provenance
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(answer):
        table.add_row(name, value)
    style = "yellow" if made.degraded else "green"
    return Group(Text("─" * 40, style="dim"), Text(_headline(answer), style=style), table)


def _headline(answer: Answer) -> str:
    made = answer.provenance
    if made.cache.status == "hit":
        return f"remembered from {made.cache.age_s or 0.0:.0f} s ago, written by {made.tier}"
    return f"written by {made.tier} ({made.model})"


def _rows(answer: Answer) -> Iterator[tuple[str, str]]:
    made = answer.provenance
    yield "path", "\n".join(_step(rung) for rung in made.path)
    if made.score is not None:
        yield "score", f"{made.score:.2f} (calibrated probability that the text is acceptable)"
    served = next(rung for rung in reversed(made.path) if rung.tier == made.tier)
    if served.reasons:
        yield "reasons", "\n".join(_reason(one) for one in served.reasons[:REASONS_SHOWN])
    yield "checks", _checks(answer)
    yield "cost", _cost(made.cost, served)
    yield "tokens", f"{answer.usage.prompt_tokens} read, {answer.usage.completion_tokens} written"
    yield "policy", f"{made.policy}@{made.policy_revision}, route {made.route}"
    yield "cache", _cache(made.cache)
    for mark in made.degraded:
        yield "degraded", f"{mark}: {_DEGRADED[mark]}"


def _cache(cache: CacheInfo) -> str:
    marks = [mark for mark, holds in (("stale", cache.stale), ("joined", cache.joined)) if holds]
    told = ", ".join(part for part in (cache.level, cache.reason, *marks) if part)
    return f"{cache.status} ({told})" if told else cache.status


def _step(rung: Rung) -> str:
    score = "" if rung.score is None else f", score {rung.score:.2f}"
    failed = f" ({', '.join(rung.failed_checks)})" if rung.failed_checks else ""
    samples = f", best of {rung.samples}" if rung.samples > 1 else ""
    stopped = f", stopped after {rung.usage.completion_tokens} tokens" if rung.aborted else ""
    kept = (
        f", {rung.kept_tokens} tokens kept"
        if rung.decision != "accept" and rung.kept_tokens
        else ""
    )
    seconds = f", {rung.ms / MS_PER_S:.1f} s"
    told = f"{rung.decision}, {rung.reason}{failed}{score}{samples}{stopped}{kept}{seconds}"
    step = f"{rung.tier}{_HOW[rung.how]}: {told}"
    return step if rung.second_opinion is None else f"{step}; {_opinion(rung.second_opinion)}"


def _opinion(opinion: OpinionGiven) -> str:
    if opinion.mean_logprob is None:
        return f"{opinion.tier} could not read it ({opinion.failure or 'empty text'})"
    return f"{opinion.tier} read it: {opinion.mean_logprob:.2f} per token"


def _reason(reason: Reason) -> str:
    return f"{'+' if reason.contribution > 0 else '-'} {reason.text}"


def _checks(answer: Answer) -> str:
    failed = [f"{check.name}: {check.evidence}" for check in answer.checks if not check.passed]
    passed = sum(check.passed for check in answer.checks)
    return "\n".join([f"{passed} of {len(answer.checks)} passed", *failed])


def _cost(cost: Cost, served: Rung) -> str:
    unit = "engine-seconds" if served.cost.usd == 0 else "GPU-seconds"
    how = "as measured for this card" if cost.basis == "measured" else "by shared wall time"
    spent = f"{cost.gpu_s:.2f} {unit}, {_money(cost.usd)} ({how})"
    if cost.always_large_gpu_s is None:
        return f"{spent}; the last tier alone: not measured yet"
    large = f"{cost.always_large_gpu_s:.2f} {unit}, {_money(cost.always_large_usd or 0.0)}"
    return f"{spent}; the last tier alone: {large}"


def _money(usd: float) -> str:
    return f"${usd:.6f}" if usd else "$0"
