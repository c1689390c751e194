"""An evaluation of pairs on the terminal, 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from assistant.evaluation.cache_found import Group, Label, PairsFound, Share
from assistant.evaluation.cache_report import REDISVL, SERVED

_COLUMNS = {
    "canonical": "canonical",
    SERVED: SERVED,
    "cosine 0.80": "cos .80",
    "cosine 0.90": "cos .90",
    "cosine 0.95": "cos .95",
    REDISVL: REDISVL,
}
"""Rules that stand in the tables of kinds, and their headings."""


def show(found: PairsFound, console: Console | None = None) -> None:
    """Prints recall, false hits, totals with their intervals, rejections and strata."""
    out = console or Console()
    out.print(
        f"{found.pairs} labelled pairs, {found.unread} of them unread; likeness by"
        f" {found.embedder}; ranges are Clopper-Pearson 95 %.",
        highlight=False,
    )
    for table in _tables(found):
        out.print(table)


def _tables(found: PairsFound) -> Iterator[Table]:
    same = [group for group in found.kinds if group.label == "same"]
    different = [group for group in found.kinds if group.label == "different"]
    if same:
        yield _kinds("Pairs that ask for the same text: share of hits (recall)", same)
    if different:
        yield _kinds("Pairs that do not: share of hits (false hits)", different)
    yield _totals(found)
    yield _counts("Misses by reason", "reason", found.rejections)
    yield _counts("Verdicts by strength", "strength", found.strengths)
    yield _strata(found)


def _kinds(title: str, groups: Sequence[Group]) -> Table:
    table = _table(title, "kind", "pairs", *_COLUMNS.values(), f"{SERVED}, 95 %")
    for group in groups:
        served = group.shares[SERVED]
        cells = [_percent(group.shares[name]) for name in _COLUMNS]
        table.add_row(group.name, str(served.pairs), *cells, _range(served))
    return table


def _totals(found: PairsFound) -> Table:
    names = [group.name for group in found.totals]
    table = _table("All pairs", "rule", *names)
    for rule in found.rules:
        cells = [
            f"{_percent(group.shares[rule])} {_range(group.shares[rule])}" for group in found.totals
        ]
        table.add_row(rule, *cells, style="bold" if rule == SERVED else None)
    return table


def _counts(title: str, name: str, counts: Mapping[str, Mapping[Label, int]]) -> Table:
    table = _table(title, name, "same", "different")
    for key, labels in counts.items():
        table.add_row(key, str(labels["same"]), str(labels["different"]))
    return table


def _strata(found: PairsFound) -> Table:
    title = f"Where semantic hits may be served, at most {found.max_false_hit:.2%} false"
    table = _table(
        title, "task", "language", "must miss", "false hits", "same", "hits", "from", "by"
    )
    for one in found.strata:
        counts = one.counts
        table.add_row(
            counts.task,
            counts.language,
            str(counts.different),
            str(sum(level.false_hits for level in counts.levels)),
            str(counts.same),
            str(sum(level.hits for level in counts.levels)),
            "shadow" if one.least is None else f"{one.least:.2f}",
            one.basis,
        )
    return table


def _table(title: str, first: str, *rest: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", pad_edge=False, box=box.SIMPLE_HEAD
    )
    table.add_column(first, no_wrap=True)
    for name in rest:
        table.add_column(name, justify="right")
    return table


def _percent(share: Share) -> str:
    return f"{share.hits / share.pairs:.1%}" if share.pairs else "-"


def _range(share: Share) -> str:
    return f"{share.low * 100:.1f}-{share.high * 100:.1f}"
