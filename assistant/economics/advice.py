"""Plain words about ladders that cannot pay, hardly pay, or idle. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.economics.breakeven import break_even_rate, most_for_draft
from assistant.economics.cost import SECONDS_PER_HOUR
from assistant.economics.ladders import Ladder, PricedTier, Unit, Workload

HARDLY = 0.2
"""A rung that pays only below this deferral rate hardly pays: few bars defer less than one in five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What a report looks at: the usual request, loads ascending, and deferral rates ascending."""

    work: Workload
    loads: tuple[int, ...]
    rates: tuple[float, ...]

    @property
    def rate(self) -> float:
        """The rate in the middle, at which prices are advised."""
        return self.rates[len(self.rates) // 2]


def warnings_about(ladder: Ladder, scenario: Scenario) -> Iterator[str]:
    """A sentence or two for each rung that pays nowhere, not at every load, or hardly."""
    for rung in range(len(ladder.tiers) - 1):
        steps = [_step(ladder, rung, scenario.work, load) for load in scenario.loads]
        if min(step.pays_below for step in steps) < HARDLY:
            yield f"{ladder}: {_verdict(steps)}; {_way_out(steps, scenario)}"


def idle_notes(tiers: Sequence[PricedTier], scenario: Scenario) -> Iterator[str]:
    """What every price here leaves out, and how many drafts make it true."""
    load = scenario.loads[-1]
    filled = ", ".join(
        f"{tier.name} {tier.drafts_per_hour(scenario.work, load=load):,.0f}" for tier in tiers
    )
    if filled:
        yield (
            "busy seconds only: a card that idles costs the same. Drafts an hour that fill one"
            f" server at {load} in flight: {filled}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A rung and the one after it at one load; costs in the ladder's unit.

    `next_alone` is what the next rung would cost without this one, `pays_below` the deferral rate below
    which this one saves more of it than it costs, 0 where there is none.
    """

    tier: PricedTier
    following: PricedTier
    unit: Unit
    load: int
    cost: float
    next_cost: float
    next_alone: float
    pays_below: float


def _step(ladder: Ladder, rung: int, work: Workload, load: int) -> _Step:
    costs = ladder.costs(work, load=load, unit=ladder.unit)[rung : rung + 2]
    alone = ladder.without(rung).costs(work, load=load, unit=ladder.unit)[rung]
    return _Step(
        tier=ladder.tiers[rung],
        following=ladder.tiers[rung + 1],
        unit=ladder.unit,
        load=load,
        cost=costs[0],
        next_cost=costs[1],
        next_alone=alone,
        pays_below=break_even_rate(costs, alone=alone) or 0.0,
    )


def _verdict(steps: Sequence[_Step]) -> str:
    tier = repr(steps[0].tier.name)
    never = [str(step.load) for step in steps if not step.pays_below]
    if len(never) == len(steps):
        return f"{tier} never pays"
    if never:
        return f"{tier} does not pay at {', '.join(never)} in flight"
    told = ", ".join(f"{step.pays_below:.0%} at {step.load}" for step in steps)
    return f"{tier} hardly pays, only below a deferral rate of {told} in flight"


def _way_out(steps: Sequence[_Step], scenario: Scenario) -> str:
    worst = min(steps, key=lambda step: (step.pays_below, -step.cost / step.next_alone))
    name = worst.tier.name
    compared = (
        f"at {worst.load} in flight its draft ({_on(worst.tier)}) costs"
        f" {worst.cost / worst.next_alone:.2g} times one of {worst.following.name!r}"
        f" ({_on(worst.following)}). Drop {name!r}"
    )
    if worst.unit == "gpu_s":
        return f"{compared}, or put it on a cheaper card and give all tiers a price"
    price = _most_per_hour(worst, scenario)
    if price <= 0:
        return f"{compared}; at a deferral rate of {scenario.rate:.0%} it pays at no price"
    return (
        f"{compared}, or put it on a card as fast for under ${price:.2f} an hour, which pays at a"
        f" deferral rate of {scenario.rate:.0%}"
    )


def _most_per_hour(step: _Step, scenario: Scenario) -> float:
    """Dollars an hour for one card of this rung, below which it pays at the scenario's rate."""
    most = most_for_draft((step.cost, step.next_cost), scenario.rate, alone=step.next_alone)
    seconds = step.tier.draft_s(scenario.work, load=step.load)
    read_by_next = step.cost - step.tier.cost(seconds, "usd")
    return (most - read_by_next) * SECONDS_PER_HOUR / seconds


def _on(tier: PricedTier) -> str:
    price = f" at ${tier.usd_per_hour:g} an hour" if tier.usd_per_hour else ""
    return f"{tier.served}{price}"
