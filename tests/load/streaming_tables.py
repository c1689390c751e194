"""What the streaming bench found, as tables. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table

from load.steady_engine import SteadyPace
from load.streaming_mix import FOUND, PLACES, SHARES, Mix, fates_of, mix_of, weighted
from load.streaming_run import CARD, Ladder, Runs, Seen, Strategy
from load.streaming_targets import Target, over_pure, targets
from load.streaming_texts import Fate

HEADLINE: Final = 0.3
"""Share of deferred drafts at which GPU-seconds have a target."""

LATE_S: Final = 0.01
"""Tokens of an engine that are later than this say that the machine is busy with something else."""

_BOUNDS: Final[Mapping[str, str]] = {
    "first": "- at once",
    "even": "- anywhere",
    "end": "- at the end",
}


def strategies_table(ladder: Ladder, seen: Sequence[Seen]) -> Table:
    """Waits and GPU-seconds of each strategy and share of deferred drafts."""
    short = [model.rpartition("-it")[0].rpartition("gemma-4-")[2] for model in ladder_of(ladder)]
    table = Table(
        "deferred", "drafts", "first p50", "p95", "total p50", "p95", "charged", "spent",
        "of held", "below bar", title=f"{' then '.join(short)}, {CARD} bf16, among {ladder.in_flight}: seconds, and GPU-seconds a request",
        title_justify="left",
    )  # fmt: skip
    only: Mapping[Fate, float] = {"accepted": 1.0}
    for name, strategy in _ALONE:
        _add(table, ("", name), mix_of(weighted(seen, strategy, only)), None)
    for share in SHARES:
        table.add_section()
        held = mix_of(weighted(seen, "whole", fates_of(share, {"end": 1.0})))
        _add(table, (f"{share:.0%}", "held back"), held, held)
        streamed = gated_mix(seen, share, PLACES[FOUND])
        _add(table, ("", "streamed"), streamed, held, style="bold")
        for place, name in _BOUNDS.items():
            _add(table, ("", name), gated_mix(seen, share, PLACES[place]), held)
    return table


_ALONE: Final[tuple[tuple[str, Strategy], ...]] = (
    ("small alone", "small"),
    ("large alone", "large"),
)


def ladder_of(ladder: Ladder) -> tuple[str, str]:
    """Its models."""
    return ladder.draft, ladder.large


def gated_mix(seen: Sequence[Seen], share: float, places: Mapping[Fate, float]) -> Mix:
    """Streamed drafts, that share of them deferred at those places."""
    return mix_of(weighted(seen, "gated", fates_of(share, places)))


def targets_table(ladder: Ladder, runs: Runs) -> Table:
    """Every target, met or missed, and what our own work adds to the engines' time."""
    seen = runs.seen
    draft, large = (
        SteadyPace.measured(model=model, card=CARD, in_flight=ladder.in_flight)
        for model in ladder_of(ladder)
    )
    table = Table("target", "measured", "at most", "", show_edge=False)
    held = mix_of(weighted(seen, "whole", fates_of(HEADLINE, {"end": 1.0})))
    gated = gated_mix(seen, HEADLINE, PLACES[FOUND])
    for target in targets(seen, draft, large, gated=gated, whole=held):
        table.add_row(
            target.what, f"{target.measured:.2f}", f"{target.bound:.2f}", _verdict(target)
        )
    anew = rewritten(gated, held, share=HEADLINE * PLACES[FOUND]["end"], seen=seen)
    first, total = over_pure(seen, draft, large)
    spent, charged = sum(one.spent_s for one in seen), sum(one.charged_s for one in seen)
    table.caption = (
        f"Over the pure times of the engines, median: first words x {first:.3f}, whole texts x"
        f" {total:.3f}. GPU-seconds charged over spent, all {len(seen)} requests: {charged / spent:.3f}."
        f" If drafts found below the bar at their end were all written anew: {anew:.2f} of held back."
    )
    if runs.late_s > LATE_S:
        table.caption += (
            f" WARNING: the engines' own tokens were {runs.late_s * 1000:.0f} ms late (p95): this machine is"
            " too busy to tell waits."
        )
    table.caption_justify = "left"
    return table


def rewritten(gated: Mix, held: Mix, *, share: float, seen: Sequence[Seen]) -> float:
    """GPU-seconds spent over those of drafts held back, if that share were written anew as those are.

    They are told to be below the bar instead, or only their last words are written anew.
    """
    end: Mapping[Fate, float] = {"end": 1.0}
    now, then = (mix_of(weighted(seen, strategy, end)).spent_s for strategy in ("gated", "whole"))
    return (gated.spent_s + share * (then - now)) / held.spent_s


def _verdict(target: Target) -> str:
    return "met" if target.met else "MISSED"


def _add(
    table: Table, names: tuple[str, str], mix: Mix, held: Mix | None, *, style: str | None = None
) -> None:
    times = (mix.first_p50, mix.first_p95, mix.total_p50, mix.total_p95)
    table.add_row(
        *names,
        *(f"{value:.2f}" for value in times),
        f"{mix.charged_s:.3f}",
        f"{mix.spent_s:.3f}",
        "" if held is None else f"{mix.spent_s / held.spent_s:.2f}",
        f"{mix.marked:.0%}",
        style=style,
    )
