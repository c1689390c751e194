"""`inkladder policy explain`: which route takes a request, and what it does, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from assistant.errors import SettingsError

if TYPE_CHECKING:
    from assistant.types import DraftRequest, Task


def explain(
    policy: Annotated[
        str | None,
        typer.Argument(
            help="Preset name or policy file; $INKLADDER_POLICY or `embedded` if not given."
        ),
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="Task of a request, such as `titles`; `draft` if not given.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="A label on the request; may be repeated.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Output language the request asks for, such as `en`.")
    ] = None,
) -> None:
    """Tell which route takes a request and why, its ladder, from which score it accepts, its limits.

    Without options all routes are told.
    """
    from rich.console import Console
    from rich.text import Text

    from assistant.cli import explain_text
    from assistant.cli.bar_notes import notes_about
    from assistant.confidence.artefact import load_artefact
    from assistant.confidence.checks import CHECK_NAMES
    from assistant.policy.load import load_policy
    from assistant.settings import read_settings
    from assistant.workflow.bars import compile_bar

    request = _request(task, label or [], language)
    chosen = load_policy(read_settings(policy=policy).policy, known_checks=CHECK_NAMES)
    artefact = load_artefact(chosen.confidence.artefact)
    bars = {route.name: compile_bar(route, artefact.counts) for route in chosen.routes}
    console = Console()
    if request is None:
        told = explain_text.explain_all(chosen, bars, artefact=artefact.fingerprint)
    else:
        told = explain_text.explain_one(chosen, bars, request, artefact=artefact.fingerprint)
    console.print(told)
    if any(route.accept.max_risk is not None for route in chosen.routes):
        for note in notes_about(chosen):
            console.print(Text(f"\n{note}", style="dim"))


def _request(task: str | None, labels: list[str], language: str | None) -> DraftRequest | None:
    """The request that the options describe; None without any."""
    from typing import get_args

    from assistant.types import DraftRequest, WritingTask

    if task is None and not labels and language is None:
        return None
    known = (*get_args(WritingTask), "chat")
    if task is not None and task not in known:
        message = f"--task: unknown task {task!r}; use one of: {', '.join(known)}"
        raise SettingsError(message)
    return DraftRequest(task=cast("Task", task or "draft"), labels=tuple(labels), language=language)
