"""What `inkladder economics --json` prints: the same figures for programs. Pure."""

from __future__ import annotations

from typing import Any

from assistant.cli.economics_plan import Plan, RoutedLadder
from assistant.cli.economics_tables import ASSUMPTION, DRAFTS, notes
from assistant.economics.advice import Scenario
from assistant.economics.ladders import PricedTier

Json = dict[str, Any]


def as_json(plan: Plan, scenario: Scenario) -> Json:
    """Costs per 1,000 drafts in each ladder's `unit`; rates and shares are fractions."""
    return {
        "policy": plan.policy.name,
        "policy_revision": plan.policy.revision,
        "prompt_tokens": scenario.work.prompt_tokens,
        "completion_tokens": scenario.work.completion_tokens,
        "drafts": DRAFTS,
        "tiers": [_tier(tier, scenario) for tier in plan.tiers],
        "unknown": {name: why.reason for name, why in plan.unknown.items()},
        "ladders": [_ladder(one, scenario) for one in plan.ladders],
        "assumption": ASSUMPTION,
        "notes": notes(plan, scenario),
    }


def _tier(tier: PricedTier, scenario: Scenario) -> Json:
    loads = []
    for load in scenario.loads:
        seconds = DRAFTS * tier.draft_s(scenario.work, load=load)
        usd = tier.cost(seconds, "usd") if tier.usd_per_hour else None
        full = tier.drafts_per_hour(scenario.work, load=load)
        loads.append({"in_flight": load, "gpu_s": seconds, "usd": usd, "drafts_per_hour": full})
    return {
        "tier": tier.name,
        "model": tier.served.model,
        "quantization": tier.served.quantization,
        "card": tier.served.card,
        "gpus": tier.served.gpus,
        "usd_per_hour": tier.usd_per_hour or None,
        "source": tier.profile.source,
        "estimated": tier.profile.estimated,
        "loads": loads,
    }


def _ladder(one: RoutedLadder, scenario: Scenario) -> Json:
    ladder, unit, work = one.ladder, one.ladder.unit, scenario.work
    loads = []
    for load in scenario.loads:
        rates = [
            {
                "rate": rate,
                "cost": DRAFTS * ladder.cost(work, load=load, rate=rate, unit=unit),
                "thrown_away_share": ladder.thrown_away(work, load=load, rate=rate, unit=unit),
                "cheapest": [
                    tier.name
                    for tier in ladder.cheapest(work, load=load, rate=rate, unit=unit).tiers
                ],
            }
            for rate in scenario.rates
        ]
        loads.append(
            {
                "in_flight": load,
                "last_alone": DRAFTS * ladder.alone(work, load=load, unit=unit),
                "break_even_rate": ladder.break_even(work, load=load, unit=unit),
                "rates": rates,
            }
        )
    return {
        "ladder": [tier.name for tier in ladder.tiers],
        "routes": list(one.routes),
        "unit": unit,
        "loads": loads,
    }
