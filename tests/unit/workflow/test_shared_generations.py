"""Identical requests at the same time share one generation."""

from __future__ import annotations

import anyio

from assistant.cache.base import Bypass, NotStored
from assistant.errors import AllTiersFailed, TierUnavailable
from assistant.service import Assistant
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Answer, CacheControl, DraftRequest
from support.cascade import MemoryCache, ScriptedScorer, assistant_over

REQUEST = DraftRequest(instruction="Write a line about rain.")
TYPING = DraftRequest(task="continue", before="Rain fell and")
SCORES = {"Good.": 0.9, "Fresh.": 0.9}


async def drafted(assistant: Assistant, into: list[Answer], *, control: CacheControl) -> None:
    """Puts the answer where the test can see it."""
    into.append(await assistant.draft(REQUEST, control=control))


async def test_identical_requests_at_the_same_time_are_written_once() -> None:
    """Everybody gets the text under an id of their own; only the first one costs anything."""
    gate = anyio.Event()
    tier = FakeTier(Script(texts=("Good.",), gates={0: gate}), name="draft")
    assistant = assistant_over([tier], ScriptedScorer(SCORES))
    answers: list[Answer] = []

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(lambda: drafted(assistant, answers, control=CacheControl()))
        await anyio.wait_all_tasks_blocked()
        gate.set()

    told = [answer.provenance.cache for answer in answers]
    assert len(tier.requests) == 1
    assert {answer.text for answer in answers} == {"Good."}
    assert len({answer.id for answer in answers}) == 5
    assert sorted((cache.status, cache.joined) for cache in told) == [("hit", True)] * 4 + [
        ("miss", False)
    ]
    (leader,) = (answer for answer in answers if answer.provenance.cache.status == "miss")
    assert {cache.of for cache in told} == {None, leader.id}
    assert assistant.cache_report().flights["joined"] == 4


async def test_requests_with_other_deadlines_are_written_apart() -> None:
    """Who has no time must not be given what takes long, nor cut short what others wait for."""
    gate = anyio.Event()
    tier = FakeTier(Script(texts=("Good.",), gates={0: gate}), name="draft")
    assistant = assistant_over([tier], ScriptedScorer(SCORES))
    hasty = DraftRequest(instruction=REQUEST.instruction, deadline_ms=60_000)

    async with anyio.create_task_group() as group:
        group.start_soon(assistant.draft, REQUEST)
        group.start_soon(assistant.draft, hasty)
        await anyio.wait_all_tasks_blocked()
        gate.set()

    assert len(tier.requests) == 2


async def test_the_failure_of_a_shared_generation_reaches_all() -> None:
    """As the very same error."""
    gate = anyio.Event()
    gone = TierUnavailable(tier="draft", detail="gone")
    tier = FakeTier(Script(error=gone, gates={0: gate}), name="draft")
    assistant = assistant_over([tier], ScriptedScorer(SCORES))
    failures: list[AllTiersFailed] = []

    async def ask() -> None:
        try:
            await assistant.draft(TYPING)
        except AllTiersFailed as error:
            failures.append(error)

    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        group.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        gate.set()

    assert len(failures) == 2


async def test_an_answer_that_is_not_stored_is_for_those_alone_who_waited_for_it() -> None:
    """Who asks a moment later gets one of their own."""
    tier = FakeTier(Script(texts=("Good.",)), Script(texts=("Fresh.",)), name="draft")
    cache = MemoryCache(refuses=NotStored(reason="variety"))
    assistant = assistant_over([tier], ScriptedScorer(SCORES), cache=cache)

    texts = [(await assistant.draft(REQUEST)).text for _ in range(2)]

    assert texts == ["Good.", "Fresh."]


async def test_with_the_store_down_requests_still_meet_in_their_process() -> None:
    """A bypass that nobody wished for."""
    gate = anyio.Event()
    tier = FakeTier(Script(texts=("Good.",), gates={0: gate}), name="draft")
    cache = MemoryCache(lookup=Bypass(reason="redis-down"))
    assistant = assistant_over([tier], ScriptedScorer(SCORES), cache=cache)

    async with anyio.create_task_group() as group:
        group.start_soon(assistant.draft, REQUEST)
        group.start_soon(assistant.draft, REQUEST)
        await anyio.wait_all_tasks_blocked()
        gate.set()

    assert len(tier.requests) == 1


async def test_a_client_that_leaves_does_not_take_the_others_text_along() -> None:
    """Not even the one that asked first."""
    gate, begun = anyio.Event(), anyio.Event()
    tier = FakeTier(Script(texts=("Good.",), gates={0: gate}, started=begun), name="draft")
    assistant = assistant_over([tier], ScriptedScorer(SCORES))
    answers: list[Answer] = []

    async with anyio.create_task_group() as all_of_them:
        async with anyio.create_task_group() as first:
            first.start_soon(assistant.draft, REQUEST)
            await begun.wait()
            all_of_them.start_soon(lambda: drafted(assistant, answers, control=CacheControl()))
            await anyio.wait_all_tasks_blocked()
            first.cancel_scope.cancel()
        gate.set()

    assert [answer.text for answer in answers] == ["Good."]
    assert tier.aborted == 0
