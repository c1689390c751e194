"""A limited tier runs some, lets some wait, and turns the rest away."""

from __future__ import annotations

from contextlib import aclosing

import anyio
import pytest

from assistant.errors import TierOverloaded, TierTimeout, TierUnavailable
from assistant.tiers.base import EngineLoad, GenerationRequest, ScoreTextRequest
from assistant.tiers.fake import FakeTier, Script
from assistant.tiers.limited import LimitedTier
from assistant.types import Message, Sampling

HANGING_S = 60.0


def asking(timeout_s: float = HANGING_S) -> GenerationRequest:
    """A request."""
    return GenerationRequest(
        messages=(Message(role="user", content="Write."),), sampling=Sampling(), timeout_s=timeout_s
    )


async def read(tier: LimitedTier, request: GenerationRequest | None = None) -> int:
    """How many events one generation has."""
    async with aclosing(tier.stream(request or asking())) as stream:
        return len([event async for event in stream])


async def test_a_place_is_handed_on_when_a_generation_ends() -> None:
    """The second waits for the first and then runs."""
    gate, started = anyio.Event(), anyio.Event()
    inner = FakeTier(Script(gates={0: gate}, started=started), Script())
    tier = LimitedTier(inner, max_concurrency=1, max_queue=1)

    with anyio.fail_after(HANGING_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read, tier)
            await started.wait()
            tasks.start_soon(read, tier)
            await anyio.wait_all_tasks_blocked()
            waiting = (tier.in_flight, tier.queued, len(inner.requests))
            gate.set()

    assert waiting == (1, 1, 1)
    assert len(inner.requests) == 2
    assert (tier.in_flight, tier.queued) == (0, 0)


async def test_a_full_queue_is_overload() -> None:
    """Whoever comes too much learns it at once."""
    gate, started = anyio.Event(), anyio.Event()
    tier = LimitedTier(
        FakeTier(Script(gates={0: gate}, started=started)), max_concurrency=1, max_queue=0
    )

    with anyio.fail_after(HANGING_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read, tier)
            await started.wait()
            with pytest.raises(TierOverloaded):
                await read(tier)
            gate.set()


async def test_waiting_counts_against_the_deadline() -> None:
    """A place that comes too late is a timeout, and the queue is free again."""
    gate, started = anyio.Event(), anyio.Event()
    inner = FakeTier(Script(gates={0: gate}, started=started))
    tier = LimitedTier(inner, max_concurrency=1, max_queue=1)

    with anyio.fail_after(HANGING_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read, tier)
            await started.wait()
            with pytest.raises(TierTimeout) as raised:
                await read(tier, asking(timeout_s=0.01))
            gate.set()

    assert raised.value.after_s == 0.01
    assert tier.queued == 0
    assert len(inner.requests) == 1


async def test_the_inner_tier_gets_the_time_that_is_left() -> None:
    """What waiting took is gone."""
    inner = FakeTier()
    await read(LimitedTier(inner, max_concurrency=1, max_queue=0), asking(timeout_s=9.0))

    assert 0.0 < inner.requests[0].timeout_s <= 9.0


@pytest.mark.parametrize("how", ["close", "error", "cancel"])
async def test_a_place_comes_back_however_a_generation_ends(how: str) -> None:
    """Otherwise the tier would slowly close down."""
    broken = Script(error=TierUnavailable(tier="fake", detail="gone"), error_after=1)
    inner = FakeTier(broken if how == "error" else Script())
    tier = LimitedTier(inner, max_concurrency=1, max_queue=0)

    with anyio.CancelScope() as scope:
        async with aclosing(tier.stream(asking())) as stream:
            await anext(stream)
            await anext(stream)
            if how == "cancel":
                scope.cancel()
                await anyio.lowlevel.checkpoint()
            elif how == "error":
                with pytest.raises(TierUnavailable):
                    await anext(stream)

    assert tier.in_flight == 0
    assert inner.aborted == (how != "error")


async def test_reading_a_text_takes_a_place() -> None:
    """A prefill fills a card, too; where there is no place, it is turned away."""
    gate, started = anyio.Event(), anyio.Event()
    inner = FakeTier(Script(gates={0: gate}, started=started))
    tier = LimitedTier(inner, max_concurrency=1, max_queue=0)
    request = ScoreTextRequest(messages=(), text="Two words", timeout_s=9.0)

    with anyio.fail_after(HANGING_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read, tier)
            await started.wait()
            with pytest.raises(TierOverloaded):
                await tier.score_text(request)
            gate.set()
    score = await tier.score_text(request)

    assert len(score.logprobs) == 2
    assert 0.0 < inner.score_requests[0].timeout_s <= 9.0
    assert tier.in_flight == 0


async def test_the_rest_is_the_inner_tier() -> None:
    """Name, model, capabilities, load, health and closing are forwarded."""
    inner = FakeTier(name="draft", model="m")
    inner.engine_load = EngineLoad(running=3.0, waiting=0.0, endpoints=1, age_s=0.5)
    tier = LimitedTier(inner, max_concurrency=1, max_queue=0)

    health = await tier.health()
    await tier.aclose()

    assert (tier.name, tier.model, tier.capabilities) == ("draft", "m", inner.capabilities)
    assert tier.load() is inner.engine_load
    assert health.ok
    assert inner.closed
