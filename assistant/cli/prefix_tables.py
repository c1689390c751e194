"""What a study of beginnings found, on the terminal, 80 columns wide."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from assistant.confidence.artefact import Stage
from assistant.evaluation.gate import ALLOWANCES, BAR, gate_line
from assistant.evaluation.prefixes import OURS, PLANTED_AT, Study
from assistant.evaluation.report.numbers import number, share

_STEP = 5
"""Every so many allowances are told, and the one that was chosen."""


def show(found: Study, *, resamples: int, console: Console | None = None) -> None:
    """Prints how beginnings are judged, planted defects in them, and gates of several allowances."""
    out = console or Console()
    out.print(
        "Beginnings of judged drafts, each with the label of its whole draft; all numbers\n"
        "held out by prompt, ranges 95 %. Text head: that for whole drafts, as it is, and\n"
        "anew by what makes sense on a beginning, calibrated on beginnings.",
        highlight=False,
    )
    out.print(_stages("By share of the draft seen", _of_shares(found)))
    out.print(_stages("By words seen", _of_words(found)))
    if found.planted:
        out.print(_planted(found))
    out.print(_gates(found, resamples))


def _table(title: str, first: str, *rest: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", pad_edge=False, box=box.SIMPLE_HEAD
    )
    table.add_column(first, overflow="fold")
    for name in rest:
        table.add_column(name, justify="right")
    return table


def _of_shares(found: Study) -> Iterator[tuple[str, str, Stage]]:
    for place, ours in enumerate(found.stages[OURS].shares):
        for name, held in found.stages.items():
            yield share(ours.extent, digits=0), name, held.shares[place]


def _of_words(found: Study) -> Iterator[tuple[str, str, Stage]]:
    for place, ours in enumerate(found.stages[OURS].words):
        for name, held in found.stages.items():
            yield f"{ours.extent:.0f}", name, held.words[place]


def _stages(title: str, lines: Iterator[tuple[str, str, Stage]]) -> Table:
    table = _table(title, "seen", "judged by", "AUROC", "within task", "ECE")
    for seen, name, stage in lines:
        ours = name == OURS
        if ours:
            table.add_section()
        table.add_row(
            seen if ours else "",
            name,
            _ranged(stage, "auroc", stage.auroc, ours=ours),
            _ranged(stage, "within_task", stage.within_task, ours=ours),
            f"{stage.calibration_error:.3f}",
            style="bold" if ours else None,
        )
    return table


def _ranged(stage: Stage, name: str, value: float | None, *, ours: bool) -> str:
    if value is None:
        return number(None)
    if not ours:
        return f"{value:.3f}"
    low, high = stage.intervals[name]
    return f"{value:.3f} ({low:.2f}-{high:.2f})"


def _planted(found: Study) -> Table:
    table = _table(
        "Planted defects: AUROC against beginnings of acceptable drafts, and share caught",
        "kind",
        *(f"{words} words" for words in PLANTED_AT),
    )
    cells = {(one.kind, one.words): one for one in found.planted}
    for kind in sorted({one.kind for one in found.planted}):
        told = (cells.get((kind, words)) for words in PLANTED_AT)
        table.add_row(
            kind.replace("_", " "),
            *("" if one is None else f"{one.auroc:.3f} {share(one.caught):>6}" for one in told),
        )
    return table


def _gates(found: Study, resamples: int) -> Table:
    table = _table(
        f"A gate of segments; whole drafts are judged at {BAR:g}, beginnings lower by",
        "by", "first", "early", "end", "more", "good", "bad", "anew", "read", "out", "cost",
    )  # fmt: skip
    chosen = found.prefix.allowance
    for allowance in sorted({*ALLOWANCES[::_STEP], chosen}):
        line = gate_line(found.courses, allowance=allowance, resamples=resamples)
        table.add_row(
            f"{allowance:.2f}",
            *(share(one, digits=0) for one in (line.first, line.early, line.at_end)),
            share(line.beyond, digits=0),
            *(
                share(one, digits=0)
                for one in (
                    line.good_early, line.bad_early, line.bad_rewritten, line.written, line.released,
                )
            ),
            f"{line.cost:.2f}",
            style="bold" if allowance == chosen else None,
        )  # fmt: skip
    table.caption = (
        f"chosen: {chosen:.2f}. Deferred behind the first segment, behind any, at the end, and more than by"
        " judging whole drafts alone; good and bad drafts deferred early; words of bad drafts that are"
        " written anew; read and let out of a draft deferred early; GPU time relative to judging whole"
        " drafts alone and writing the deferred ones anew."
    )
    table.caption_justify = "left"
    return table
