"""Which server gets a request, and what its client learns from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping

import anyio
import httpx2
import pytest
import stamina

from assistant.breaker import Breaker
from assistant.errors import TierError, TierOverloaded, TierRejected, TierUnavailable
from assistant.tiers.choice import preference
from assistant.tiers.dispatch import Dispatch
from assistant.tiers.endpoint import REPORT_FRESH_S, SILENT_S, Endpoint, Visit
from support.clock import ManualClock

KEY = b"document"
URLS = ("http://a", "http://b", "http://c")
FAILURES = 2
COOLDOWN_S = 10.0
FULL = TierOverloaded(tier="draft")
BROKEN = TierUnavailable(tier="draft", detail="broke off")
INVALID = TierRejected(tier="draft", status=400, detail="no")


@pytest.fixture(autouse=True)
def no_backoff() -> Iterator[None]:
    """Attempts follow one another at once, as many as the tier would make."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
def clock() -> ManualClock:
    """The test's clock."""
    return ManualClock()


def refused() -> TierUnavailable:
    """A server where nobody listens."""
    error = TierUnavailable(tier="draft", detail="cannot be reached")
    error.__cause__ = httpx2.ConnectError("refused")
    return error


def servers(clock: ManualClock, *urls: str) -> list[Endpoint]:
    """Servers in the order in which the key prefers them."""
    return [
        Endpoint(
            urls[place],
            breaker=Breaker(failures=FAILURES, cooldown_s=COOLDOWN_S, clock=clock),
            clock=clock,
        )
        for place in preference(KEY, urls)
    ]


def working(
    outcomes: Mapping[Endpoint, TierError], visited: list[Endpoint]
) -> Callable[[Visit], Awaitable[str]]:
    """Work that fails at some servers and notes where it was."""

    async def work(visit: Visit) -> str:
        await anyio.lowlevel.checkpoint()
        visited.append(visit.endpoint)
        if (error := outcomes.get(visit.endpoint)) is not None:
            raise error
        visit.answered()
        visit.over()
        return visit.endpoint.url

    return work


async def test_a_document_meets_its_server_again(clock: ManualClock) -> None:
    """Where nobody is busy, all its requests go to one place."""
    home, *others = servers(clock, *URLS)
    visited: list[Endpoint] = []

    for _ in range(3):
        await Dispatch([*others, home], tier="draft", retries=0).run(KEY, working({}, visited))

    assert visited == [home] * 3


async def test_a_busy_server_is_passed_by(clock: ManualClock) -> None:
    """What it says of itself counts as much as what we sent there."""
    home, second, third = servers(clock, *URLS)
    home.tell(running=3, waiting=2, ours=0)
    visited: list[Endpoint] = []

    await Dispatch([home, second, third], tier="draft", retries=0).run(KEY, working({}, visited))

    assert visited == [second]


def test_a_report_that_is_old_says_nothing(clock: ManualClock) -> None:
    """Requests of others are forgotten, our own never."""
    (server,) = servers(clock, "http://a")
    server.visit()
    server.tell(running=7, waiting=1, ours=1)
    assert server.load == 8

    clock.now += REPORT_FRESH_S + 0.1

    assert server.report is None
    assert server.load == 1


@pytest.mark.parametrize("error", [FULL, refused()], ids=["full", "nobody listens"])
async def test_a_server_that_never_began_is_passed_over_at_once(
    clock: ManualClock, error: TierError
) -> None:
    """It takes no retry: the request harmed nobody."""
    home, second = servers(clock, *URLS[:2])
    visited: list[Endpoint] = []

    served = await Dispatch([home, second], tier="draft", retries=0).run(
        KEY, working({home: error}, visited)
    )

    assert served == second.url
    assert visited == [home, second]


async def test_all_servers_full_is_overload_with_the_shortest_wait(clock: ManualClock) -> None:
    """Each was asked once, and one that is down does not hide that the others are full."""
    home, second, third = servers(clock, *URLS)
    outcomes = {
        home: refused(),
        second: TierOverloaded(tier="draft", retry_after_s=30.0),
        third: TierOverloaded(tier="draft", retry_after_s=20.0),
    }
    visited: list[Endpoint] = []

    with pytest.raises(TierOverloaded) as raised:
        await Dispatch([home, second, third], tier="draft", retries=1).run(
            KEY, working(outcomes, visited)
        )

    assert raised.value.retry_after_s == 20.0
    assert visited == [home, second, third]


async def test_what_breaks_servers_breaks_only_as_many_as_may_be_retried(
    clock: ManualClock,
) -> None:
    """A request that kills engines must not visit the whole fleet."""
    fleet = servers(clock, *URLS)
    visited: list[Endpoint] = []

    with pytest.raises(TierUnavailable):
        await Dispatch(fleet, tier="draft", retries=1).run(
            KEY, working(dict.fromkeys(fleet, BROKEN), visited)
        )

    assert visited == fleet[:2]


