"""`inkladder confidence drift`: how far exported drafts lie from those of the calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.confidence_calibrate import read_outcomes
from assistant.errors import ArtefactError, DataError

if TYPE_CHECKING:
    from assistant.confidence.drift import Drift

_SHOWN = 10
"""Features listed: those below have hardly moved."""


def drift(
    outcomes: Annotated[
        str, typer.Argument(help="Lines of `inkladder feedback export`; - reads standard input.")
    ],
    artefact: Annotated[str, typer.Option(help="`default` or a file.")] = "default",
) -> None:
    """Compares exported drafts with the artefact's calibration drafts (PSI).

    What the server tells of its latest drafts under /metrics, for any period.
    Weights are left aside: this is about the drafts there were.
    """
    from assistant.confidence.artefact import load_artefact
    from assistant.confidence.drift import LEAST_DRAFTS, drift_of
    from assistant.confidence.fitting.outcome_table import rescored

    fitted = load_artefact(artefact)
    reference = fitted.reference
    if reference is None:
        message = (
            f"confidence artefact {artefact!r}: does not say what its calibration drafts were like;"
            " make one that does with `inkladder confidence calibrate` or `inkladder confidence fit`"
        )
        raise ArtefactError(message)
    lines = read_outcomes(outcomes)
    found = drift_of(reference, rescored(fitted, lines))
    if found is None:
        message = f"{outcomes}: {len(lines)} drafts, at least {LEAST_DRAFTS} are needed to tell"
        raise DataError(message)
    _show(found)


def _show(found: Drift) -> None:
    from rich.console import Console
    from rich.table import Table

    from assistant.confidence.drift import ACT, WATCH, level_of

    def word(value: float) -> str:
        return "act" if value >= ACT else "watch" if value >= WATCH else ""

    table = Table("of the drafts")
    table.add_column("PSI", justify="right")
    table.add_column()
    table.add_row("score", f"{found.score:.3f}", word(found.score))
    moved = sorted(found.features.items(), key=lambda one: (-one[1], one[0]))
    for name, value in moved[:_SHOWN]:
        table.add_row(name, f"{value:.3f}", word(value))
    console = Console()
    console.print(table)
    match level_of(found):
        case "act":
            console.print(f"{found.sentence[0].upper()}{found.sentence[1:]}.")
        case "watch":
            console.print("Something moved; the score, on which thresholds rest, not far yet.")
        case "steady":
            console.print("The drafts are like those of the calibration.")
