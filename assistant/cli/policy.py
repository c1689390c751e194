"""`inkladder policy`: checks and explains policy files, and writes their JSON Schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.policy_explain import explain
from assistant.errors import PolicyError

if TYPE_CHECKING:
    from assistant.policy.models import Policy

SCHEMA_FILE = "policy.schema.json"
WRONG = 2
"""Exit status when a file is wrong or stale; 1 is left to crashes."""

app = typer.Typer(help="Check and explain policy files.", no_args_is_help=True)


@app.command()
def validate(
    policies: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Paths of policy files, or names of presets."),
    ],
) -> None:
    """Tell every problem of each FILE as `file:line:column: what, value, way out`."""
    from assistant.confidence.checks import CHECK_NAMES
    from assistant.policy.load import load_policy

    problems: list[str] = []
    for name_or_path in policies:
        try:
            policy = load_policy(name_or_path, known_checks=CHECK_NAMES)
        except PolicyError as error:
            problems.extend(error.problems)
        else:
            typer.echo(summary(policy))
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(WRONG)


@app.command()
def schema(
    *,
    write: Annotated[bool, typer.Option("--write", help="Write it beside the presets.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Fail where the file beside the presets is stale.")
    ] = False,
) -> None:
    """Print the JSON Schema of policy files, for editors."""
    from assistant.policy.load import shipped_folder
    from assistant.policy.schema import policy_schema

    if write and check:
        message = "choose one of --write and --check"
        raise typer.BadParameter(message)
    path = Path(str(shipped_folder().joinpath(SCHEMA_FILE)))
    if write:
        path.write_text(policy_schema(), encoding="utf-8")
        typer.echo(f"wrote {SCHEMA_FILE}")
    elif not check:
        typer.echo(policy_schema(), nl=False)
    elif not path.is_file() or path.read_text(encoding="utf-8") != policy_schema():
        message = f"{SCHEMA_FILE} is stale; run: inkladder policy schema --write"
        typer.echo(message, err=True)
        raise typer.Exit(WRONG)
    else:
        typer.echo(f"ok: {SCHEMA_FILE} is up to date")


def summary(policy: Policy) -> str:
    """One line about a policy that is right."""
    ladders = ", ".join(f"{route.name} ({' > '.join(route.ladder)})" for route in policy.routes)
    tiers = ", ".join(f"{name} ({tier.model})" for name, tier in policy.tiers.items())
    return f"ok: {policy.name}, revision {policy.revision}, tiers: {tiers}, routes: {ladders}"


app.command(name="explain")(explain)