async def test_a_retry_goes_elsewhere(clock: ManualClock) -> None:
    """The server that just broke is asked last."""
    home, second = servers(clock, *URLS[:2])
    visited: list[Endpoint] = []

    served = await Dispatch([home, second], tier="draft", retries=1).run(
        KEY, working({home: BROKEN}, visited)
    )

    assert served == second.url


async def test_refusals_are_no_failures(clock: ManualClock) -> None:
    """A server that says no is well, however often."""
    (server,) = servers(clock, "http://a")

    for error in (INVALID, FULL) * FAILURES:
        with pytest.raises(type(error)):
            await Dispatch([server], tier="draft", retries=0).run(KEY, working({server: error}, []))

    assert server.usable
    assert server.in_flight == 0


async def test_a_server_that_fails_is_left_alone(clock: ManualClock) -> None:
    """After failures in a row its documents go elsewhere without asking it."""
    home, second = servers(clock, *URLS[:2])
    dispatch = Dispatch([home, second], tier="draft", retries=1)
    visited: list[Endpoint] = []

    for _ in range(FAILURES + 1):
        await dispatch.run(KEY, working({home: BROKEN}, visited))

    assert visited.count(home) == FAILURES
    assert dispatch.usable() == [second]


async def test_where_all_failed_the_first_due_is_tried_once(clock: ManualClock) -> None:
    """A server that is back serves at once, whatever its breaker thinks; nothing is retried."""
    home, second = servers(clock, *URLS[:2])
    dispatch = Dispatch([home, second], tier="draft", retries=1)
    for server in (second, home):
        for _ in range(FAILURES):
            server.breaker.failed()
        clock.now += 1.0
    visited: list[Endpoint] = []

    with pytest.raises(TierUnavailable):
        await dispatch.run(KEY, working({second: BROKEN}, visited))
    served = await dispatch.run(KEY, working({}, visited))

    assert visited == [second, home]
    assert served == home.url
    assert dispatch.usable() == [home]


async def test_a_server_that_is_not_to_be_asked_is_not(clock: ManualClock) -> None:
    """Where that leaves none, there is an error and no visit."""
    (server,) = servers(clock, "http://a")
    visited: list[Endpoint] = []

    with pytest.raises(TierUnavailable, match="no endpoint is left"):
        await Dispatch([server], tier="draft", retries=0).run(
            KEY, working({}, visited), without=(server,)
        )

    assert visited == []


@pytest.mark.parametrize(
    ("waited_s", "usable"), [(SILENT_S - 1, True), (SILENT_S, False)], ids=["soon", "late"]
)
def test_long_silence_is_a_failure(clock: ManualClock, waited_s: float, usable: bool) -> None:
    """A server that hangs never says so; a caller in a hurry proves nothing."""
    (server,) = servers(clock, "http://a")

    for _ in range(FAILURES):
        visit = server.visit()
        clock.now += waited_s
        visit.over()

    assert server.usable == usable


def test_leaving_after_the_first_words_is_a_good_end(clock: ManualClock) -> None:
    """Drafts are given up early every day; failures between them are not in a row."""
    (server,) = servers(clock, "http://a")

    for _ in range(FAILURES):
        server.visit().failed(BROKEN)
        visit = server.visit()
        visit.answered()
        visit.over()
        visit.over()

    assert server.usable
    assert server.in_flight == FAILURES


def test_a_server_that_hangs_is_left_alone_even_where_nobody_waits_long(
    clock: ManualClock,
) -> None:
    """Requests with a deadline of 800 ms add up to one long silence."""
    (endpoint,) = servers(clock, "http://a")

    for _ in range(20):
        visit = endpoint.visit()
        clock.now += 0.8
        visit.over()

    assert not endpoint.usable


def test_a_server_that_answers_in_between_is_not(clock: ManualClock) -> None:
    """Whoever types gives up many requests; the server is well all the same."""
    (endpoint,) = servers(clock, "http://a")

    for number in range(40):
        visit = endpoint.visit()
        clock.now += 0.8
        if number % 10 == 0:
            visit.answered()
        visit.over()

    assert endpoint.usable


def test_waiting_together_is_one_silence(clock: ManualClock) -> None:
    """A burst of requests that are all given up after a second has waited one second."""
    (endpoint,) = servers(clock, "http://a")
    visits = [endpoint.visit() for _ in range(30)]

    clock.now += 1.0
    for visit in visits:
        visit.over()

    assert endpoint.usable
