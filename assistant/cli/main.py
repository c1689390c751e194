"""The command line. Commands import what they need when they run, so that all of them start fast."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from assistant.cli import (
    bench,
    cache,
    confidence,
    draft,
    economics,
    feedback,
    keys,
    policy,
    serve,
    tiers,
)
from assistant.errors import AssistantError

USAGE_ERROR = 2
INTERRUPTED = 130
"""The shell's code for a program ended by Ctrl-C."""

cli = typer.Typer(
    name="inkladder",
    help="Drafts with a small model, reads the draft, and lets a larger model take over only where"
    " it must.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
cli.command(name="draft")(draft.draft)
cli.command(name="serve")(serve.serve)
cli.command(name="economics")(economics.economics)
tiers.app.command(name="bench")(bench.bench)
tiers.app.command(name="gateway")(bench.gateway)
cli.add_typer(tiers.app, name="tiers", help="Start, watch and measure the model servers.")
cli.add_typer(policy.app, name="policy", help="Check and explain policy files.")
cli.add_typer(
    confidence.app, name="confidence", help="Score drafts; measure, fit and calibrate the scorer."
)
cli.add_typer(cache.app, name="cache", help="See, erase and test the response cache.")
cli.add_typer(feedback.app, name="feedback", help="What became of the drafts.")
cli.add_typer(keys.app, name="keys", help="Create, list and revoke API keys.")


def _print_version(wanted: bool) -> None:  # a typer callback gets its value this way
    if wanted:
        typer.echo(f"inkladder {version('inkladder')}")
        raise typer.Exit


@cli.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Drafts with a small model, reads the draft, and escalates only where it must."""


def app() -> None:
    """Runs the command line; an error of ours is one line (a policy's: one line a problem)."""
    try:
        cli()
    except AssistantError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"inkladder: {line}\n")
        raise SystemExit(USAGE_ERROR) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
