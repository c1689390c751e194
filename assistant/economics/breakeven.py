"""When a cascade costs less than its last tier alone. Pure.

A request passes each rung of the ladder and is deferred there with the same probability, the rate r.
With the costs c1, c2, ... of the rungs a cascade costs c1 + r c2 + r^2 c3 + ... The last tier alone
costs `alone`, which is the last rung's cost unless that rung also reads the draft (`repair`). Costs
are in any one unit, GPU-seconds or money.
"""

from __future__ import annotations

from collections.abc import Sequence

BISECTIONS = 60
"""Halvings of [0, 1]: more would be beyond the precision of a float."""


def cascade_cost(costs: Sequence[float], rate: float) -> float:
    """Mean cost of a request at the deferral rate `rate` in [0, 1]."""
    return sum(cost * rate**rung for rung, cost in enumerate(costs))


def thrown_away_share(costs: Sequence[float], rate: float) -> float:
    """Share of that cost that went into drafts which were deferred, in [0, 1]."""
    spent = cascade_cost(costs, rate)
    return rate * cascade_cost(costs[:-1], rate) / spent if spent else 0.0


def break_even_rate(costs: Sequence[float], *, alone: float | None = None) -> float | None:
    """The rate above which the last tier alone is cheaper; None if it always is, 1 if it never is.

    Two rungs have the closed form (alone - c1) / c2. Longer ladders are solved by bisection, which
    finds the one root there is: costs are not negative, so the cascade's cost never falls with r.
    """
    alone = costs[-1] if alone is None else alone
    if costs[0] >= alone:
        return None
    if cascade_cost(costs, 1.0) <= alone:
        return 1.0
    if len(costs) == 2:  # noqa: PLR2004 - a draft and one that takes over
        return (alone - costs[0]) / costs[1]
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if cascade_cost(costs, middle) < alone:
            low = middle
        else:
            high = middle
    return low


def most_for_draft(costs: Sequence[float], rate: float, *, alone: float | None = None) -> float:
    """What the first rung may cost at most for the cascade to pay at that rate; at or below 0: nothing."""
    alone = costs[-1] if alone is None else alone
    return alone - cascade_cost([0.0, *costs[1:]], rate)
