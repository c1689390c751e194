"""`inkladder confidence early-abort`: what giving up doomed drafts saves, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from assistant.evaluation.early_abort import AbortLine, AbortReport

_MARGINS = (-1.0, -0.6, -0.5, -0.4, -0.3, -0.2, 0.0, 0.25, 0.5)
"""Nats: from where hardly a draft is given up to where many acceptable ones are."""


def early_abort(
    data: Annotated[
        Path,
        typer.Argument(
            help="Drafts written by `inkladder confidence collect`, or any judged ones."
        ),
    ],
    *,
    margin: Annotated[
        float | None,
        typer.Option(help="Give drafts up below this margin, in nats; else it counts for nothing."),
    ] = None,
    compare: Annotated[
        list[float] | None,
        typer.Option(help="Limit to compare in the second table. Repeatable."),
    ] = None,
) -> None:
    """Replays drafts as if they were being written and tells when each would be given up.

    False aborts are acceptable drafts that were given up; their share has an exact 95 % interval.
    Drafts without log-probabilities are fed word by word and have no margin.
    """
    from dataclasses import replace

    from rich.console import Console

    from assistant.cli.judged_data import read_rows
    from assistant.confidence.running import DEFAULT
    from assistant.evaluation.early_abort import early_abort as replayed

    rows = read_rows(data)
    limits = DEFAULT if margin is None else replace(DEFAULT, margin=margin)
    margins = sorted(compare or _MARGINS) if any(row.logprobs for row in rows) else ()
    console = Console()
    for report in replayed(rows, limits, margins):
        console.print(_table("cause", _title(report), report.causes))
        if margins:
            console.print(_table("limit", "the margin alone", report.margins))


def _title(report: AbortReport) -> str:
    at = "all drafts" if report.temperature is None else f"temperature {report.temperature:g}"
    return f"{at}: {report.drafts} drafts of {report.tokens} tokens, {report.acceptable} acceptable"


def _table(first: str, title: str, lines: Sequence[AbortLine]) -> Table:
    from rich.table import Table

    table = Table(first, title=title, title_justify="left")
    for column in ("aborted", "at", "saved", "of bad", "false", "share", "95 %"):
        table.add_column(column, justify="right", no_wrap=True)
    for line in lines:
        table.add_row(
            line.name,
            f"{line.aborted:.1%}",
            "" if line.at is None else f"{line.at:.0%}",
            f"{line.saved:.1%}",
            f"{line.saved_of_bad:.1%}",
            str(line.false),
            f"{line.false_share:.2%}",
            f"{line.false_low:.2%}..{line.false_high:.2%}",
        )
    return table
