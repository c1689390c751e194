"""One tier over several servers on the loopback: overload, loads, probes, hedging, connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing

import anyio
import pytest
import stamina

from assistant.breaker import FAILURES_IN_A_ROW
from assistant.errors import TierOverloaded, TierTimeout, TierUnavailable
from assistant.tiers.base import End, EngineLoad, GenerationRequest, TierEvent
from assistant.tiers.sglang import SGLangTier
from assistant.types import Message, Sampling
from support.sglang_replay import (
    RECORDED,
    Answer,
    SGLangReplay,
    json_of,
    loads_of,
    sglang_replay,
)

HANGING_S = 60.0
FULL = RECORDED["overload 5"]
FULL_IN_STREAM = RECORDED["overload stream 5"]
GOOD = RECORDED["chat stream logprobs"]
SILENT = Answer(headers=GOOD.headers, held=True)
BROKEN = GOOD.cut_after(1)


def asking(text: str = "Write.", *, timeout_s: float = HANGING_S) -> GenerationRequest:
    """A request about a text."""
    return GenerationRequest(
        messages=(Message(role="user", content=text),),
        sampling=Sampling(max_tokens=12),
        timeout_s=timeout_s,
    )


async def read(tier: SGLangTier, request: GenerationRequest | None = None) -> list[TierEvent]:
    """All events of one generation."""
    async with aclosing(tier.stream(request or asking())) as stream:
        return [event async for event in stream]


async def until_told(tier: SGLangTier) -> EngineLoad:
    """The load, once the servers have said it."""
    with anyio.fail_after(HANGING_S):
        while (load := tier.load()) is None:
            await anyio.lowlevel.checkpoint()
    return load


@pytest.fixture(autouse=True)
def no_backoff() -> Iterator[None]:
    """Attempts follow one another at once, as many as the tier would make."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
async def servers() -> AsyncIterator[list[SGLangReplay]]:
    """Two servers; the text of `asking` belongs to the first."""
    async with AsyncExitStack() as stack:
        pair = [await stack.enter_async_context(sglang_replay()) for _ in range(2)]
        tier = tier_over(pair)
        await read(tier)
        await tier.aclose()
        pair.sort(key=lambda server: len(server.bodies), reverse=True)
        for server in pair:
            server.bodies.clear()
            server.asked.clear()
        yield pair


def tier_over(
    servers: list[SGLangReplay], *, hedge_after_s: float | None = None, retries: int = 0
) -> SGLangTier:
    """A client of some servers."""
    return SGLangTier(
        name="draft",
        model="m",
        endpoints=tuple(server.url for server in servers),
        retries=retries,
        hedge_after_s=hedge_after_s,
    )


@pytest.fixture
async def tier(servers: list[SGLangReplay]) -> AsyncIterator[SGLangTier]:
    """A client of both that tries once."""
    client = tier_over(servers)
    yield client
    await client.aclose()


def visits(servers: list[SGLangReplay]) -> list[int]:
    """How many generations each was asked for."""
    return [len(server.bodies) for server in servers]


async def test_a_document_meets_its_cached_prefix(
    servers: list[SGLangReplay], tier: SGLangTier
) -> None:
    """All requests about it go to one server while that one has room."""
    for _ in range(3):
        await read(tier)

    assert visits(servers) == [3, 0]


async def test_requests_at_once_are_spread(servers: list[SGLangReplay], tier: SGLangTier) -> None:
    """One popular document does not drown its server."""
    async with AsyncExitStack() as stack:
        for _ in range(4):
            stream = tier.stream(asking())
            await stack.enter_async_context(aclosing(stream))
            await anext(stream)

    assert visits(servers) == [3, 1]


@pytest.mark.parametrize("answer", [FULL, FULL_IN_STREAM], ids=["503", "200 then error"])
async def test_a_full_server_is_passed_over(
    servers: list[SGLangReplay], tier: SGLangTier, answer: Answer
) -> None:
    """Another may be free; the reader sees one whole text."""
    servers[0].script.append(answer)

    events = await read(tier)

    assert isinstance(events[-1], End)
    assert visits(servers) == [1, 1]


async def test_a_tier_whose_servers_are_all_full_is_overloaded(
    servers: list[SGLangReplay], tier: SGLangTier
) -> None:
    """At once, after one question each."""
    for server in servers:
        server.script.append(FULL)

    with pytest.raises(TierOverloaded):
        await read(tier)

    assert visits(servers) == [1, 1]


