"""Sharing an engine's time among its requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.economics.cost import cost_of, total
from assistant.economics.meter import EngineMeter, TokenCost
from assistant.types import Cost
from support.clock import ManualClock


def test_a_request_alone_is_charged_all_its_time() -> None:
    """One request in flight: wall time is engine time."""
    clock = ManualClock()
    meter = EngineMeter(clock)

    with meter.run() as charge:
        clock.now += 3.0

    assert charge.gpu_s == pytest.approx(3.0)


def test_two_requests_share_the_time_they_overlap() -> None:
    """Two seconds alone, two shared, one alone: 2 + 1 and 1 + 1."""
    clock = ManualClock()
    meter = EngineMeter(clock)

    first = meter.run()
    first_charge = first.__enter__()
    clock.now += 2.0
    second = meter.run()
    second_charge = second.__enter__()
    clock.now += 2.0
    first.__exit__(None, None, None)
    clock.now += 1.0
    second.__exit__(None, None, None)

    assert first_charge.gpu_s == pytest.approx(3.0)
    assert second_charge.gpu_s == pytest.approx(2.0)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["start", "stop"]), st.floats(0, 10)), min_size=1, max_size=30
    )
)
def test_charges_add_up_to_the_busy_time(steps: list[tuple[str, float]]) -> None:
    """Nothing is charged twice and nothing is lost, whatever the overlap."""
    clock = ManualClock()
    meter = EngineMeter(clock)
    running, charges, busy_s = [], [], 0.0
    for step, seconds in [*steps, *[("stop", 0.0)] * len(steps)]:
        if step == "start":
            run = meter.run()
            charges.append(run.__enter__())
            running.append(run)
        elif running:
            running.pop(0).__exit__(None, None, None)
        busy_s += seconds if running else 0.0
        clock.now += seconds

    assert meter.in_flight == 0
    assert sum(charge.gpu_s for charge in charges) == pytest.approx(busy_s, abs=1e-6)


def test_a_broken_run_is_charged_too() -> None:
    """An engine that failed after a second was busy for a second."""
    clock = ManualClock()
    meter = EngineMeter(clock)

    run = meter.run()
    charge = run.__enter__()
    clock.now += 1.0
    swallowed = run.__exit__(ConnectionError, ConnectionError(), None)

    assert not swallowed
    assert charge.gpu_s == pytest.approx(1.0)


def test_cost_per_token_is_unknown_before_the_first_run() -> None:
    """No number is made up."""
    assert TokenCost().estimate(100) is None


def test_cost_per_token_follows_what_was_measured() -> None:
    """A hundred tokens at 10 ms each are a second."""
    cost = TokenCost()

    cost.observe(gpu_s=2.0, tokens=200)
    cost.observe(gpu_s=9.0, tokens=0)

    assert cost.estimate(100) == pytest.approx(1.0)


def test_money_follows_the_price_of_the_card() -> None:
    """An hour costs what an hour costs."""
    assert cost_of(1800.0, usd_per_hour=2.5) == Cost(gpu_s=1800.0, usd=1.25)


def test_the_total_adds_the_rungs_and_tells_the_alternative() -> None:
    """What was spent, beside what the last tier alone would have cost."""
    spent = total(
        [Cost(gpu_s=1.0, usd=0.1), Cost(gpu_s=2.0, usd=0.2)],
        always_large=Cost(gpu_s=2.5, usd=0.4),
    )

    assert spent.gpu_s == pytest.approx(3.0)
    assert spent.usd == pytest.approx(0.3)
    assert (spent.always_large_gpu_s, spent.always_large_usd) == (2.5, 0.4)
