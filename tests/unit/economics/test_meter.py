"""Sharing an engine's time among its requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.economics.cost import total
from assistant.economics.meter import EngineMeter, TokenCost
from assistant.types import Cost
from support.clock import ManualClock


def test_a_request_alone_is_charged_all_its_time() -> None:
    """One request in flight: wall time is engine time."""
    clock = ManualClock()
    meter = EngineMeter(clock)

    with meter.run() as charge:
        clock.now += 3.0

    assert charge.engine_s == pytest.approx(3.0)


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

    assert first_charge.engine_s == pytest.approx(3.0)
    assert second_charge.engine_s == pytest.approx(2.0)


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
    assert sum(charge.engine_s for charge in charges) == pytest.approx(busy_s, abs=1e-6)


def test_a_broken_run_is_charged_too() -> None:
    """An engine that failed after a second was busy for a second."""
    clock = ManualClock()
    meter = EngineMeter(clock)

    run = meter.run()
    charge = run.__enter__()
    clock.now += 1.0
    swallowed = run.__exit__(ConnectionError, ConnectionError(), None)

    assert not swallowed
    assert charge.engine_s == pytest.approx(1.0)


def test_cost_per_token_is_unknown_before_the_first_run() -> None:
    """No number is made up."""
    assert TokenCost().estimate(100) is None


def test_cost_per_token_follows_what_was_measured() -> None:
    """A hundred tokens at 10 ms each are a second."""
    cost = TokenCost()

    cost.observe(gpu_s=2.0, tokens=200)
    cost.observe(gpu_s=9.0, tokens=0)

    assert cost.estimate(100) == pytest.approx(1.0)


def test_a_charge_knows_how_many_shared_the_engine() -> None:
    """Four runs side by side, then one of them alone."""
    clock = ManualClock()
    meter = EngineMeter(clock)
    runs = [meter.run() for _ in range(4)]
    charges = [run.__enter__() for run in runs]
    clock.now += 4.0
    for run in runs[1:]:
        run.__exit__(None, None, None)
    clock.now += 4.0
    runs[0].__exit__(None, None, None)

    assert [charge.in_flight for charge in charges] == pytest.approx([8 / 5, 4, 4, 4])
    assert charges[0].wall_s == pytest.approx(8.0)


def test_two_engines_serve_two_requests_at_full_speed() -> None:
    """A request on each: both are charged their time; three share the two."""
    clock = ManualClock()
    meter = EngineMeter(clock, engines=2)
    runs = [meter.run() for _ in range(3)]
    charges = [run.__enter__() for run in runs]
    clock.now += 3.0
    runs[2].__exit__(None, None, None)
    clock.now += 1.0
    for run in runs[:2]:
        run.__exit__(None, None, None)

    assert [charge.engine_s for charge in charges] == pytest.approx([3.0, 3.0, 2.0])
    assert charges[2].in_flight == pytest.approx(1.5)


def test_the_total_adds_the_rungs_and_tells_the_alternative() -> None:
    """What was spent, beside what the last tier alone would have cost."""
    spent = total(
        [Cost(gpu_s=1.0, usd=0.1), Cost(gpu_s=2.0, usd=0.2)],
        always_large=Cost(gpu_s=2.5, usd=0.4),
    )

    assert spent.gpu_s == pytest.approx(3.0)
    assert spent.usd == pytest.approx(0.3)
    assert (spent.always_large_gpu_s, spent.always_large_usd) == (2.5, 0.4)


def test_a_total_is_measured_only_if_all_of_it_is() -> None:
    """One part by wall time makes the sum one by wall time."""
    measured, timed = Cost(gpu_s=1.0, basis="measured"), Cost(gpu_s=1.0)

    assert total([measured, measured]).basis == "measured"
    assert total([measured, timed]).basis == "wall_time"
    assert total([]).basis == "wall_time"
