"""When a cascade pays: the formulas, and the running meter."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.economics.breakeven import (
    break_even_rate,
    cascade_cost,
    most_for_draft,
    thrown_away_share,
)
from assistant.economics.breakeven_meter import BreakEvenMeter
from assistant.types import Cost

cost = st.floats(min_value=1e-3, max_value=1e3)
rate = st.floats(min_value=0, max_value=1)


def test_two_rungs_have_the_closed_form() -> None:
    """One minus the ratio of the costs."""
    assert break_even_rate([0.097, 0.247]) == pytest.approx(1 - 0.097 / 0.247)


@given(costs=st.lists(cost, min_size=2, max_size=5))
def test_at_its_break_even_a_cascade_costs_what_the_last_tier_does(costs: list[float]) -> None:
    """Below it less, above it more."""
    found = break_even_rate(costs)
    assume(found is not None and found < 1)
    assert found is not None

    assert cascade_cost(costs, found) == pytest.approx(costs[-1], rel=1e-6)
    assert cascade_cost(costs, found / 2) <= costs[-1] * (1 + 1e-9)
    assert cascade_cost(costs, (1 + found) / 2) >= costs[-1] * (1 - 1e-9)


@given(first=cost, last=cost)
def test_a_draft_as_dear_as_the_last_tier_never_pays(first: float, last: float) -> None:
    """There is no break-even then; otherwise there is one in [0, 1]."""
    found = break_even_rate([first, last])

    assert (found is None) == (first >= last)
    assert found is None or 0 <= found <= 1


def test_a_free_draft_always_pays() -> None:
    """Even if everything goes up."""
    assert break_even_rate([0.0, 1.0]) == 1.0


def test_a_last_tier_that_also_reads_the_draft_pays_later() -> None:
    """It costs more in the ladder than alone."""
    assert break_even_rate([0.5, 1.25], alone=1.0) == pytest.approx(0.4)


@given(costs=st.lists(cost, min_size=2, max_size=5), rate=rate)
def test_a_draft_at_its_highest_price_breaks_even_there(costs: list[float], rate: float) -> None:
    """The two formulas are each other's inverse."""
    most = most_for_draft(costs, rate)
    assume(most > 0)

    assert cascade_cost([most, *costs[1:]], rate) == pytest.approx(costs[-1])


@given(costs=st.lists(cost, min_size=2, max_size=5), rate=rate)
def test_no_more_is_thrown_away_than_was_spent(costs: list[float], rate: float) -> None:
    """And nothing at a rate of zero."""
    assert 0 <= thrown_away_share(costs, rate) <= 1 + 1e-9
    assert thrown_away_share(costs, 0.0) == 0.0


def test_the_share_thrown_away_of_two_rungs() -> None:
    """Half of the drafts, each half as dear as the rewrite: .25 of .5 + .5."""
    assert thrown_away_share([0.5, 1.0], 0.5) == pytest.approx(0.25)


def observe(meter: BreakEvenMeter, *, escalated: bool, usd: float = 0.0) -> None:
    """A draft of one second, and a large text of four; `usd` for each second."""
    spent, thrown_away = (5.0, 1.0) if escalated else (1.0, 0.0)
    meter.observe(
        "default",
        escalated=escalated,
        first=Cost(gpu_s=1.0, usd=usd),
        spent=Cost(
            gpu_s=spent,
            usd=usd * spent,
            always_large_gpu_s=4.0,
            always_large_usd=4.0 * usd,
        ),
        thrown_away=Cost(gpu_s=thrown_away, usd=usd * thrown_away),
    )


@pytest.mark.parametrize("usd", [0.0, 0.01])
def test_the_meter_tells_break_even_savings_and_waste(usd: float) -> None:
    """One of four answers escalated: 8 seconds instead of 16, one of them thrown away."""
    meter = BreakEvenMeter()

    for escalated in (False, True, False, False):
        observe(meter, escalated=escalated, usd=usd)

    assert meter.routes() == ("default",)
    assert meter.escalation_rate("default") == pytest.approx(0.25)
    assert meter.break_even_rate("default") == pytest.approx(0.75)
    assert meter.saved_share("default") == pytest.approx(0.5)
    assert meter.thrown_away_share("default") == pytest.approx(1 / 8)


def test_the_meter_knows_nothing_before_the_first_answer() -> None:
    """Neither of a route it never saw, nor without the cost of always-large."""
    meter = BreakEvenMeter()
    meter.observe(
        "typing", escalated=False, first=Cost(gpu_s=1), spent=Cost(gpu_s=1), thrown_away=Cost()
    )

    for route in ("typing", "default"):
        assert meter.break_even_rate(route) is None
        assert meter.saved_share(route) is None
        assert meter.thrown_away_share(route) is None
    assert meter.escalation_rate("default") is None
    assert meter.escalation_rate("typing") == 0.0


def test_a_draft_dearer_than_the_large_one_breaks_even_at_zero() -> None:
    """It never pays, and it costs more than it saves."""
    meter = BreakEvenMeter()
    spent = Cost(gpu_s=2.0, always_large_gpu_s=1.0)

    meter.observe("r", escalated=False, first=Cost(gpu_s=2.0), spent=spent, thrown_away=Cost())

    assert meter.break_even_rate("r") == 0.0
    assert meter.saved_share("r") == pytest.approx(-1.0)


def test_the_meter_forgets_slowly() -> None:
    """After some hundred answers the newer ones count more than a plain mean would have it."""
    meter = BreakEvenMeter()

    for _ in range(1000):
        observe(meter, escalated=False)
    for _ in range(500):
        observe(meter, escalated=True)

    rate = meter.escalation_rate("default")
    assert rate is not None
    assert rate > 0.9


@given(escalated=st.lists(st.booleans(), min_size=1, max_size=300))
def test_what_the_meter_saves_is_what_the_formula_says(escalated: list[bool]) -> None:
    """Two rungs: spent = first + rate x large, and it saves exactly while below break-even."""
    meter = BreakEvenMeter()
    for one in escalated:
        observe(meter, escalated=one)

    saved, rate = meter.saved_share("default"), meter.escalation_rate("default")
    even = meter.break_even_rate("default")

    assert saved is not None
    assert rate is not None
    assert even is not None
    assert saved == pytest.approx(even - rate)


def test_the_meter_knows_what_three_rungs_cost() -> None:
    """At their break-even rate, eleven of fifteen drafts at 1 go up to 5, and eight of those to 10."""
    meter = BreakEvenMeter()
    exact = break_even_rate([1.0, 5.0, 10.0])
    assert exact == pytest.approx(11 / 15, abs=0.01)

    for spent in [
        16.0,
        6.0,
        16.0,
        1.0,
        16.0,
        16.0,
        1.0,
        6.0,
        16.0,
        16.0,
        1.0,
        6.0,
        16.0,
        16.0,
        1.0,
    ] * 50:
        meter.observe(
            "default",
            escalated=spent > 1,
            first=Cost(gpu_s=1.0),
            spent=Cost(gpu_s=spent, always_large_gpu_s=10.0),
            thrown_away=Cost(),
        )

    assert meter.break_even_rate("default") == pytest.approx(exact, abs=0.02)
    assert meter.saved_share("default") == pytest.approx(0.0, abs=0.05)
