"""`inkladder cache evaluate`: how often labelled pairs share an answer that should, or should not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.embedded_passages import embedded, load_embedder
from assistant.cli.pair_lines import read_pairs
from assistant.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.cache_pairs import LabelledPair
    from assistant.evaluation.cache_report import Case


def evaluate(
    data: Annotated[
        list[Path],
        typer.Argument(help="Labelled pairs: JSON lines with id, a, b, label, kind and task."),
    ],
    *,
    max_false_hit: Annotated[
        float,
        typer.Option(min=0.0001, max=0.2, help="As the policy's cache.semantic.max_false_hit."),
    ] = 0.01,
    as_json: Annotated[bool, typer.Option("--json", help="Print all numbers as JSON.")] = False,
    counts: Annotated[
        Path | None,
        typer.Option(help="Write the counts that decide where semantic hits are served."),
    ] = None,
    vectors: Annotated[
        Path | None,
        typer.Option(help="File that keeps vectors between runs; embedding takes a minute."),
    ] = None,
) -> None:
    """Measures recall on pairs that ask for the same text and false hits on pairs that do not.

    Beside the levels of the cache stand rules that go by likeness alone: cosine thresholds, and
    redisvl's SemanticCache with its default distance. All use the embedder of this package.
    """
    from assistant.cache.semantic.labelled import wording_fingerprint
    from assistant.cli.pair_tables import show
    from assistant.evaluation.cache_pairs import LabelledPair, pairs_fingerprint
    from assistant.evaluation.cache_report import Origin, evaluate_pairs

    pairs = [pair for file in data for pair in read_pairs(file, LabelledPair)]
    embedder, cases = _cases(pairs, vectors)
    origin = Origin(data=pairs_fingerprint(pairs), wording=wording_fingerprint(), embedder=embedder)
    found = evaluate_pairs(cases, origin, max_false_hit=max_false_hit)
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
    else:
        show(found)
    if counts is not None:
        _write_counts(cases, origin.data, counts)


def _cases(pairs: Sequence[LabelledPair], vectors: Path | None) -> tuple[str, list[Case]]:
    from assistant.evaluation.cache_pairs import compare
    from assistant.evaluation.cache_report import Case

    name, embed = load_embedder()
    texts = sorted({text for pair in pairs for text in (pair.a, pair.b)})
    known = embedded(texts, name, embed, file=vectors)
    return name, [
        Case(
            pair=pair,
            found=compare(pair.a, pair.b, task=pair.task),
            cosine=float(known[pair.a] @ known[pair.b]),
        )
        for pair in pairs
    ]


def _write_counts(cases: Sequence[Case], data: str, file: Path) -> None:
    from assistant.cache.semantic.labelled import Labelled, wording_fingerprint
    from assistant.evaluation.cache_report import count_strata

    labelled = Labelled(
        wording=wording_fingerprint(),
        data=data,
        pairs=len(cases),
        strata=count_strata(cases),
    )
    try:
        file.write_text(labelled.dump(), encoding="utf-8")
    except OSError as error:
        message = f"{file}: cannot be written ({type(error).__name__}); give --counts another place"
        raise DataError(message) from error
    typer.echo(f"wrote {file}", err=True)
