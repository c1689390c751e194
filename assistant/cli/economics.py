"""`inkladder economics`: what the ladders of a policy cost, and where they cannot pay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import SettingsError

if TYPE_CHECKING:
    from assistant.cli.economics_plan import Place
    from assistant.policy.models import Policy


def economics(
    policy: Annotated[
        str | None,
        typer.Option(
            help="Preset name or policy file; $INKLADDER_POLICY or `embedded` if not given."
        ),
    ] = None,
    concurrency: Annotated[
        str, typer.Option(help="Requests in flight at each server, comma-separated.")
    ] = "1,8,32",
    rate: Annotated[
        str, typer.Option(help="Shares of drafts that a rung defers, between 0 and 1.")
    ] = "0.1,0.3,0.5",
    prompt_tokens: Annotated[int, typer.Option(min=1, help="Tokens of a prompt.")] = 512,
    completion_tokens: Annotated[int, typer.Option(min=1, help="Tokens of a draft.")] = 256,
    on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TIER=CARD[:USD_PER_HOUR]", help="Another card for a tier; may be repeated."
        ),
    ] = None,
    measured: Annotated[
        Path | None,
        typer.Option(help="File or folder of your own measurements, beside those shipped."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Shows what 1,000 drafts cost on each ladder, when a cascade pays, and where it cannot."""
    from rich.console import Console

    from assistant.cli import economics_json, economics_tables
    from assistant.cli.economics_plan import plan_of
    from assistant.economics.advice import Scenario
    from assistant.economics.ladders import Workload
    from assistant.economics.measured import read_runs
    from assistant.economics.specs import shipped_specs
    from assistant.economics.tables import measured_table
    from assistant.policy.load import load_policy
    from assistant.settings import read_settings

    scenario = Scenario(
        work=Workload(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens),
        loads=_loads(concurrency),
        rates=_rates(rate),
    )
    settings = read_settings(policy=policy)
    chosen = load_policy(settings.policy)
    table = measured_table(settings.measured_dir)
    if measured is not None:
        table = table.with_runs(read_runs(measured))
    plan = plan_of(chosen, table, shipped_specs(), places=_places(on or (), chosen))
    if as_json:
        typer.echo(json.dumps(economics_json.as_json(plan, scenario), indent=2))
    else:
        Console().print(economics_tables.report(plan, scenario))


def _loads(text: str) -> tuple[int, ...]:
    try:
        loads = sorted({int(part) for part in text.split(",")})
    except ValueError:
        loads = [0]
    if loads[0] < 1:
        message = f"--concurrency: {text!r} is no list of whole numbers from 1, such as 1,8,32"
        raise SettingsError(message)
    return tuple(loads)


def _rates(text: str) -> tuple[float, ...]:
    try:
        rates = sorted({float(part) for part in text.split(",")})
    except ValueError:
        rates = [-1.0]
    if not all(0 <= rate <= 1 for rate in rates):
        message = f"--rate: {text!r} is no list of numbers from 0 to 1, such as 0.1,0.3,0.5"
        raise SettingsError(message)
    return tuple(rates)


def _places(wanted: Sequence[str], policy: Policy) -> dict[str, Place]:
    return dict(_place(text, policy) for text in wanted)


def _place(text: str, policy: Policy) -> tuple[str, Place]:
    from assistant.cli.economics_plan import Place

    tier, separator, rest = text.partition("=")
    card, colon, price = rest.partition(":")
    if not (separator and tier.strip() and card.strip()):
        message = f"--on: {text!r} is not TIER=CARD or TIER=CARD:USD_PER_HOUR, as in draft=L4:0.4"
        raise SettingsError(message)
    if colon:
        return tier.strip(), Place(card=card.strip(), usd_per_hour=_price(price, text))
    planned = policy.tiers.get(tier.strip())
    same = planned is not None and planned.card.name.casefold() == card.strip().casefold()
    # The policy's price is that of the policy's card.
    usd = planned.card.usd_per_hour if planned is not None and same else 0.0
    return tier.strip(), Place(card=card.strip(), usd_per_hour=usd)


def _price(price: str, text: str) -> float:
    try:
        usd = float(price)
    except ValueError:
        usd = -1.0
    if not 0 <= usd < float("inf"):
        message = f"--on: {text!r} has no price in dollars per hour after `:`, as in draft=L4:0.4"
        raise SettingsError(message)
    return usd
