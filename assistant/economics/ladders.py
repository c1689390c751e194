"""What drafts cost on the ladders of a policy, before anybody has sent one. Pure.

The assumptions, which every report has to tell: each rung defers the same share r of what it gets, and
a text that is good enough from one tier would be from every larger one. So tier i of a ladder (from 0)
fails r^(i+1) of all requests, whichever tiers stand before it, and a rung pays exactly while
r < 1 - (its cost / cost of the next rung). Only seconds in which a card works are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, TypeAlias

from assistant.economics.breakeven import break_even_rate, cascade_cost, thrown_away_share
from assistant.economics.cost import SECONDS_PER_HOUR
from assistant.economics.estimate import Served
from assistant.economics.profile import Profile

Unit: TypeAlias = Literal["usd", "gpu_s"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Tokens of the usual request and of the text written to it."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedTier:
    """A tier whose seconds are known. `usd_per_hour` is the price of one of its cards, 0: unknown.

    `samples` texts are written to each prompt; at most `max_concurrency` requests are in flight.
    """

    name: str
    served: Served
    profile: Profile
    usd_per_hour: float
    max_concurrency: int
    samples: int = 1

    def draft_s(self, work: Workload, *, load: int, also_reads: int = 0) -> float:
        """GPU-seconds of one draft, and of reading `also_reads` tokens before it."""
        return self.profile.run_s(
            prompt_tokens=work.prompt_tokens + also_reads,
            completion_tokens=work.completion_tokens * self.samples,
            in_flight=self._in_flight(load),
        )

    def reading_s(self, work: Workload, *, load: int) -> float:
        """GPU-seconds of reading a prompt and a draft without writing."""
        tokens = work.prompt_tokens + work.completion_tokens
        return self.profile.read_s(tokens=tokens, in_flight=self._in_flight(load))

    def cost(self, gpu_s: float, unit: Unit) -> float:
        """Those GPU-seconds in `unit`."""
        return gpu_s if unit == "gpu_s" else gpu_s * self.usd_per_hour / SECONDS_PER_HOUR

    def drafts_per_hour(self, work: Workload, *, load: int) -> float:
        """Drafts that keep one server of this tier busy at that load."""
        return SECONDS_PER_HOUR * self.served.gpus / self.draft_s(work, load=load)

    def _in_flight(self, load: int) -> int:
        # The texts of one request share each step of the engine, as requests do.
        return min(load, self.max_concurrency) * self.samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Tiers in the order they are tried, at least one.

    With `repair` a tier reads the draft before it, too; with `second_opinion` the next tier reads each
    draft, counted for all of them although surer ones may be spared.
    """

    tiers: tuple[PricedTier, ...]
    repair: bool = False
    second_opinion: bool = False
    places: tuple[int, ...] = ()
    """Where these tiers stand in the policy's ladder; empty: this is the policy's ladder."""

    def __str__(self) -> str:
        return " > ".join(tier.name for tier in self.tiers)

    @property
    def unit(self) -> Unit:
        """Money if every tier has a price, else GPU-seconds."""
        return "usd" if all(tier.usd_per_hour > 0 for tier in self.tiers) else "gpu_s"

    def costs(self, work: Workload, *, load: int, unit: Unit) -> tuple[float, ...]:
        """Cost of one draft on each rung, with that many requests in flight at each server."""
        return tuple(
            self._rung(rung, work, load=load, unit=unit) for rung in range(len(self.tiers))
        )

    def alone(self, work: Workload, *, load: int, unit: Unit) -> float:
        """Cost of a draft that the last tier writes at once."""
        last = self.tiers[-1]
        return last.cost(last.draft_s(work, load=load), unit)

    def cost(self, work: Workload, *, load: int, rate: float, unit: Unit) -> float:
        """Mean cost of a request at the deferral rate of the policy's ladder."""
        costs = self.costs(work, load=load, unit=unit)
        if not self.places:
            return cascade_cost(costs, rate)
        reached = (1.0, *(rate ** (place + 1) for place in self.places[:-1]))
        return sum(cost * share for cost, share in zip(costs, reached, strict=True))

    def thrown_away(self, work: Workload, *, load: int, rate: float, unit: Unit) -> float:
        """Share of that cost that went into deferred drafts; for the policy's own ladder."""
        return thrown_away_share(self.costs(work, load=load, unit=unit), rate)

    def break_even(self, work: Workload, *, load: int, unit: Unit) -> float | None:
        """Deferral rate above which the last tier alone is cheaper; None: it always is."""
        costs = self.costs(work, load=load, unit=unit)
        return break_even_rate(costs, alone=self.alone(work, load=load, unit=unit))

    def without(self, rung: int) -> Ladder:
        """This ladder without one of its tiers."""
        kept = [place for place in range(len(self.tiers)) if place != rung]
        return self._of(kept)

    def sub_ladders(self) -> Iterator[Ladder]:
        """Every choice of these tiers that keeps the last one, in order, from short to long."""
        last = len(self.tiers) - 1
        for length in range(last + 1):
            for before in combinations(range(last), length):
                yield self._of([*before, last])

    def cheapest(self, work: Workload, *, load: int, rate: float, unit: Unit) -> Ladder:
        """The cheapest of the sub-ladders; of equals the shortest."""
        return min(
            self.sub_ladders(),
            key=lambda ladder: ladder.cost(work, load=load, rate=rate, unit=unit),
        )

    def _of(self, places: list[int]) -> Ladder:
        chosen = tuple(self.tiers[place] for place in places)
        return replace(self, tiers=chosen, places=tuple(places))

    def _rung(self, rung: int, work: Workload, *, load: int, unit: Unit) -> float:
        tier = self.tiers[rung]
        also_reads = work.completion_tokens if self.repair and rung else 0
        cost = tier.cost(tier.draft_s(work, load=load, also_reads=also_reads), unit)
        if self.second_opinion and rung + 1 < len(self.tiers):
            reader = self.tiers[rung + 1]
            cost += reader.cost(reader.reading_s(work, load=load), unit)
        return cost
