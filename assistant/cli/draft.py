"""`inkladder draft`: one text from the command line, and how it came about."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from assistant.types import DraftRequest, Length, Style, WritingTask


class Kept(StrEnum):
    """What can be asked to survive; the library's own word for it is `Keep`."""

    NAMES = "names"
    NUMBERS = "numbers"
    LINKS = "links"
    QUOTES = "quotes"
    CITATIONS = "citations"


def draft(
    instruction: Annotated[
        str | None, typer.Argument(help="What to write, or what to do with the text on stdin.")
    ] = None,
    task: Annotated[WritingTask, typer.Option(help="Kind of work.")] = "draft",
    policy: Annotated[
        str | None,
        typer.Option(
            help="Preset name or policy file; $INKLADDER_POLICY or `embedded` if not given."
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the result, as in `de`.")
    ] = None,
    words: Annotated[int | None, typer.Option(min=1, help="Length to aim at, in words.")] = None,
    tone: Annotated[str | None, typer.Option(help="Tone, as in `friendly`.")] = None,
    audience: Annotated[str | None, typer.Option(help="Who will read it.")] = None,
    keep: Annotated[list[Kept] | None, typer.Option(help="What must survive. Repeatable.")] = None,
    avoid: Annotated[
        list[str] | None, typer.Option(help="A word that must not occur. Repeatable.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="Label that routes may match. Repeatable.")
    ] = None,
    deadline_ms: Annotated[
        int | None, typer.Option(min=1, help="Milliseconds for the whole answer.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do not reuse a stored answer.")] = False,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="On a terminal, too, show nothing before whole texts were compared."
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole answer with provenance as JSON.")
    ] = False,
) -> None:
    """Drafts a text and shows which tier wrote it, why, and what it cost.

    The text goes to standard output, everything about it to standard error.

        inkladder draft "Invite the team to lunch on Friday" --words 60
        inkladder draft --task proofread < letter.txt
    """
    text = "" if sys.stdin.isatty() else sys.stdin.read().strip()
    if instruction is None and task == "draft":
        instruction, text = text, ""
    if not (instruction or text):
        message = "nothing to do: give an instruction, or a text on standard input (see --help)"
        raise typer.BadParameter(message)
    request = DraftRequest(
        task=task,
        instruction=instruction or "",
        text=text,
        language=language,
        tone=tone,
        audience=audience,
        length=None if words is None else Length(words=words),
        keep=tuple(one.value for one in keep or ()),
        style=Style(banned=tuple(avoid or ())),
        labels=tuple(label or ()),
        deadline_ms=deadline_ms,
    )
    from assistant.cli.run import run_draft

    run_draft(request, policy=policy, fresh=fresh, as_json=as_json, whole=whole)
