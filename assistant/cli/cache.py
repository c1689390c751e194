"""`inkladder cache`: what the response cache holds and how well it tells requests apart."""

from __future__ import annotations

import typer

from assistant.cli.cache_evaluate import evaluate
from assistant.cli.cache_probe import probe
from assistant.cli.cache_remove import erase, invalidate
from assistant.cli.cache_stats import reset, stats

app = typer.Typer(no_args_is_help=True)
for command in (stats, invalidate, erase, reset, probe):
    app.command()(command)
app.command()(evaluate)


@app.callback()
def group() -> None:
    """What the response cache holds, and how well it tells requests apart."""
