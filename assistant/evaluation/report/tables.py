"""The tables of a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from assistant.evaluation.report.markup import Html, tag
from assistant.evaluation.report.numbers import (
    NOTHING,
    Cell,
    interval,
    number,
    share,
    share_interval,
)
from assistant.evaluation.result import (
    Ablation,
    Alarm,
    CheckAlarms,
    Contribution,
    Estimate,
    Group,
    Line,
    Pair,
    Planted,
    ReliabilityBin,
    RiskAt,
)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, strong: int = 0) -> Html:
    """A table that scrolls sideways where it is too wide; the first `strong` rows stand out."""
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row"),
            *(tag("td", cell) for cell in row[1:]),
            class_="strong" if place < strong else None,
        )
        for place, row in enumerate(rows)
    ]
    header = tag("tr", *(tag("th", name, scope="col") for name in head))
    return tag("div", tag("table", tag("thead", header), tag("tbody", body)), class_="table")


def cell(value: Cell) -> Html:
    """A number with its interval below it."""
    return _stacked(number(value), interval(value) if isinstance(value, Estimate) else "")


def percent(value: Estimate | float | None) -> Html:
    """A share in per cent with its interval below it."""
    return _stacked(share(value), share_interval(value) if isinstance(value, Estimate) else "")


def lines_table(lines: Sequence[Line], *, strong: int) -> Html:
    """Scorers beside one another."""
    head = (
        "scorer", "worst third, AUROC", "within task", "worst tenth, AUROC", "within task", "APGR",
        "skill", "CPT50", "CPT80", "ECE", "Brier",
    )  # fmt: skip
    rows = [
        [
            f"{one.name} ({one.drafts} drafts)" if one.drafts != lines[0].drafts else one.name,
            cell(one.third), cell(one.third_within), cell(one.tenth), cell(one.tenth_within),
            cell(one.apgr), cell(one.skill), percent(one.cpt50), percent(one.cpt80),
            cell(one.ece), cell(one.brier),
        ]
        for one in lines
    ]  # fmt: skip
    return table(head, rows, strong=strong)


def groups_table(what: str, groups: Sequence[Group]) -> Html:
    """Tasks or writers, each also by a model that never saw it."""
    head = (
        what, "drafts", "bad", "mean score", "worst third, AUROC", "fitted without it",
        "worst tenth, AUROC", "fitted without it", "ECE", "fitted without it",
    )  # fmt: skip
    rows = [
        [
            one.name, number(one.drafts), share(one.bad_share), number(one.mean_score),
            cell(one.third), cell(one.transferred), cell(one.tenth), cell(one.transferred_tenth),
            cell(one.ece), cell(one.transferred_ece),
        ]
        for one in groups
    ]  # fmt: skip
    return table(head, rows)


def pairs_table(pairs: Sequence[Pair]) -> Html:
    """Every pair of models with a gap to recover."""
    head = (
        "drafts", "large model", "prompts", "quality small", "quality large", "APGR",
        "APGR, draft's score known", "skill", "CPT50", "CPT80",
    )  # fmt: skip
    rows = [
        [
            one.small, one.large, number(one.prompts), number(one.quality_small),
            number(one.quality_large), cell(one.apgr), cell(one.known), cell(one.skill),
            percent(one.cpt50), percent(one.cpt80),
        ]
        for one in pairs
    ]  # fmt: skip
    return table(head, rows)


def reliability_table(bins: Sequence[ReliabilityBin]) -> Html:
    """Promise and outcome, bin by bin."""
    head = ("scores", "drafts", "promised", "found acceptable")
    rows = [
        [
            f"{one.lowest:.3f} to {one.highest:.3f}", number(one.drafts), number(one.promised),
            cell(one.found),
        ]
        for one in bins
    ]  # fmt: skip
    return table(head, rows)


def risk_table(risk: Sequence[RiskAt]) -> Html:
    """What each threshold lets through."""
    head = ("accept from", "accepted", "of them bad", "risk")
    rows = [
        [
            f"{one.threshold:.1f}", f"{one.accepted} ({share(one.accepted_share)})",
            number(one.bad), percent(one.risk),
        ]
        for one in risk
    ]  # fmt: skip
    return table(head, rows)


def planted_table(planted: Sequence[Planted]) -> Html:
    """Every kind of planted defect."""
    rows = [[one.kind, number(one.examples), cell(one.auroc)] for one in planted]
    return table(("planted defect", "examples", "AUROC"), rows, strong=1)


def contributions_table(contributions: Sequence[Contribution]) -> Html:
    """Every feature in use, by family, the family that moves a score most first."""
    total: defaultdict[str, float] = defaultdict(float)
    for one in contributions:
        total[one.family] += one.mean_absolute
    ordered = sorted(contributions, key=lambda one: (-total[one.family], -one.mean_absolute))
    head = ("feature", "family", "weight", "moves a draft by", "applies to")
    rows = [
        [
            one.feature, one.family, f"{one.weight:+.3f}", number(one.mean_absolute),
            share(one.applies, digits=0),
        ]
        for one in ordered
    ]  # fmt: skip
    return table(head, rows)


def ablation_table(ablation: Sequence[Ablation], ours: Line) -> Html:
    """Every family left out, every family alone, and what its candidates would add."""
    head = (
        "family", "features", "without it", "within task", "alone", "within task", "candidates",
        "with them", "within task",
    )  # fmt: skip
    every = [
        "all families", number(sum(one.features for one in ablation)),
        cell(ours.third), cell(ours.third_within), NOTHING, NOTHING,
        number(sum(one.candidates for one in ablation)), NOTHING, NOTHING,
    ]  # fmt: skip
    rows = [
        [
            one.family, number(one.features), cell(one.without), cell(one.without_within),
            cell(one.alone), cell(one.alone_within), number(one.candidates), cell(one.added),
            cell(one.added_within),
        ]
        for one in ablation
    ]  # fmt: skip
    return table(head, [every, *rows], strong=1)


def checks_table(checks: Sequence[CheckAlarms]) -> Html:
    """How often each check fails on good texts and on bad ones."""
    head = (
        "check", "large models: applies to", "failed", "of all", "acceptable drafts: applies to",
        "failed", "worst third: applies to", "failed",
    )  # fmt: skip
    rows = [
        [
            one.check, *_alarm(one.large), share(one.large.share_of_all), *_alarm(one.acceptable),
            *_alarm(one.unacceptable),
        ]
        for one in checks
    ]  # fmt: skip
    return table(head, rows)


def _alarm(alarm: Alarm) -> tuple[str, str]:
    return str(alarm.applied), percent(alarm.share) if alarm.applied else NOTHING


def _stacked(value: str, below: str) -> Html:
    return tag("span", value, *([tag("span", below, class_="interval")] if below else []))
