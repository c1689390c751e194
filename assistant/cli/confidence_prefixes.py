"""`inkladder confidence prefixes`: how well drafts are judged while they are being written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.judged_data import read_rows
from assistant.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.confidence.artefact import Artefact
    from assistant.confidence.fitting.rows import JudgedRow


def prefixes(
    data: Annotated[Path, typer.Argument(help="Judged drafts: JSON lines, may end in .gz.")],
    *,
    resamples: Annotated[
        int, typer.Option(min=0, help="Resamples of the prompts behind each interval.")
    ] = 400,
    artefact: Annotated[
        str, typer.Option(help="The one that gets the head for beginnings, with --out.")
    ] = "default",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the artefact there, all else in it as it was."),
    ] = None,
) -> None:
    """Cuts judged drafts into beginnings, fits the head that judges them, and measures it.

    Every number is of drafts whose prompts it was not fitted on. Takes some
    minutes and no embeddings. A fit does the same: this is for an artefact
    that was fitted before.
    """
    from assistant.cli.prefix_tables import show
    from assistant.confidence.artefact import load_artefact
    from assistant.confidence.fitting.prefix import with_prefix
    from assistant.evaluation.prefixes import study

    old = load_artefact(artefact)
    rows = read_rows(data)
    if out is not None:
        _refuse_foreign(old, rows, data)
    found = study(rows, resamples=resamples)
    show(found, resamples=resamples)
    if out is not None:
        new = with_prefix(old, found.prefix)
        out.write_text(new.dump(), encoding="utf-8")
        typer.echo(f"wrote {out} with fingerprint {new.fingerprint}", err=True)


def _refuse_foreign(artefact: Artefact, rows: Sequence[JudgedRow], data: Path) -> None:
    """Both heads must mean the same by an acceptable draft."""
    from assistant.confidence.fitting.rows import data_fingerprint

    if data_fingerprint(rows) != artefact.origin.data_fingerprint:
        message = (
            f"{data}: the artefact {artefact.fingerprint!r} was fitted to other drafts; give those, or"
            " fit a new one with `inkladder confidence fit`"
        )
        raise DataError(message)
