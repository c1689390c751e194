"""What happens in the background: probes of servers that failed, and questions about loads."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import anyio
import httpx2
import pytest

from assistant.breaker import Breaker
from assistant.tiers.background import Background
from assistant.tiers.endpoint import REPORT_FRESH_S, Endpoint
from assistant.tiers.loads import POLL_S, UNKNOWN_PAUSE_S, LoadPolls
from assistant.tiers.probes import Probes
from support.clock import ManualClock
from support.sglang_replay import RECORDED, body_of

HANGING_S = 60.0
COOLDOWN_S = 10.0


class Engine:
    """Answers with a status and a load; counts the questions."""

    def __init__(self) -> None:
        self.health = 200
        self.loads = httpx2.Response(
            200, json={"loads": [{"num_running_reqs": 3, "num_waiting_reqs": 1}] * 2}
        )
        self.asked: Counter[str] = Counter()
        self.client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked[request.url.path] += 1
        if request.url.path == "/health":
            return httpx2.Response(self.health)
        return self.loads


@pytest.fixture
def clock() -> ManualClock:
    """The test's clock."""
    return ManualClock()


@pytest.fixture
def endpoint(clock: ManualClock) -> Endpoint:
    """A server that one failure puts aside."""
    breaker = Breaker(failures=1, cooldown_s=COOLDOWN_S, clock=clock)
    return Endpoint("http://engine", breaker=breaker, clock=clock)


@pytest.fixture
def engine() -> Engine:
    """What is behind it."""
    return Engine()


@pytest.fixture
async def background() -> AsyncIterator[Background]:
    """Closed at the end."""
    tasks = Background()
    yield tasks
    await tasks.aclose()


@pytest.fixture
def probes(endpoint: Endpoint, engine: Engine, background: Background) -> Probes:
    """Of that server."""
    return Probes([endpoint], client=engine.client, headers={}, background=background)


@pytest.fixture
def polls(
    endpoint: Endpoint, engine: Engine, background: Background, clock: ManualClock
) -> LoadPolls:
    """Of that server."""
    return LoadPolls(
        [endpoint], client=engine.client, headers={}, background=background, clock=clock
    )


async def settled() -> None:
    """Lets the background do all that it can."""
    with anyio.fail_after(HANGING_S):
        await anyio.wait_all_tasks_blocked()


async def test_a_failed_server_is_probed_after_its_cooldown(
    endpoint: Endpoint, engine: Engine, probes: Probes, clock: ManualClock
) -> None:
    """Not before; good health lets real traffic in again."""
    endpoint.breaker.failed()
    probes.refresh()
    await settled()
    assert (engine.asked["/health"], endpoint.usable) == (0, False)

    clock.now += COOLDOWN_S
    for _ in range(3):
        probes.refresh()
    await settled()

    assert (engine.asked["/health"], endpoint.usable) == (1, True)


async def test_a_server_that_is_still_ill_is_left_alone_as_long_again(
    endpoint: Endpoint, engine: Engine, probes: Probes, clock: ManualClock
) -> None:
    """SGLang answers 503 while it loads."""
    engine.health = 503
    endpoint.breaker.failed()
    clock.now += COOLDOWN_S
    probes.refresh()
    await settled()

    clock.now += COOLDOWN_S - 0.1
    probes.refresh()
    await settled()

    assert (engine.asked["/health"], endpoint.usable) == (1, False)


async def test_a_well_server_is_not_probed(engine: Engine, probes: Probes) -> None:
    """Its requests tell enough."""
    probes.refresh()
    await settled()

    assert not engine.asked


async def test_copies_within_a_server_add_up(
    endpoint: Endpoint, polls: LoadPolls, clock: ManualClock
) -> None:
    """And the report has an age."""
    polls.refresh()
    await settled()
    clock.now += 2.0

    load = polls.summary()

    assert load is not None
    assert (load.running, load.waiting, load.endpoints, load.age_s) == (6.0, 2.0, 1, 2.0)
    assert endpoint.load == 8


async def test_a_real_server_tells_what_it_runs_and_what_waits(
    engine: Engine, endpoint: Endpoint, polls: LoadPolls
) -> None:
    """SGLang 0.5.17 on an H100 with five streams; none waited when it was recorded."""
    engine.loads = httpx2.Response(200, content=body_of(RECORDED["get v1/loads while busy 1"]))
    polls.refresh()
    await settled()

    load = polls.summary()

    assert load is not None
    assert (load.running, load.waiting) == (5.0, 0.0)
    assert endpoint.load == 5


async def test_servers_are_asked_once_a_poll(
    engine: Engine, polls: LoadPolls, clock: ManualClock
) -> None:
    """However many requests come in between; without requests nobody asks."""
    for _ in range(5):
        polls.refresh()
        await settled()
    clock.now += POLL_S
    polls.refresh()
    await settled()

    assert engine.asked["/v1/loads"] == 2


async def test_an_old_load_is_no_load(polls: LoadPolls, clock: ManualClock) -> None:
    """None is more honest than what was once."""
    polls.refresh()
    await settled()
    clock.now += REPORT_FRESH_S + 0.1

    assert polls.summary() is None


async def test_a_server_that_does_not_know_is_asked_rarely(
    engine: Engine, polls: LoadPolls, clock: ManualClock
) -> None:
    """It may be updated one day."""
    engine.loads = httpx2.Response(404, json={"detail": "Not Found"})
    for _ in range(5):
        polls.refresh()
        await settled()
        clock.now += POLL_S
    assert engine.asked["/v1/loads"] == 1

    clock.now += UNKNOWN_PAUSE_S
    polls.refresh()
    await settled()

    assert engine.asked["/v1/loads"] == 2


async def test_one_bad_moment_of_a_server_is_forgiven(
    engine: Engine, polls: LoadPolls, clock: ManualClock
) -> None:
    """A server error is no sign that it does not know."""
    engine.loads = httpx2.Response(503)
    for _ in range(3):
        polls.refresh()
        await settled()
        clock.now += POLL_S

    assert engine.asked["/v1/loads"] == 3


def test_without_an_event_loop_nothing_is_asked(endpoint: Endpoint, engine: Engine) -> None:
    """A scrape from a thread reads what is known."""
    polls = LoadPolls([endpoint], client=engine.client, headers={}, background=Background())

    polls.refresh()

    assert polls.summary() is None
    assert not engine.asked


async def test_a_closed_background_starts_nothing(background: Background) -> None:
    """Late requests of a tier that is closing leave no task behind."""
    await background.aclose()
    begun: list[int] = []

    async def work() -> None:
        begun.append(1)

    background.start("late", work)
    await settled()

    assert begun == []
