"""`inkladder tiers`: starts the SGLang servers of a policy on this host, and tells how they are."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from assistant.launch.placement import Wanted
    from assistant.launch.plan import ServerPlan
    from assistant.launch.up import UpOptions
    from assistant.policy.models import Policy

NOT_UP = 1
"""Exit status where a tier has no server that is up."""

INTERRUPTED = 130
"""The shell's code for a program ended by Ctrl-C: the servers were not ready yet."""

_READY_TIMEOUT_S = 1800
"""The first start downloads up to 62 GB of weights and compiles for three minutes."""

_WIDTH_ELSEWHERE = 120
"""Columns where the output is no terminal and $COLUMNS is not set."""

app = typer.Typer(help="Run and inspect the model servers of a policy.", no_args_is_help=True)

PolicyOption = Annotated[
    str | None,
    typer.Option(help="Preset name or policy file; $INKLADDER_POLICY or `embedded` if not given."),
]


@app.command()
def up(
    policy: PolicyOption = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="TIER", help="Start this tier alone. Repeatable.")
    ] = None,
    print_only: Annotated[
        bool, typer.Option("--print", help="Show plan and commands; start nothing.")
    ] = False,
    gpus: Annotated[
        str | None,
        typer.Option(help='Plan for these cards instead of this host\'s, as in "H100:2".'),
    ] = None,
    python: Annotated[
        str | None, typer.Option(metavar="PATH", help="Python with SGLang; default: this one.")
    ] = None,
    log_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the servers' logs go.")
    ] = None,
    ready_timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="Time for each server to get ready.")
    ] = _READY_TIMEOUT_S,
) -> None:
    """Starts one SGLang server per endpoint of the policy's tiers on this host's GPUs.

    Stays until Ctrl-C, which stops them all. Where endpoints name this host, only those are started.

        inkladder tiers up --policy gemma4 --only draft
        inkladder tiers up --policy gemma4 --only best --print --gpus "H200:1"
    """
    from assistant.errors import LaunchError
    from assistant.launch.report import print_plan

    if gpus is not None and not print_only:
        message = "--gpus plans for cards that need not be here; add --print, or leave it out"
        raise LaunchError(message)
    plans = _plans(_policy(policy), only or [], gpus)
    if print_only:
        print_plan(_console(), plans, python=python or sys.executable)
        return
    console = _console()
    raise typer.Exit(
        _run(console, plans, _options(plans, python, log_dir, ready_timeout=ready_timeout))
    )


@app.command()
def status(
    policy: PolicyOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Asks every server of the policy how it is; exit status 1 if a tier has none up."""
    import json
    from dataclasses import asdict

    import anyio

    from assistant.launch.plan import wanted_servers
    from assistant.launch.report import print_statuses
    from assistant.launch.status import read_statuses

    servers: Sequence[Wanted] = wanted_servers(_policy(policy))
    statuses = anyio.run(read_statuses, servers, dict(os.environ))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in statuses], indent=2))
    else:
        print_statuses(_console(), statuses)
    down = {each.tier for each in statuses} - {each.tier for each in statuses if each.up}
    if down:
        raise typer.Exit(NOT_UP)


def _policy(named: str | None) -> Policy:
    from assistant.policy.load import load_policy
    from assistant.settings import read_settings

    return load_policy(read_settings(policy=named).policy)


def _plans(policy: Policy, only: list[str], gpus: str | None) -> Sequence[ServerPlan]:
    from assistant.launch.gpus import find_gpus, named_gpus
    from assistant.launch.plan import on_this_host, plan_servers, wanted_servers

    wanted = on_this_host(wanted_servers(policy, only=only), socket.gethostname())
    return plan_servers(wanted, named_gpus(gpus) if gpus else find_gpus(os.environ))


def _options(
    plans: Sequence[ServerPlan], python: str | None, log_dir: Path | None, *, ready_timeout: float
) -> UpOptions:
    from platformdirs import user_log_path

    from assistant.launch.probe import key_from
    from assistant.launch.python import checked_python
    from assistant.launch.up import UpOptions

    keys = {
        plan.tier: key_from(os.environ, tier=plan.tier, variable=plan.policy.api_key_env)
        for plan in plans
    }
    return UpOptions(
        python=checked_python(python or sys.executable),
        log_dir=log_dir or user_log_path("inkladder") / "tiers",
        ready_timeout_s=ready_timeout,
        keys={tier: key for tier, key in keys.items() if key is not None},
    )


def _run(console: Console, plans: Sequence[ServerPlan], options: UpOptions) -> int:
    """The exit status after a signal: 0 once all were ready, else as after Ctrl-C."""
    import anyio

    from assistant.errors import LaunchError
    from assistant.launch.report import TerminalWatcher, print_notes
    from assistant.launch.up import run_servers

    print_notes(console, plans)
    console.print(f"Logs are in {options.log_dir}", highlight=False, markup=False)

    errors: list[LaunchError] = []

    async def run_until_signal() -> None:
        # Around all, so that a second signal does not end this process before its servers are gone.
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as heard:
            async with anyio.create_task_group() as tasks:

                async def serve() -> None:
                    try:
                        await run_servers(plans, options, watcher)
                    except LaunchError as error:
                        errors.append(error)
                    tasks.cancel_scope.cancel()

                tasks.start_soon(serve)
                await anext(heard)
                console.print("Stopping the servers.")
                tasks.cancel_scope.cancel()

    with TerminalWatcher(console, plans) as watcher:
        anyio.run(run_until_signal)
    if errors:
        raise errors[0]
    return 0 if watcher.served else INTERRUPTED


def _console() -> Console:
    from rich.console import Console

    known_width = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if known_width else _WIDTH_ELSEWHERE)
