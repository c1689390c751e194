"""`inkladder confidence logprob-gain`: what log-probabilities and agreement add to reading the text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.evaluation.logprob_gain import GainReport
    from assistant.evaluation.result import Estimate

_SEED = 20261121
"""Seeds the bootstrap; any will do, this one is fixed so that a report repeats."""


def logprob_gain(
    data: Annotated[Path, typer.Argument(help="Drafts written by `inkladder confidence collect`.")],
    *,
    resamples: Annotated[
        int, typer.Option(min=0, help="Bootstrap resamples behind each interval.")
    ] = 1000,
) -> None:
    """Compares scores with and without log-probabilities on collected drafts.

    Every number is an AUROC of finding acceptable drafts, out of fold by prompt,
    with a 95 % bootstrap interval over prompts.
    """
    import numpy as np
    from rich.console import Console

    from assistant.evaluation.collect_file import judged_rows
    from assistant.evaluation.logprob_gain import logprob_gain as compare

    console = Console()
    generator = np.random.default_rng(_SEED)
    for report in compare(judged_rows(data), generator, resamples=resamples):
        console.print(_table(report))


def _table(report: GainReport) -> Table:
    from rich.table import Table

    at = "all temperatures" if report.temperature is None else f"temperature {report.temperature:g}"
    title = (
        f"{at}: {report.drafts} drafts of {report.prompts} prompts,"
        f" {report.acceptable:.0%} acceptable"
    )
    table = Table("score", title=title, title_justify="left")
    for column in ("pooled", "gain", "within kind", "gain"):
        table.add_column(column, justify="right", no_wrap=True)
    for line in report.lines:
        table.add_row(
            line.name,
            _said(line.pooled),
            _said(line.gain, sign="+"),
            _said(line.within),
            _said(line.gain_within, sign="+"),
        )
    return table


def _said(estimate: Estimate | None, *, sign: str = "") -> str:
    if estimate is None:
        return ""
    low, high = f"{estimate.low:{sign}.3f}", f"{estimate.high:{sign}.3f}"
    return f"{estimate.value:{sign}.3f}\n{low}..{high}"
