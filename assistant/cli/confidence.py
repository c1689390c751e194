"""`inkladder confidence`: fits the model that scores drafts, and scores drafts from the shell."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from assistant.confidence.artefact import Artefact
    from assistant.confidence.fitting.rows import JudgedRow

    Vectors = NDArray[np.float32]
    Embed = Callable[[Sequence[str]], Vectors]

app = typer.Typer(help="Score drafts and fit the scorer.", no_args_is_help=True)

_CHUNK = 512
"""Passages between two progress lines: some ten seconds of one core."""


@app.command()
def fit(
    data: Annotated[Path, typer.Argument(help="Judged drafts: JSON lines, may end in .gz.")],
    out: Annotated[Path, typer.Option("--out", help="Where the artefact goes.")],
    *,
    source: Annotated[str, typer.Option(help="Name of the data, kept in the artefact.")] = "",
    licence: Annotated[str, typer.Option(help="Its licence, kept too.")] = "unknown",
    report: Annotated[bool, typer.Option("--report", help="Show all weights too.")] = False,
) -> None:
    """Fits an artefact to judged drafts.

    Each line holds prompt, response, score (0 to 1), task, and id or model.
    """
    from assistant.confidence.fitting.assemble import examples_of, passages_of
    from assistant.confidence.fitting.fit import Source
    from assistant.confidence.fitting.fit import fit as fit_artefact

    rows = _rows(data)
    passages = passages_of(examples_of(rows).examples)
    typer.echo(f"{len(rows)} drafts, {len(passages)} passages to embed", err=True)
    name, embed = _embedder()
    named = Source(name=source or data.name, licence=licence)
    artefact = fit_artefact(rows, _embedded(passages, embed), embedder=name, source=named)
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
    embed = _embedder()[1] if embeddings else None
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        draft = parse_line(line, where=f"stdin:{number}")
        vectors = embed(scorer.passages(draft)) if embed else None
        sys.stdout.write(score_line(scorer.score(draft, vectors)) + "\n")
        sys.stdout.flush()


def _rows(data: Path) -> list[JudgedRow]:
    from assistant.confidence.fitting.rows import parse_rows

    try:
        with gzip.open(data) if data.suffix == ".gz" else data.open("rb") as lines:
            return parse_rows(lines, file=str(data))
    except (OSError, EOFError) as error:
        message = f"{data}: cannot be read ({type(error).__name__}); give a JSON lines file"
        raise DataError(message) from error


def _embedder() -> tuple[str, Embed]:
    import anyio

    from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder()

    def embed(texts: Sequence[str]) -> Vectors:
        return anyio.run(embedder.embed, texts)

    return embedder.name, embed


def _embedded(passages: Sequence[str], embed: Embed) -> dict[str, Vectors]:
    found: dict[str, Vectors] = {}
    # Sorted, so that a batch holds passages of about one length and pads little.
    ordered = sorted(passages, key=len)
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        found.update(zip(chunk, embed(chunk), strict=True))
        typer.echo(f"embedded {len(found)} of {len(ordered)}", err=True)
    return found


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
        listed = Table("feature", "weight, full", "weight, text only")
        text_only = {weight.feature: weight.weight for weight in artefact.text.weights}
        for weight in sorted(artefact.full.weights, key=lambda one: -abs(one.weight)):
            other = text_only.get(weight.feature)
            listed.add_row(
                weight.feature, f"{weight.weight:+.3f}", "" if other is None else f"{other:+.3f}"
            )
        console.print(listed)