async def test_loads_are_polled_and_averaged(servers: list[SGLangReplay], tier: SGLangTier) -> None:
    """In the shape that a real server sends; every server is asked at once, and only for so long."""
    servers[1].loads = loads_of(running=5, waiting=2)

    load = await until_told(tier)
    while load.endpoints < 2:
        load = await until_told(tier)

    assert (load.running, load.waiting) == (2.5, 1.0)
    assert [server.asked["/v1/loads"] for server in servers] == [1, 1]


async def test_what_others_do_counts(servers: list[SGLangReplay], tier: SGLangTier) -> None:
    """A server full of another gateway's requests is avoided."""
    servers[0].loads = loads_of(running=8, waiting=4)
    while (await until_told(tier)).endpoints < 2:
        pass

    await read(tier)

    assert visits(servers) == [0, 1]


@pytest.mark.parametrize(
    "answer",
    [json_of({"detail": "Not Found"}, status=404), json_of({"loads": []}), json_of("?")],
    ids=["unknown path", "no copies", "something else"],
)
async def test_a_server_without_loads_is_used_all_the_same(
    servers: list[SGLangReplay], answer: Answer
) -> None:
    """Older servers and routers do not know the question; nothing is known then."""
    servers[0].loads = answer
    tier = tier_over(servers[:1])

    events = await read(tier)

    assert isinstance(events[-1], End)
    assert tier.load() is None
    await tier.aclose()


async def test_closing_ends_a_poll_that_hangs(servers: list[SGLangReplay]) -> None:
    """Nothing goes on in the background of a closed tier."""
    servers[0].loads = Answer(headers={"Content-Length": "10"}, held=True)
    tier = tier_over(servers[:1])
    assert tier.load() is None
    while not servers[0].asked:
        await anyio.lowlevel.checkpoint()

    await tier.aclose()

    with anyio.fail_after(HANGING_S):
        await servers[0].hung_up.wait()
    assert tier.load() is None


async def test_a_server_that_breaks_is_left_alone_until_it_is_well(
    servers: list[SGLangReplay], tier: SGLangTier
) -> None:
    """Its documents move to the other; good health brings them back."""
    servers[0].script += [BROKEN] * FAILURES_IN_A_ROW
    for _ in range(FAILURES_IN_A_ROW):
        with pytest.raises(TierUnavailable):
            await read(tier)

    await read(tier)
    assert visits(servers) == [FAILURES_IN_A_ROW, 1]

    await tier.health()
    await read(tier)
    assert visits(servers) == [FAILURES_IN_A_ROW + 1, 1]


async def test_a_single_server_is_tried_whatever_happened(servers: list[SGLangReplay]) -> None:
    """A breaker must not prolong an outage: the first request after it is served."""
    tier = tier_over(servers[:1])
    servers[0].script += [BROKEN] * (FAILURES_IN_A_ROW + 1)
    for _ in range(FAILURES_IN_A_ROW + 1):
        with pytest.raises(TierUnavailable):
            await read(tier)

    events = await read(tier)

    assert isinstance(events[-1], End)
    await tier.aclose()


async def test_a_slow_beginning_is_hedged_and_the_loser_hung_up(
    servers: list[SGLangReplay],
) -> None:
    """The second server writes; the first learns at once that nobody reads."""
    servers[0].script.append(SILENT)
    tier = tier_over(servers, hedge_after_s=0.0)

    events = await read(tier)

    assert isinstance(events[-1], End)
    assert visits(servers) == [1, 1]
    with anyio.fail_after(HANGING_S):
        await servers[0].hung_up.wait()
    await tier.aclose()


@pytest.mark.parametrize("how", ["deadline", "cancel"])
async def test_nothing_is_left_of_a_hedged_request(servers: list[SGLangReplay], how: str) -> None:
    """Deadline and cancelling reach both servers."""
    for server in servers:
        server.script.append(SILENT)
    tier = tier_over(servers, hedge_after_s=0.0)

    if how == "deadline":
        with pytest.raises(TierTimeout):
            await read(tier, asking(timeout_s=1.0))
    else:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read, tier)
            while visits(servers) != [1, 1]:
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()

    with anyio.fail_after(HANGING_S):
        for server in servers:
            await server.hung_up.wait()
    await tier.aclose()


async def test_one_server_is_never_hedged(servers: list[SGLangReplay]) -> None:
    """Asking it twice would only make it slower."""
    tier = tier_over(servers[:1], hedge_after_s=0.0)

    await read(tier)

    assert visits(servers[:1]) == [1]
    await tier.aclose()


async def test_connections_are_kept_after_a_whole_text(servers: list[SGLangReplay]) -> None:
    """Three texts and the polls beside them take two connections."""
    before = servers[0].connections
    tier = tier_over(servers[:1])

    for _ in range(3):
        await read(tier)

    assert servers[0].connections - before <= 2
    await tier.aclose()
