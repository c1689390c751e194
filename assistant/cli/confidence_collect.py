"""`inkladder confidence collect`: drafts of verifiable tasks with their log-probabilities and labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.collect_rows import CollectedRow

_WHY_TWO = (0.2, 1.0)
"""Near the likeliest text, where log-probabilities are compared best, and far from it, where samples
differ."""


def collect(
    out: Annotated[Path, typer.Option("--out", help="JSON lines file; it is taken up again.")],
    *,
    policy: Annotated[
        str | None,
        typer.Option(
            help="Preset name or policy file; $INKLADDER_POLICY or `embedded` if not given."
        ),
    ] = None,
    tier: Annotated[str, typer.Option(help="Which tier of the policy writes.")] = "draft",
    per_kind: Annotated[int, typer.Option(min=1, help="Tasks of each kind.")] = 10,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only tasks of this kind. Repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives other tasks.")] = 1,
    temperature: Annotated[
        list[float] | None,
        typer.Option(min=0.0, max=2.0, help="Repeatable; 0.2 and 1.0 if not given."),
    ] = None,
    samples: Annotated[
        int, typer.Option(min=1, help="Drafts of each task at each temperature.")
    ] = 3,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Drafts written at a time.")] = 4,
) -> None:
    """Lets a tier write tasks whose outcome a program can verify.

    Each line of the file holds a draft, the log-probability of every token, and
    which of the task's requirements it meets.
    Drafts that are in the file already are not written again.
    """
    from rich.console import Console

    from assistant.cli.confidence_collect_run import CollectOptions, run_collect
    from assistant.evaluation.collect_file import read_collection
    from assistant.evaluation.collect_summary import summaries

    options = CollectOptions(
        out=out,
        policy=policy,
        tier=tier,
        kinds=tuple(kind or ()),
        per_kind=per_kind,
        seed=seed,
        temperatures=tuple(temperature or _WHY_TWO),
        samples=samples,
        concurrency=concurrency,
    )
    run_collect(options, Console(stderr=True))
    rows = read_collection(out)
    _show(rows)
    kinds = len(summaries(rows))
    typer.echo(f"{out} holds {len(rows)} drafts of {kinds} kinds", err=True)


def _show(rows: Sequence[CollectedRow]) -> None:
    from rich.console import Console
    from rich.table import Table

    from assistant.evaluation.collect_summary import summaries

    table = Table("kind", title="Drafts by kind")
    for column in ("drafts", "acceptable", "score", "tokens", "mean logprob"):
        table.add_column(column, justify="right")
    for one in summaries(rows):
        logprob = "" if one.mean_logprob is None else f"{one.mean_logprob:.2f}"
        table.add_row(
            one.kind,
            str(one.drafts),
            f"{one.acceptable:.0%}",
            f"{one.score:.2f}",
            f"{one.tokens:.0f}",
            logprob,
        )
    Console().print(table)
