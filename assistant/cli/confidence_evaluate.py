"""`inkladder confidence evaluate`: how well the scorer holds on drafts it was not fitted on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.embedded_passages import embedded, load_embedder
from assistant.cli.judged_data import read_rows
from assistant.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.cli.embedded_passages import Vectors
    from assistant.confidence.artefact import Artefact
    from assistant.confidence.fitting.examples import Example
    from assistant.confidence.fitting.rows import JudgedRow
    from assistant.confidence.fitting.table import Table
    from assistant.confidence.linear import Floats
    from assistant.evaluation.evaluate import Plan
    from assistant.evaluation.result import Evaluation, Provenance

_SEED = 20261122
"""Seeds resamples and the random baseline; any will do, this one is fixed so that numbers repeat."""

_LIBRARIES = ("inkladder", "numpy", "scipy", "scikit-learn", "sentence-transformers")


def evaluate(
    data: Annotated[Path, typer.Argument(help="Judged drafts: JSON lines, may end in .gz.")],
    *,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Put simpler scorers beside it.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write report.html and evaluation.json there."),
    ] = None,
    embeddings: Annotated[
        bool, typer.Option(help="Without them it is faster, but sees less.")
    ] = True,
    resamples: Annotated[
        int, typer.Option(min=0, help="Resamples of the prompts behind each interval.")
    ] = 1000,
    vectors: Annotated[
        Path | None,
        typer.Option(metavar="FILE.npz", help="Keeps the vectors of passages between runs."),
    ] = None,
    artefact: Annotated[
        str,
        typer.Option(help="Also scored as it is, unless it was fitted to this data."),
    ] = "default",
) -> None:
    """Measures the scorer on judged drafts: every number is of drafts it was not fitted on.

    Each line holds prompt, response, score (0 to 1), task, and id or model.
    The scorer is fitted again on other prompts, without each task, and without
    each writer.
    """
    import numpy as np

    from assistant.cli.evaluation_tables import show
    from assistant.confidence.artefact import load_artefact
    from assistant.confidence.features import FEATURES, USED
    from assistant.confidence.fitting.out_of_fold import out_of_fold
    from assistant.confidence.fitting.rows import data_fingerprint
    from assistant.evaluation.evaluate import Plan
    from assistant.evaluation.evaluate import evaluate as evaluated

    shipped = load_artefact(artefact)
    if report is not None:
        _prepare(report)
    rows = read_rows(data)
    table, known = _tabulated(rows, data, embeddings=embeddings, file=vectors)
    columns = [place for place in USED if embeddings or not FEATURES[place].needs_vectors]
    own_data = shipped.origin.data_fingerprint == data_fingerprint(rows)
    plan = Plan(
        columns=columns,
        generator=np.random.default_rng(_SEED),
        resamples=resamples,
        baselines=baselines,
        others={}
        if own_data
        else {f"artefact {artefact!r} as it is": _as_it_is(shipped, table, known)},
    )
    found = evaluated(table, rows, out_of_fold(table, columns), plan)
    origin = _provenance(
        data,
        artefact=f"{artefact} {shipped.fingerprint}",
        note="fitted to this data" if own_data else "fitted to other data",
        plan=plan,
    )
    found = found.model_copy(update={"provenance": origin})
    show(found)
    if report is not None:
        _write(found, report)


def _tabulated(
    rows: Sequence[JudgedRow], data: Path, *, embeddings: bool, file: Path | None
) -> tuple[Table, Mapping[str, Vectors] | None]:
    """The table of the rows, and the vectors of its passages where they are wanted."""
    import numpy as np

    from assistant.confidence.fitting.assemble import examples_of, passages_of
    from assistant.confidence.fitting.table import tabulate
    from assistant.evaluation.refits import learnable

    examples = examples_of(rows).examples
    passages = passages_of(examples)
    known = _vectors(passages, file) if embeddings else None
    # A stand-in of one dimension; the features that read vectors are left out.
    table = tabulate(examples, known or dict.fromkeys(passages, np.ones(1, dtype=np.float32)))
    if not learnable(table):
        message = (
            f"{data}: good and bad drafts are not spread over enough prompts to fit on some and test"
            " on others; give judged drafts of 50 prompts or more, with different scores"
        )
        raise DataError(message)
    return table, known


def _vectors(passages: Sequence[str], file: Path | None) -> dict[str, Vectors]:
    name, embed = load_embedder()
    return embedded(passages, name, embed, file=file)


def _as_it_is(artefact: Artefact, table: Table, vectors: Mapping[str, Vectors] | None) -> Floats:
    """Scores of the judged drafts by the artefact itself, the way the product scores them."""
    import numpy as np

    from assistant.confidence.scorer import Scorer

    scorer = Scorer(artefact)

    def score(example: Example) -> float:
        if vectors is None:
            return scorer.score(example.draft, None).value
        rows = [vectors[passage] for passage in scorer.passages(example.draft)]
        flat = np.array(rows, dtype=np.float32).reshape(len(rows), -1)
        return scorer.score(example.draft, flat).value

    natural = zip(table.examples, table.natural, strict=True)
    return np.array([score(example) for example, is_natural in natural if is_natural])


def _provenance(data: Path, *, artefact: str, note: str, plan: Plan) -> Provenance:
    from importlib.metadata import PackageNotFoundError, version

    from assistant.confidence.features import FEATURES
    from assistant.evaluation.result import Provenance

    versions = {}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            versions[library] = "not installed"
    return Provenance(
        data_name=data.name,
        artefact=artefact,
        artefact_note=note,
        features=len(plan.columns),
        embeddings=any(FEATURES[column].needs_vectors for column in plan.columns),
        resamples=plan.resamples,
        versions=versions,
    )


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = (
            f"{folder}: cannot be a folder ({type(error).__name__}); give --report another place"
        )
        raise DataError(message) from error


def _write(found: Evaluation, folder: Path) -> None:
    from assistant.evaluation.report.page import page

    files = {
        folder / "report.html": page(found),
        folder / "evaluation.json": found.model_dump_json(indent=2) + "\n",
    }
    for file, content in files.items():
        try:
            file.write_text(content, encoding="utf-8", errors="xmlcharrefreplace")
        except OSError as error:
            message = (
                f"{file}: cannot be written ({type(error).__name__}); give --report another place"
            )
            raise DataError(message) from error
        typer.echo(f"wrote {file}", err=True)
