"""The running break-even of each route, from what its answers really cost."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.types import Cost

MEAN_WEIGHT = 0.01
"""Weight of the newest answer once there are a hundred: a break-even of today, not of last month."""


@dataclass(slots=True)
class _Mean:
    """A plain mean of the first answers, exponentially weighted from the hundredth on."""

    value: float = 0.0
    count: int = 0

    def add(self, value: float) -> None:
        """Takes one more value in."""
        self.count += 1
        self.value += max(MEAN_WEIGHT, 1 / self.count) * (value - self.value)


@dataclass(slots=True)
class _Spent:
    """Mean cost of an answer and of its parts, in one unit."""

    first: _Mean = field(default_factory=_Mean)
    rest: _Mean = field(default_factory=_Mean)
    spent: _Mean = field(default_factory=_Mean)
    thrown_away: _Mean = field(default_factory=_Mean)
    always_large: _Mean = field(default_factory=_Mean)


@dataclass(slots=True)
class _Route:
    """All that is remembered of a route."""

    escalated: _Mean = field(default_factory=_Mean)
    gpu_s: _Spent = field(default_factory=_Spent)
    usd: _Spent = field(default_factory=_Spent)

    def unit(self) -> _Spent:
        """Money where the last tier has a price, GPU-seconds otherwise."""
        return self.usd if self.usd.always_large.value > 0 else self.gpu_s


@dataclass(slots=True)
class BreakEvenMeter:
    """Means per route over the answers that a model wrote; cache hits and ladders of one are not told.

    All rates and shares are fractions, and None before the route's first answer whose always-large
    cost is known. They compare money where the last tier has a price, GPU-seconds otherwise.
    """

    _routes: dict[str, _Route] = field(default_factory=dict, init=False)

    def observe(
        self, route: str, *, escalated: bool, first: Cost, spent: Cost, thrown_away: Cost
    ) -> None:
        """Takes one answer in.

        `first` is what every answer costs, the first rung and what was asked about it, `spent` the whole answer with its `always_large_*`, and
        `thrown_away` the rungs whose text was not served. An answer whose always-large cost is unknown
        counts for the escalation rate alone, so that all means of cost are over the same answers.
        """
        seen = self._routes.setdefault(route, _Route())
        seen.escalated.add(float(escalated))
        if spent.always_large_gpu_s is None:
            return
        for unit, values in (
            (seen.gpu_s, (first.gpu_s, spent.gpu_s, thrown_away.gpu_s, spent.always_large_gpu_s)),
            (seen.usd, (first.usd, spent.usd, thrown_away.usd, spent.always_large_usd or 0.0)),
        ):
            means = (unit.first, unit.spent, unit.thrown_away, unit.always_large)
            for mean, value in zip(means, values, strict=True):
                mean.add(value)
            if escalated:
                unit.rest.add(values[1] - values[0])

    def routes(self) -> tuple[str, ...]:
        """Routes that were seen, in the order of their first answers."""
        return tuple(self._routes)

    def escalation_rate(self, route: str) -> float | None:
        """Share of the answers that a tier above the first one wrote on; None before the first."""
        seen = self._routes.get(route)
        return None if seen is None else seen.escalated.value

    def break_even_rate(self, route: str) -> float | None:
        """The escalation rate above which the last tier alone is cheaper; 0: the cascade never pays.

        Where an answer costs `first`, and an escalated one `rest` more, that is (large - first) / rest;
        before the first escalation, `rest` is taken for what the last tier alone costs.
        """
        means = self._means(route)
        if means is None:
            return None
        large = means.always_large.value
        rest = means.rest.value if means.rest.value > 0 else large
        return min(1.0, max(0.0, (large - means.first.value) / rest))

    def saved_share(self, route: str) -> float | None:
        """Share of the always-large bill that the cascade saves; negative where it costs more."""
        means = self._means(route)
        return None if means is None else 1 - means.spent.value / means.always_large.value

    def thrown_away_share(self, route: str) -> float | None:
        """Share of what was spent that went into texts which were not served."""
        means = self._means(route)
        if means is None or means.spent.value <= 0:
            return None
        return means.thrown_away.value / means.spent.value

    def _means(self, route: str) -> _Spent | None:
        seen = self._routes.get(route)
        means = None if seen is None else seen.unit()
        return None if means is None or means.always_large.value <= 0 else means
