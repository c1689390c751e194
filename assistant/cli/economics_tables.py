"""What `inkladder economics` shows: tables for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assistant.cli.economics_plan import Plan, RoutedLadder
from assistant.economics.advice import Scenario, idle_notes, warnings_about
from assistant.economics.ladders import Ladder, PricedTier, Unit

DRAFTS = 1000
"""Costs are told per thousand drafts: one alone costs a fraction of a cent."""

ASSUMPTION = (
    "Assumed: the same bar everywhere, each rung defers the same share of what it gets, and what is"
    " good enough from one tier would be from every larger one. What your traffic really defers is in"
    " /metrics."
)

_UNITS: dict[Unit, str] = {"usd": "$", "gpu_s": "GPU-seconds"}


def report(plan: Plan, scenario: Scenario) -> Group:
    """All tables and notes of a plan."""
    return Group(*_parts(plan, scenario))


def notes(plan: Plan, scenario: Scenario) -> list[str]:
    """What a reader must know beside the figures, worst first."""
    told = [note for one in plan.ladders for note in warnings_about(one.ladder, scenario)]
    told += [f"{name}: {why.reason}" for name, why in plan.unknown.items()]
    free = ", ".join(tier.name for tier in plan.tiers if tier.usd_per_hour == 0)
    if free:
        told.append(f"{free}: no price; give one with --on or as `card.usd_per_hour`")
    told += idle_notes(plan.tiers, scenario)
    return told


def _parts(plan: Plan, scenario: Scenario) -> Iterator[RenderableType]:
    work = scenario.work
    yield Text(
        f"{plan.policy.name}: {DRAFTS:,} drafts of {work.completion_tokens} tokens to prompts of"
        f" {work.prompt_tokens}",
        style="bold",
    )
    if plan.tiers:
        yield _tiers(plan, scenario)
        yield from (_source(tier) for tier in plan.tiers)
    for one in plan.ladders:
        yield Text()
        yield _ladder(one, scenario)
        yield _cheapest(one.ladder, scenario)
    if plan.ladders:
        yield Text(ASSUMPTION, style="dim")
    yield Text()
    for note in notes(plan, scenario):
        yield _item(note)


def _tiers(plan: Plan, scenario: Scenario) -> Table:
    table = Table()
    for name in ("tier", "model", "card", "$/h"):
        table.add_column(name, overflow="fold")
    for name in ("in flight", "GPU-s", "$"):
        table.add_column(name, justify="right", no_wrap=True)
    for tier in plan.tiers:
        served = tier.served
        model = served.label.rpartition("/")[2].removesuffix(",")
        card = served.card if served.gpus == 1 else f"{served.gpus} x {served.card}"
        head = (tier.name, model, card, f"{tier.usd_per_hour:g}" if tier.usd_per_hour else "-")
        for load in scenario.loads:
            seconds = DRAFTS * tier.draft_s(scenario.work, load=load)
            usd = _figure(tier.cost(seconds, "usd")) if tier.usd_per_hour else "-"
            about = "~" if tier.profile.estimated else ""
            table.add_row(*head, str(load), about + _figure(seconds), usd)
            head = ("", "", "", "")
        table.add_section()
    return table


def _source(tier: PricedTier) -> Text:
    how = "~ " if tier.profile.estimated else "measured: "
    return Text(f"{tier.name}: {how}{tier.profile.source}", style="dim")


def _ladder(one: RoutedLadder, scenario: Scenario) -> Table:
    ladder, unit, work = one.ladder, one.ladder.unit, scenario.work
    last = ladder.tiers[-1].name
    table = Table(
        title=f"{ladder} ({_how(one)}): {_UNITS[unit]}, share thrown away",
        title_justify="left",
    )
    for name in (
        "in flight",
        f"{last} alone",
        *(f"{rate:.0%} deferred" for rate in scenario.rates),
    ):
        table.add_column(name, justify="right")
    table.add_column("pays below", justify="right")
    for load in scenario.loads:
        alone = ladder.alone(work, load=load, unit=unit)
        cells = []
        for rate in scenario.rates:
            cost = ladder.cost(work, load=load, rate=rate, unit=unit)
            away = ladder.thrown_away(work, load=load, rate=rate, unit=unit)
            style = "green" if cost < alone else "red"
            cells.append(Text(f"{_figure(DRAFTS * cost)}, {away:.0%}", style=style))
        even = ladder.break_even(work, load=load, unit=unit)
        table.add_row(
            str(load), _figure(DRAFTS * alone), *cells, "never" if even is None else f"{even:.0%}"
        )
    return table


def _how(one: RoutedLadder) -> str:
    routes = f"route {', '.join(one.routes)}"
    extras = (("repair", one.ladder.repair), ("second opinion", one.ladder.second_opinion))
    return ", ".join([routes, *(name for name, has in extras if has)])


def _cheapest(ladder: Ladder, scenario: Scenario) -> RenderableType:
    rows = [
        [
            str(ladder.cheapest(scenario.work, load=load, rate=rate, unit=ladder.unit))
            for rate in scenario.rates
        ]
        for load in scenario.loads
    ]
    if all(name == str(ladder) for row in rows for name in row):
        return Text("Nothing cheaper can be made of these tiers, at any load and rate shown.")
    table = Table(title="Cheapest of these tiers", title_justify="left")
    table.add_column("in flight", justify="right")
    for rate in scenario.rates:
        table.add_column(f"{rate:.0%} deferred", overflow="fold")
    for load, row in zip(scenario.loads, rows, strict=True):
        table.add_row(str(load), *row)
    return table


def _item(note: str) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_row("-", Text(note))
    return row


def _figure(value: float) -> str:
    """Whole numbers from 100 on, three figures below: an estimate has no more to tell."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - see above
