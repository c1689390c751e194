"""Clients that hang up a thousand times leave nothing behind: no work, no task, no connection, no memory."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import AsyncExitStack
from itertools import product

import anyio
import pytest

from assistant.service import Assistant
from assistant.tiers.limited import LimitedTier
from assistant.tiers.sglang import SGLangTier
from support.cascade import ScriptedScorer, assistant_over
from support.held_tiers import HeldCascade, holding
from support.leaving import ROUTES, ask_and_leave
from support.server_app import serving
from support.sglang_replay import Answer, SGLangReplay, sglang_replay, stream_of, text_event
from support.waiting import until

FREED_WITHIN_S = 1.0
"""The promise to the engines behind."""

HANGING_S = 10.0
"""A guard against hanging, not an expectation: many clients at once keep a small machine busy."""

ROUND = 100
"""Requests between two looks at what is left."""

ROUNDS = 10

SETTLED = 1
"""Rounds after which what is made once is made: two hundred requests."""

AT_ONCE = 25
"""Clients at the same time."""

POINTS = [("draft", 0), ("large", 0), ("draft", 5), ("draft", 27), ("draft", 0), ("large", 16)]
POINTS += [("draft", 27), ("best", 5)]
"""Mostly the first tier, which is where most readers leave, and the cheapest to get to."""

BLOCKS_PER_REQUEST = 8
"""Blocks of memory that a request may leave in counters, and in caches that still fill; one whose state is
forgotten anywhere leaves twenty."""


async def hung_up(cascade: HeldCascade, url: str, numbers: range) -> None:
    """So many requests, some at a time, on all routes and at all points in turn."""
    turns = list(product(ROUTES, POINTS))
    places = anyio.CapacityLimiter(AT_ONCE)

    async def one(number: int) -> None:
        route, (name, token) = turns[number % len(turns)]
        text = holding(name, token, number=number)
        async with places:
            await ask_and_leave(url, route, text, when=cascade.tiers[name].reached[number])

    async with anyio.create_task_group() as group:
        for number in numbers:
            group.start_soon(one, number)


async def test_a_thousand_hang_ups_leave_nothing_behind() -> None:
    """Nothing is in flight after each round, and from request 200 to the last nothing grows."""
    # Some of those that left may still be on their way out when the next ones come.
    cascade = HeldCascade(places=4 * AT_ONCE)
    tasks: list[int] = []
    blocks: list[int] = []
    for turn in range(ROUNDS):
        async with serving(cascade.assistant) as url:
            await hung_up(cascade, url, range(turn * ROUND, (turn + 1) * ROUND))
            with anyio.fail_after(HANGING_S):
                await cascade.idle()
        assert len(cascade.tiers["draft"].requests) == ROUND
        for tier in cascade.tiers.values():
            tier.forget()
        # The server tells the collector to pass over what there is when it starts.
        gc.unfreeze()
        gc.collect()
        tasks.append(len(asyncio.all_tasks()))
        blocks.append(sys.getallocatedblocks())

    assert len(set(tasks)) == 1
    requests = ROUND * (ROUNDS - SETTLED - 1)
    assert (blocks[-1] - blocks[SETTLED]) / requests < BLOCKS_PER_REQUEST


@pytest.mark.parametrize("route", ROUTES)
async def test_every_connection_to_an_engine_is_closed(route: str) -> None:
    """SGLang sees a hang-up as a closed connection, before its first word and after some."""
    silent = stream_of(text_event("", delta={"role": "assistant", "content": ""}))
    begun = stream_of(text_event("The ferry"), text_event(" leaves"))
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(sglang_replay())
        assistant, tier = over(engine)
        url = await stack.enter_async_context(serving(assistant))
        for number, answer in enumerate((silent, begun)):
            engine.script.append(held(answer))
            sent = engine.told = anyio.Event()
            await ask_and_leave(url, route, f"Write, request {number}.", when=sent)
            with anyio.fail_after(FREED_WITHIN_S):
                await engine.idle()
            assert tier.in_flight == 0
        await assistant.aclose()
        with anyio.fail_after(FREED_WITHIN_S):
            await until(lambda: not engine.open_connections)
    assert len(engine.bodies) == 2


def over(engine: SGLangReplay) -> tuple[Assistant, LimitedTier]:
    """An assistant with one tier, which is behind that engine."""
    client = SGLangTier(name="draft", model="small", endpoints=(engine.url,))
    tier = LimitedTier(client, max_concurrency=4, max_queue=0)
    policy = """
apiVersion: inkladder/v1
name: one
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"]}
routes:
  - {name: default, ladder: [draft]}
"""
    return assistant_over([tier], ScriptedScorer({}), policy=policy, real_time=True), tier


def held(answer: Answer) -> Answer:
    """The same answer from an engine that goes on writing until its client leaves."""
    return Answer(headers=answer.headers, chunks=answer.chunks, held=True)
