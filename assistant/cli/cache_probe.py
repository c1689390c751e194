"""`inkladder cache probe`: would the answer to one request be served to another?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.embedded_passages import load_embedder
from assistant.cli.pair_lines import read_pairs
from assistant.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.cache.semantic.labelled import Labelled
    from assistant.evaluation.cache_pairs import Comparison, Pair


def probe(
    pairs: Annotated[
        Path, typer.Argument(help="JSON lines with id, a and b; `-` is the standard input.")
    ] = Path("-"),
    *,
    max_false_hit: Annotated[
        float,
        typer.Option(min=0.0001, max=0.2, help="As the policy's cache.semantic.max_false_hit."),
    ] = 0.01,
    counts: Annotated[
        Path | None,
        typer.Option(
            help="Counts of labelled pairs, from `inkladder cache evaluate --counts`, in place of"
            " those of this package."
        ),
    ] = None,
    embedder: Annotated[
        bool,
        typer.Option(
            help="Without it, likeness nominates whatever the verifier accepts. With one stored"
            " request that decides the same, unless the two are far less alike than any labelled"
            " pair that asks for the same."
        ),
    ] = True,
) -> None:
    """Says for each pair whether the answer to `a` would be served to `b`, and by which level.

    Request `a` is stored as one to draft, in a cache that holds nothing else; then `b` is asked. The
    semantic level decides as with `mode: serve`. Each line of the output holds id, decision (exact,
    canonical, semantic or miss) and reason: what the verifier found, never a word of a request.

        echo '{"id": 1, "a": "Draft a toast for Ann.", "b": "Write a toast for Ann."}' | inkladder cache probe
    """
    import json

    from assistant.evaluation.cache_pairs import Pair, compare, decide

    rows = read_pairs(pairs, Pair)
    least = _least(max_false_hit, counts)
    found = [compare(row.a, row.b) for row in rows]
    cosines = _cosines(rows, found) if embedder else {}
    for number, (row, comparison) in enumerate(zip(rows, found, strict=True)):
        decision = decide(comparison, cosine=cosines.get(number), least=least)
        line = {"id": row.id, "decision": decision.decision, "reason": decision.reason}
        sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _least(max_false_hit: float, counts: Path | None) -> float | None:
    """The least strength that the counts allow for drafting; None: nothing is served."""
    from assistant.cache.semantic.control import Proven, proof_for
    from assistant.cache.semantic.labelled import shipped_counts

    labelled = shipped_counts() if counts is None else _read_counts(counts)
    if not labelled.current:
        typer.echo(
            "the labelled pairs were counted with another verifier: semantic hits stay in shadow;"
            " count them anew with `inkladder cache evaluate --counts`",
            err=True,
        )
        return None
    proof = proof_for(labelled.strata, task="draft", language="en", max_false_hit=max_false_hit)
    if isinstance(proof, Proven):
        return proof.strength
    typer.echo(f"semantic hits stay in shadow: {proof.why}", err=True)
    return None


def _read_counts(file: Path) -> Labelled:
    from assistant.cache.semantic.labelled import parse_labelled

    try:
        return parse_labelled(file.read_text(encoding="utf-8"), file=str(file))
    except (OSError, UnicodeDecodeError) as error:
        message = (
            f"{file}: cannot be read ({type(error).__name__}); write it with"
            " `inkladder cache evaluate --counts`"
        )
        raise DataError(message) from error


def _cosines(rows: Sequence[Pair], found: Sequence[Comparison]) -> dict[int, float]:
    """The likeness of the pairs where it has a say, by their place."""
    import numpy as np

    from assistant.evaluation.cache_pairs import needs_cosine

    places = [place for place, comparison in enumerate(found) if needs_cosine(comparison)]
    if not places:
        return {}
    _, embed = load_embedder()
    stored = embed([rows[place].a for place in places])
    asked = embed([rows[place].b for place in places])
    cosines = np.einsum("ij,ij->i", stored, asked)
    return dict(zip(places, map(float, cosines), strict=True))
