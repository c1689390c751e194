"""`inkladder confidence`: scores drafts, and fits, measures and calibrates what scores them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.confidence_calibrate import calibrate
from assistant.cli.confidence_collect import collect
from assistant.cli.confidence_drift import drift
from assistant.cli.confidence_early_abort import early_abort
from assistant.cli.confidence_evaluate import evaluate
from assistant.cli.confidence_logprob_gain import logprob_gain
from assistant.cli.confidence_prefixes import prefixes
from assistant.cli.confidence_threshold import threshold
from assistant.cli.embedded_passages import embedded, load_embedder
from assistant.cli.judged_data import read_rows

if TYPE_CHECKING:
    from assistant.confidence.artefact import Artefact, Curve

app = typer.Typer(help="Score drafts; measure, fit and calibrate the scorer.", no_args_is_help=True)


@app.command()
def fit(
    data: Annotated[Path, typer.Argument(help="Judged drafts: JSON lines, may end in .gz.")],
    out: Annotated[Path, typer.Option("--out", help="Where the artefact goes.")],
    *,
    source: Annotated[str, typer.Option(help="Name of the data, kept in the artefact.")] = "",
    licence: Annotated[str, typer.Option(help="Its licence, kept too.")] = "unknown",
    report: Annotated[bool, typer.Option("--report", help="Show all curves' rises too.")] = False,
    vectors: Annotated[
        Path | None,
        typer.Option(help="File that keeps passage vectors between runs; embedding takes minutes."),
    ] = None,
) -> None:
    """Fits an artefact to judged drafts.

    Each line holds prompt, response, score (0 to 1), task, and id or model.
    """
    from assistant.confidence.fitting.assemble import examples_of, passages_of
    from assistant.confidence.fitting.fit import Source
    from assistant.confidence.fitting.fit import fit as fit_artefact
    from assistant.confidence.fitting.prefix import with_prefix
    from assistant.evaluation.prefixes import study

    rows = read_rows(data)
    passages = passages_of(examples_of(rows).examples)
    typer.echo(f"{len(rows)} drafts, {len(passages)} passages to embed", err=True)
    name, embed = load_embedder()
    named = Source(name=source or data.name, licence=licence)
    known = embedded(passages, name, embed, file=vectors)
    artefact = with_prefix(
        fit_artefact(rows, known, embedder=name, source=named), study(rows, compare=False).prefix
    )
    out.write_text(artefact.dump(), encoding="utf-8")
    _show(artefact, weights=report)
    typer.echo(f"wrote {out} with fingerprint {artefact.fingerprint}", err=True)


@app.command()
def score(
    artefact: Annotated[str, typer.Option(help="`default` or a file.")] = "default",
    *,
    embeddings: Annotated[
        bool, typer.Option(help="Without them scoring starts at once but sees less.")
    ] = True,
) -> None:
    """Scores JSON lines from standard input: prompt, response, and maybe task and logprobs."""
    from assistant.confidence.artefact import load_artefact
    from assistant.confidence.lines import parse_line, score_line
    from assistant.confidence.scorer import Scorer

    scorer = Scorer(load_artefact(artefact))
    embed = load_embedder()[1] if embeddings else None
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        draft = parse_line(line, where=f"stdin:{number}")
        vectors = embed(scorer.passages(draft)) if embed else None
        sys.stdout.write(score_line(scorer.score(draft, vectors)) + "\n")
        sys.stdout.flush()


def _rise(curve: Curve) -> float:
    return curve.points[-1][1] - curve.points[0][1]


def _show(artefact: Artefact, *, weights: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "held out, by prompt", "AUROC", "within task", "small models", "calibration error"
    )
    for name, held in (("full", artefact.held_out.full), ("text only", artefact.held_out.text)):
        small = "" if held.drafting_models is None else f"{held.drafting_models:.3f}"
        table.add_row(
            name,
            f"{held.auroc:.3f}",
            f"{held.within_task:.3f}",
            small,
            f"{held.calibration_error:.3f}",
        )
    base = artefact.held_out.baselines
    table.add_row(
        "length", f"{base.length_auroc:.3f}", f"{base.length_within_task:.3f}", "",
        f"{base.length_calibration_error:.3f}",
    )  # fmt: skip
    table.add_row(
        "task mean",
        f"{base.task_mean_auroc:.3f}",
        "",
        "",
        f"{base.task_mean_calibration_error:.3f}",
    )
    console = Console()
    console.print(table)
    if weights:
        listed = Table("feature", "rise, full", "rise, text only")
        rises = {curve.feature: _rise(curve) for curve in artefact.text.curves}
        for curve in sorted(artefact.full.curves, key=lambda one: -abs(_rise(one))):
            other = rises.get(curve.feature)
            listed.add_row(
                curve.feature, f"{_rise(curve):+.3f}", "" if other is None else f"{other:+.3f}"
            )
        console.print(listed)


app.command(name="collect")(collect)
app.command(name="logprob-gain")(logprob_gain)
app.command(name="evaluate")(evaluate)
app.command(name="prefixes")(prefixes)
app.command(name="threshold")(threshold)
app.command(name="calibrate")(calibrate)
app.command(name="drift")(drift)
app.command(name="early-abort")(early_abort)
