"""The circuit breaker, with a clock of the test."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assistant.breaker import Breaker
from support.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    """The test's clock."""
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    """Opens after three failures, for ten seconds."""
    return Breaker(failures=3, cooldown_s=10.0, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    """So many calls in a row that fail."""
    for _ in range(times):
        assert breaker.allows()
        breaker.failed()


def test_it_opens_after_so_many_failures_in_a_row(breaker: Breaker) -> None:
    """And then nobody is let through."""
    fail(breaker, times=3)

    assert breaker.state == "open"
    assert not breaker.allows()


def test_another_is_closed_and_of_the_same_kind(breaker: Breaker, clock: ManualClock) -> None:
    """For the next of several servers: their failures are not added up."""
    fail(breaker, times=3)
    other = breaker.another()
    fail(other, times=2)
    states = [other.state]
    fail(other, times=1)
    states.append(other.state)
    clock.now += 10.0

    assert [*states, other.state] == ["closed", "open", "half_open"]


def test_a_success_in_between_starts_the_count_again(breaker: Breaker) -> None:
    """Only failures in a row mean a dead server."""
    fail(breaker, times=2)
    breaker.succeeded()
    fail(breaker, times=2)

    assert breaker.state == "closed"


def test_after_the_cooldown_one_caller_probes(breaker: Breaker, clock: ManualClock) -> None:
    """A crowd must not wait for a dead server."""
    fail(breaker, times=3)
    clock.now += 10.0

    assert [breaker.allows(), breaker.allows()] == [True, False]
    assert breaker.state == "half_open"


def test_a_probe_that_succeeds_closes_it(breaker: Breaker, clock: ManualClock) -> None:
    """Everybody is let through again."""
    fail(breaker, times=3)
    clock.now += 10.0
    breaker.allows()
    breaker.succeeded()

    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_a_probe_that_fails_opens_it_for_as_long_again(
    breaker: Breaker, clock: ManualClock
) -> None:
    """One failure is enough now."""
    fail(breaker, times=3)
    clock.now += 10.0
    fail(breaker, times=1)

    clock.now += 9.9
    assert not breaker.allows()

    clock.now += 0.1
    assert breaker.allows()


def test_a_probe_that_is_given_up_leaves_its_place_to_the_next(
    breaker: Breaker, clock: ManualClock
) -> None:
    """A caller who hangs up must not keep the breaker open for good."""
    fail(breaker, times=3)
    clock.now += 10.0
    breaker.allows()
    breaker.abandoned()

    assert breaker.allows()


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.breaker = Breaker(failures=2, cooldown_s=5.0, clock=self.clock)
        self.asking = 0

    @rule()
    def ask(self) -> None:
        """Somebody asks."""
        self.asking += self.breaker.allows()

    @precondition(lambda self: self.asking)
    @rule()
    def succeed(self) -> None:
        """A call comes back."""
        self.asking -= 1
        self.breaker.succeeded()
        assert self.breaker.state == "closed"

    @precondition(lambda self: self.asking)
    @rule()
    def fail(self) -> None:
        """A call fails."""
        self.asking -= 1
        self.breaker.failed()

    @precondition(lambda self: self.asking)
    @rule()
    def give_up(self) -> None:
        """A caller goes away."""
        self.asking -= 1
        self.breaker.abandoned()

    @rule()
    def wait(self) -> None:
        """Time passes."""
        self.clock.now += 3.0

    @invariant()
    def it_never_locks_up(self) -> None:
        """With nobody asking, a probe is let through at the latest after the cooldown."""
        if not self.asking:
            self.clock.now += 5.0
            assert self.breaker.state in {"closed", "half_open"}


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=40, stateful_step_count=25)
