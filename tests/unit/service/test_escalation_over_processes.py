"""Several processes on one store: a better text is written once, and what a reader has of it stays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress

import anyio

from assistant.bounded import BoundedRedis
from assistant.cache.flights import READ_LIMITS, Flights, FlightsClosed
from assistant.service import Assistant
from assistant.tiers.base import GenerationRequest
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Answer, Delta, DraftCompleted, DraftRequest, DraftStarted, Event
from assistant.upgrades.keeper import Keeper
from assistant.workflow.events import EVENT_CODEC
from support.cached import ANNA, PATIENT
from support.cascade import ScriptedScorer, assistant_over
from support.flights import QUICK
from support.upgrades import owner_of, store_on
from support.valkey import Valkey

REQUEST = DraftRequest(instruction="Write a line about rain.")
TEXT = "Rain fell on the old roof, and nobody in the house was awake to hear it."
SCORES = {"Small.": 0.7, TEXT: 0.8}
POLICY = """
apiVersion: inkladder/v1
name: two
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"]}
  large: {engine: sglang, model: big, endpoints: ["http://large:1"]}
routes: [{name: default, ladder: [draft, large], accept: {min_score: 0.6}}]
"""


def tiers(large: FakeTier) -> list[FakeTier]:
    """What a process has."""
    return [FakeTier(Script(texts=("Small.",)), name="draft", model="small"), large]


@asynccontextmanager
async def process_on(
    valkey: Valkey, rungs: Sequence[FakeTier], scores: Mapping[str, float] = SCORES
) -> AsyncIterator[tuple[Assistant, Flights[Event]]]:
    """A process of its own on that server."""
    redis = BoundedRedis(valkey.url, name="flights", limits=PATIENT)
    reads = BoundedRedis(valkey.url, name="flights", limits=READ_LIMITS)
    flights = Flights(redis, EVENT_CODEC, reads=reads, times=QUICK)
    async with store_on(valkey) as store:
        assistant = assistant_over(
            rungs,
            ScriptedScorer(scores),
            policy=POLICY,
            upgrades=Keeper(store, owner_of),
            flights=flights,
        )
        try:
            yield assistant, flights
        finally:
            await assistant.aclose()
            await redis.aclose()
            await reads.aclose()


async def better(assistant: Assistant, draft_id: str, into: list[Answer]) -> None:
    """Puts the answer where the test can see it."""
    async with aclosing(assistant.escalate(draft_id, caller=ANNA)) as events:
        into.extend([event.answer async for event in events if isinstance(event, DraftCompleted)])


async def test_who_asks_two_processes_gets_one_text(valkey: Valkey) -> None:
    """The second follows the run of the first; later there is nothing to run."""
    started, gate = anyio.Event(), anyio.Event()
    one, two = (
        FakeTier(Script(texts=(TEXT,), gates={0: gate}, started=started), name="large"),
        FakeTier(Script(texts=(TEXT,)), name="large"),
    )
    answers: list[Answer] = []
    async with (
        process_on(valkey, tiers(one)) as (here, _),
        process_on(valkey, tiers(two)) as (
            there,
            flights,
        ),
    ):
        first = await here.draft(REQUEST, caller=ANNA)
        await there.upgrade(first.id, caller=ANNA)
        async with anyio.create_task_group() as group:
            group.start_soon(better, here, first.id, answers)
            await started.wait()
            group.start_soon(better, there, first.id, answers)
            while not flights.counts()["joined"]:
                await anyio.lowlevel.checkpoint()
            gate.set()
        await better(there, first.id, answers)

    assert {(answer.id, answer.text) for answer in answers} == {(answers[0].id, TEXT)}
    assert (len(one.requests), len(two.requests)) == (1, 0)


async def read_along(
    assistant: Assistant, draft_id: str, into: list[Event], begun: anyio.Event
) -> None:
    """Puts every event where the test can see it, until the process stops; the first text begins it."""
    with suppress(FlightsClosed):
        async with aclosing(assistant.escalate(draft_id, caller=ANNA, live=True)) as events:
            async for event in events:
                into.append(event)
                if isinstance(event, Delta):
                    begun.set()


def rest_of(request: GenerationRequest) -> str:
    """What is left of the text after the beginning that a tier is to continue."""
    last = request.messages[-1]
    return TEXT.removeprefix(last.content) if last.role == "assistant" else TEXT


async def test_a_reader_whose_process_is_lost_keeps_what_was_sent(valkey: Valkey) -> None:
    """The rest is written after that, in the process that still lives; the deltas are the answer."""
    gate = anyio.Event()
    one = FakeTier(Script(texts=(TEXT,), gates={8: gate}), name="large")
    two = FakeTier(Script(write=rest_of), name="large")
    seen: list[Event] = []
    heard, told = anyio.Event(), anyio.Event()
    async with (
        process_on(valkey, tiers(one)) as (here, flights),
        process_on(valkey, tiers(two)) as (there, _),
    ):
        first = await here.draft(REQUEST, caller=ANNA)
        await here.upgrade(first.id, caller=ANNA)

        async with anyio.create_task_group() as group:
            group.start_soon(read_along, here, first.id, [], heard)
            await heard.wait()
            group.start_soon(read_along, there, first.id, seen, told)
            await told.wait()
            await flights.aclose()
            gate.set()

    completed = seen[-1]
    assert isinstance(completed, DraftCompleted)
    assert "".join(event.text for event in seen if isinstance(event, Delta)) == TEXT
    assert completed.answer.text == TEXT
    assert [event.id for event in seen if isinstance(event, DraftStarted)] == [completed.answer.id]
    assert any(request.continue_text for request in two.requests)
