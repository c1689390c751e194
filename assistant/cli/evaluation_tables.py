"""An evaluation on the terminal, 80 columns wide."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from assistant.evaluation.report.headlines import headlines
from assistant.evaluation.report.numbers import Cell, number, share
from assistant.evaluation.result import Alarm, CheckAlarms, Estimate, Evaluation


def show(found: Evaluation, console: Console | None = None) -> None:
    """Prints every table that has something to say."""
    out = console or Console()
    data = found.data
    out.print(
        f"{data.rows} judged drafts of {data.prompts} prompts, {data.bad_third} bad (score at most"
        f" {data.bar_third:.3f}); all numbers held out by prompt, ranges 95 %.",
        highlight=False,
    )
    for table in _tables(found):
        out.print(table)
    for pair in found.pairs_left_out:
        out.print(f"left out: {pair.small} with {pair.large}: {pair.reason}", markup=False)
    for reason in found.baselines_left_out:
        out.print(f"left out: {reason}", markup=False)


def _tables(found: Evaluation) -> Iterator[Table]:
    yield _headlines(found)
    yield _scorers(found)
    yield _groups(found)
    if found.pairs:
        yield _pairs(found)
    yield _risk(found)
    if found.planted:
        yield _planted(found)
    if found.ablation:
        yield _ablation(found)
    if found.checks:
        yield _checks(found)


def _table(title: str, first: str, *rest: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", pad_edge=False, box=box.SIMPLE_HEAD
    )
    table.add_column(first, overflow="fold")
    for name in rest:
        table.add_column(name, justify="right")
    return table


def _headlines(found: Evaluation) -> Table:
    table = _table("In short", "number", "value", "95 %")
    for one in headlines(found):
        table.add_row(one.name, one.value, one.interval, style="bold" if one.strong else None)
    return table


def _scorers(found: Evaluation) -> Table:
    table = _table(
        "Scorers (AUROC of the worst third and tenth)",
        "scorer", "third", "within", "tenth", "within", "APGR", "skill", "ECE",
    )  # fmt: skip
    strong = (found.ours, *found.transfer, *found.others)
    for line in (*strong, *found.baselines):
        numbers: tuple[Cell, ...] = (
            line.third, line.third_within, line.tenth, line.tenth_within, line.apgr, line.skill,
            line.ece,
        )  # fmt: skip
        style = "bold" if line in strong else None
        table.add_row(line.name, *map(_short, numbers), style=style)
    return table


def _groups(found: Evaluation) -> Table:
    table = _table(
        "Tasks and writers, also by models fitted without them (AUROC of the worst third)",
        "", "drafts", "bad", "AUROC", "fitted without",
    )  # fmt: skip
    for groups, name_of in ((found.tasks, _words), (found.models, str)):
        for one in groups:
            table.add_row(
                name_of(one.name), str(one.drafts), share(one.bad_share, digits=0),
                _ranged(one.third), _ranged(one.transferred),
            )  # fmt: skip
        table.add_section()
    return table


def _pairs(found: Evaluation) -> Table:
    table = _table("Escalation", "drafts", "large model", "APGR", "skill", "CPT50", "CPT80")
    for one in found.pairs:
        table.add_row(
            one.small, one.large, _ranged(one.apgr), _short(one.skill),
            share(one.cpt50, digits=0), share(one.cpt80, digits=0),
        )  # fmt: skip
    return table


def _risk(found: Evaluation) -> Table:
    table = _table("Accepting from a score up", "score", "accepted", "bad", "risk", "95 %")
    for one in found.risk:
        ends = "" if one.risk is None else f"{one.risk.low:.3f}-{one.risk.high:.3f}"
        table.add_row(
            f"{one.threshold:.1f}", share(one.accepted_share), str(one.bad), _short(one.risk), ends
        )
    return table


def _planted(found: Evaluation) -> Table:
    table = _table("Planted faults", "kind", "examples", "AUROC", "95 %")
    for one in found.planted:
        ends = "" if one.auroc is None else f"{one.auroc.low:.3f}-{one.auroc.high:.3f}"
        table.add_row(one.kind, str(one.examples), _short(one.auroc), ends)
    return table


def _ablation(found: Evaluation) -> Table:
    table = _table(
        "Families of features (AUROC of the worst third)",
        "family", "used", "without", "within", "alone", "within", "idle", "with", "within",
    )  # fmt: skip
    for one in found.ablation:
        table.add_row(
            _words(one.family), str(one.features), _short(one.without), _short(one.without_within),
            _short(one.alone), _short(one.alone_within),
            str(one.candidates), _short(one.added), _short(one.added_within),
        )  # fmt: skip
    return table


def _checks(found: Evaluation) -> Table:
    table = _table(
        "Checks: failed, of the texts they apply to",
        "check", "large models", "acceptable", "worst third",
    )  # fmt: skip
    for one in found.checks:
        if _applied(one):
            table.add_row(one.check, *map(_alarm, (one.large, one.acceptable, one.unacceptable)))
    idle = [one.check for one in found.checks if not _applied(one)]
    table.caption = f"no text to apply to: {', '.join(idle)}" if idle else None
    table.caption_justify = "left"
    return table


def _applied(one: CheckAlarms) -> int:
    return one.large.applied + one.acceptable.applied + one.unacceptable.applied


def _alarm(alarm: Alarm) -> str:
    return f"{alarm.failed} of {alarm.applied} {share(alarm.share):>6}"


def _words(name: str) -> str:
    """A name that a narrow terminal folds between its words."""
    return name.replace("_", " ")


def _short(value: Cell) -> str:
    return number(value)


def _ranged(value: Estimate | None) -> str:
    if value is None:
        return number(value)
    return f"{value.value:.3f} ({value.low:.2f}-{value.high:.2f})"
