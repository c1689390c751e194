"""Costs of whole ladders, the cheapest one, and plain words about them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.economics.advice import Scenario, idle_notes, warnings_about
from assistant.economics.ladders import Ladder, Workload
from support.measured import ladder, tier

ONE_TOKEN = Workload(prompt_tokens=1, completion_tokens=1)
SCENARIO = Scenario(work=ONE_TOKEN, loads=(1, 8), rates=(0.1, 0.3, 0.5))

cost = st.floats(min_value=1e-2, max_value=1e2)
rate = st.floats(min_value=0, max_value=1)


def cost_of(one: Ladder, rate: float) -> float:
    """Dollars of a request."""
    return one.cost(ONE_TOKEN, load=1, rate=rate, unit="usd")


def test_a_ladder_costs_its_rungs_by_how_often_they_are_reached() -> None:
    """1 + .5 x 2 + .25 x 4, beside 4 for the last tier alone."""
    three = ladder(1.0, 2.0, 4.0)

    assert cost_of(three, 0.5) == pytest.approx(3.0)
    assert three.alone(ONE_TOKEN, load=1, unit="usd") == pytest.approx(4.0)
    assert three.break_even(ONE_TOKEN, load=1, unit="usd") == pytest.approx(0.6514, abs=1e-3)
    assert str(three) == "a > b > c"


def test_sub_ladders_keep_the_last_tier_and_the_order() -> None:
    """From the last one alone to all of them."""
    found = [str(one) for one in ladder(1.0, 2.0, 4.0).sub_ladders()]

    assert found == ["c", "a > c", "b > c", "a > b > c"]


@given(costs=st.lists(cost, min_size=1, max_size=4), rate=rate)
def test_the_cheapest_is_never_dearer_than_the_ladder_or_its_last_tier(
    costs: list[float], rate: float
) -> None:
    """And the whole ladder as a sub-ladder of itself costs the same."""
    whole = ladder(*costs)

    best = cost_of(whole.cheapest(ONE_TOKEN, load=1, rate=rate, unit="usd"), rate)
    *_, itself = whole.sub_ladders()

    assert best <= cost_of(whole, rate) * (1 + 1e-9)
    assert best <= whole.alone(ONE_TOKEN, load=1, unit="usd") * (1 + 1e-9)
    assert cost_of(itself, rate) == pytest.approx(cost_of(whole, rate))


@given(first=cost, second=cost, last=cost, rate=st.floats(0.01, 0.99))
def test_a_rung_pays_exactly_while_it_saves_more_of_the_next_than_it_costs(
    first: float, second: float, last: float, rate: float
) -> None:
    """That is, r < 1 - (its cost / cost of the next), whatever comes after."""
    whole = ladder(first, second, last)

    dropped = cost_of(whole.without(0), rate)

    margin = (1 - rate) * second - first
    assert dropped - cost_of(whole, rate) == pytest.approx(margin, abs=1e-6)


def test_a_repair_reads_the_draft_as_well() -> None:
    """The second rung pays for one more token, the first and the last alone do not."""
    tiers = tuple(tier(name, draft_s=1.0, read_s=0.5) for name in "ab")

    repairing = Ladder(tiers=tiers, repair=True)

    assert repairing.costs(ONE_TOKEN, load=1, unit="usd") == pytest.approx((1.5, 2.0))
    assert repairing.alone(ONE_TOKEN, load=1, unit="usd") == pytest.approx(1.5)


def test_a_second_opinion_is_paid_with_every_draft() -> None:
    """The next tier reads prompt and draft."""
    tiers = tuple(tier(name, draft_s=1.0, read_s=0.5) for name in "ab")

    asked = Ladder(tiers=tiers, second_opinion=True)

    assert asked.costs(ONE_TOKEN, load=1, unit="usd") == pytest.approx((2.5, 1.5))


def test_four_samples_share_the_prompt() -> None:
    """One is read, four are written."""
    one = replace(tier("a", draft_s=1.0, read_s=0.5), samples=4)

    assert one.draft_s(ONE_TOKEN, load=1) == pytest.approx(4.5)


def test_without_every_price_a_ladder_is_told_in_seconds() -> None:
    """Money and seconds are never added up."""
    free = Ladder(tiers=(tier("a", draft_s=1.0, usd_per_hour=0.0), tier("b", draft_s=2.0)))

    assert free.unit == "gpu_s"
    assert ladder(1.0, 2.0).unit == "usd"


def test_a_rung_as_dear_as_the_next_never_pays_and_the_price_is_told_that_would() -> None:
    """1.2 dollars against 1: at three in ten it may cost .7, which is 2,100 an hour."""
    [told] = warnings_about(ladder(1.2, 1.0, 4.0), SCENARIO)

    assert told == (
        "a > b > c: 'a' never pays; at 1 in flight its draft (lab/model, bf16, on H200 at $3600 an"
        " hour) costs 1.2 times one of 'b' (lab/model, bf16, on H200 at $3600 an hour). Drop 'a',"
        " or put it on a card as fast for under $2100.00 an hour, which pays at a deferral rate of"
        " 30%"
    )


def test_a_rung_that_hardly_pays_is_told_with_its_rate() -> None:
    """Nine tenths of the next one's cost leave one tenth."""
    [told] = warnings_about(ladder(0.9, 1.0), SCENARIO)

    assert "'a' hardly pays, only below a deferral rate of 10% at 1, 10% at 8 in flight" in told


def test_the_price_that_is_told_pays() -> None:
    """Put into the ladder, it breaks even at the scenario's rate."""
    dear = ladder(1.2, 1.0)
    at_most = tier("a", draft_s=1.2, usd_per_hour=2100.0)

    cheaper = replace(dear, tiers=(at_most, dear.tiers[1]))

    even = cheaper.break_even(ONE_TOKEN, load=1, unit="usd")
    assert even == pytest.approx(SCENARIO.rate)


def test_where_a_ladder_pays_there_is_no_warning() -> None:
    """Silence is the best news."""
    assert list(warnings_about(ladder(1.0, 4.0, 16.0), SCENARIO)) == []


def test_idle_cards_are_spoken_of() -> None:
    """An hour of drafts of two seconds is 1,800."""
    [told] = idle_notes([tier("a", draft_s=2.0)], SCENARIO)

    assert told.startswith("busy seconds only: a card that idles costs the same.")
    assert told.endswith("8 in flight: a 1,800")
