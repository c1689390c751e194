"""`inkladder confidence calibrate`: makes scores honest for own traffic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import DataError

if TYPE_CHECKING:
    from assistant.confidence.fitting.recalibrate import Recalibration
    from assistant.confidence.fitting.weighted import Interval
    from assistant.confidence.outcomes import Outcome

STDIN = "-"


def calibrate(
    from_feedback: Annotated[
        str, typer.Option(help="Lines of `inkladder feedback export`; - reads standard input.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Where the new artefact goes.")],
    *,
    artefact: Annotated[
        str, typer.Option(help="The one that scored the drafts: `default` or a file.")
    ] = "default",
    good_edit: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of the words that may change in a good draft."),
    ] = 0.2,
    least: Annotated[int, typer.Option(min=2, help="Fewest outcomes to work with.")] = 200,
) -> None:
    """Refits the calibration to what became of drafts, and counts them for thresholds.

    The weights of the features stay.
    Name the new file in the policy, under `confidence.artefact`.
    """
    from assistant.confidence.artefact import load_artefact
    from assistant.confidence.fitting.recalibrate import recalibrated

    found = recalibrated(
        load_artefact(artefact), read_outcomes(from_feedback), good_edit=good_edit, least=least
    )
    try:
        out.write_text(found.artefact.dump(), encoding="utf-8")
    except OSError as error:
        message = f"{out}: cannot be written ({type(error).__name__}); give --out another place"
        raise DataError(message) from error
    _show(found)
    typer.echo(f"wrote {out} with fingerprint {found.artefact.fingerprint}", err=True)


def read_outcomes(source: str) -> list[Outcome]:
    """The outcomes of a file, or of standard input.

    Raises:
        DataError: the source cannot be read, or holds a bad line.
    """
    from assistant.confidence.outcomes import parse_outcomes

    if source == STDIN:
        return parse_outcomes(sys.stdin, file="stdin")
    try:
        with Path(source).open("rb") as lines:
            return parse_outcomes(lines, file=source)
    except OSError as error:
        message = (
            f"{source}: cannot be read ({type(error).__name__}); give a file that"
            " `inkladder feedback export` wrote"
        )
        raise DataError(message) from error


def _show(found: Recalibration) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("calibration", "error (ECE, 95 %)", "log loss (95 %)", "promised")
    for name, measured in (("earlier", found.before), ("new, held out", found.after)):
        table.add_row(
            name,
            _ranged(measured.calibration_error),
            _ranged(measured.log_loss),
            f"{measured.promised:.1%}",
        )
    console.print(table)
    console.print(
        f"{found.outcomes} outcomes in {found.groups} groups, worth {found.worth:.0f} equally weighted"
        f" ones, {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}; {found.good:.1%} were good."
    )
    if found.without_distance:
        console.print(
            f"{found.without_distance} left out: edited or repaired, but nobody measured how much."
        )
    own = ", ".join(found.tasks) or "none; all tasks share one"
    console.print(f"Tasks with a calibration of their own: {own}.")
    console.print(_advice(found))


def _ranged(interval: Interval) -> str:
    return f"{interval.value:.3f} ({interval.low:.3f}-{interval.high:.3f})"


def _advice(found: Recalibration) -> str:
    gain = found.gain
    told = f"log loss falls by {gain.value:.4f} (95 %: {gain.low:.4f} to {gain.high:.4f})"
    if gain.low > 0:
        return f"The new calibration is better: {told}."
    if gain.high < 0:
        return f"The new calibration is worse, keep the earlier one: {told}."
    return f"Not shown to be better, more outcomes would tell: {told}."
