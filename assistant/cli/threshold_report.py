"""What `inkladder confidence threshold` shows: tables for people, JSON for programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assistant.cli.bar_words import bar_text, cell, percent, rule_text, whose
from assistant.confidence.artefact import ScoreCounts
from assistant.confidence.threshold import (
    Measured,
    NoSafeThreshold,
    SafeThreshold,
    safe_threshold,
)
from assistant.confidence.threshold_counts import calibration_for
from assistant.policy.models import Policy
from assistant.types import Task
from assistant.workflow.bars import RouteBar

RISKS = (0.05, 0.1, 0.15, 0.2, 0.3)
"""Risks to choose from: one draft in twenty to one in three."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What each of `RISKS` would leave accepted, at one confidence level; `tasks` as in `RouteBar`."""

    tasks: tuple[Task, ...]
    confidence_level: float
    rows: tuple[tuple[float, SafeThreshold | NoSafeThreshold], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The bars of a policy's routes on some calibration drafts, and what other risks would give."""

    policy: Policy
    artefact: str
    source: str
    bars: tuple[RouteBar, ...]
    coverage: tuple[Coverage, ...]
    notes: tuple[str, ...] = ()


def coverage_of(
    policy: Policy, counts: Iterable[ScoreCounts], *, confidence_level: float
) -> tuple[Coverage, ...]:
    """Risk against coverage, once for each set of drafts that a route of the policy is judged by."""
    every = tuple(counts)
    matched = [() if route.match is None else route.match.task for route in policy.routes]
    judged = {one.tasks: one.counts for one in (calibration_for(every, it) for it in matched)}
    return tuple(
        Coverage(
            tasks=tasks,
            confidence_level=confidence_level,
            rows=tuple(
                (risk, safe_threshold(own, max_risk=risk, confidence_level=confidence_level))
                for risk in RISKS
            ),
        )
        for tasks, own in judged.items()
        if own.cells
    )


def report(study: Study) -> Group:
    """The tables, and in words what they mean."""
    return Group(*_parts(study))


def _parts(study: Study) -> Iterator[RenderableType]:
    yield Text(f"{study.policy.name}: accept rules on {study.source}", style="bold")
    yield _routes(study.bars)
    for coverage in study.coverage:
        yield Text()
        yield _heading(coverage)
        yield _coverage(coverage)
    told = [f"{bar.route} {bar_text(bar)}" for bar in study.bars if bar.min_score is None]
    for note in (*told, *study.notes):
        item = Table.grid(padding=(0, 1))
        item.add_row("-", Text(note))
        yield item


def _routes(bars: Iterable[RouteBar]) -> Table:
    table = Table()
    table.add_column("route", overflow="fold")
    table.add_column("rule", no_wrap=True)
    for name in ("from", "accepted", "bad", "at most", "drafts"):
        table.add_column(name, justify="right")
    for bar in bars:
        table.add_row(bar.route, rule_text(bar.rule), *_cells(bar))
    return table


def _cells(bar: RouteBar) -> tuple[str | Text, ...]:
    compiled = bar.compiled
    if isinstance(compiled, NoSafeThreshold):
        return Text("none", style="yellow"), "0%", "-", "-", f"{compiled.drafts:,}"
    if not bar.acts:
        return "any", "100%", "-", "-", "-"
    if compiled is None:
        return f"{bar.rule.min_score:.2f}", "-", "-", "-", "0"
    return (
        f"{compiled.threshold:.2f}",
        cell(compiled.accepted_share),
        cell(compiled.bad_share),
        cell(compiled.upper_bound),
        f"{compiled.drafts:,}",
    )


def _heading(coverage: Coverage) -> Text:
    drafts = coverage.rows[0][1].drafts
    return Text(
        f"To choose from, at {percent(coverage.confidence_level)} confidence:"
        f" {drafts:,} {whose(coverage.tasks)}",
        style="italic",
    )


def _coverage(coverage: Coverage) -> Table:
    table = Table()
    for name in ("max_risk", "from", "accepted", "bad"):
        table.add_column(name, justify="right")
    for risk, found in coverage.rows:
        if isinstance(found, NoSafeThreshold):
            table.add_row(f"{risk:g}", Text("none", style="yellow"), "0%", "-")
        else:
            table.add_row(
                f"{risk:g}",
                f"{found.threshold:.2f}",
                cell(found.accepted_share),
                f"{cell(found.bad_share)}, {found.bad} of {found.accepted}",
            )
    return table


def as_json(study: Study) -> Json:
    """The same for programs: shares are fractions, a `min_score` of null accepts nothing."""
    return {
        "policy": study.policy.name,
        "policy_revision": study.policy.revision,
        "artefact": study.artefact,
        "source": study.source,
        "routes": [_route_json(bar) for bar in study.bars],
        "coverage": [_coverage_json(one) for one in study.coverage],
        "notes": list(study.notes),
    }


def _route_json(bar: RouteBar) -> Json:
    rule = bar.rule.model_dump(exclude={"required_checks"})
    return {
        "route": bar.route,
        "rule": rule,
        "tasks": list(bar.tasks),
        "min_score": bar.min_score,
        **_found_json(bar.compiled),
    }


def _coverage_json(coverage: Coverage) -> Json:
    return {
        "tasks": list(coverage.tasks),
        "confidence_level": coverage.confidence_level,
        "rows": [
            {
                "max_risk": risk,
                "min_score": found.threshold if isinstance(found, SafeThreshold) else None,
                **_found_json(found),
            }
            for risk, found in coverage.rows
        ],
    }


def _found_json(found: Measured | NoSafeThreshold | None) -> Json:
    """Every key each time, so that a program need not ask which there are."""
    none = found if isinstance(found, NoSafeThreshold) else None
    seen = found if isinstance(found, Measured) else None
    return {
        "drafts": found.drafts if found else 0,
        "accepted": seen.accepted if seen else None,
        "accepted_share": seen.accepted_share if seen else None,
        "bad": seen.bad if seen else None,
        "risk_at_most": seen.upper_bound if seen else None,
        "no_safe_threshold": none.why if none else None,
        "lowest_risk": none.lowest_risk if none else None,
    }
