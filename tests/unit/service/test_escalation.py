"""A larger tier writes what a smaller one has answered: never worse, once, and only for its owner."""

from __future__ import annotations

from contextlib import aclosing

import anyio
import pytest

from assistant.errors import RequestError, TierUnavailable
from assistant.tiers.fake import FakeTier, Script
from assistant.types import (
    Answer,
    CacheControl,
    Caller,
    Delta,
    DraftCompleted,
    DraftRequest,
    DraftStarted,
    Event,
    Message,
    Usage,
)
from support.cached import ANNA, BORIS
from support.cascade import THREE_TIERS
from support.upgrades import Upgradable, upgradable

REQUEST = DraftRequest(instruction="Write a line about rain.")
REPAIR = DraftRequest(instruction="Write a line about rain.", labels=("repair",))
SCORES = {"Small.": 0.7, "Medium.": 0.8, "Big.": 0.9, "Poor.": 0.3}


def tiers(*, large: FakeTier | None = None, large_text: str = "Medium.") -> list[FakeTier]:
    """One for each rung; each writes its own text."""
    return [
        FakeTier(Script(texts=("Small.",)), name="draft", model="small"),
        large or FakeTier(Script(texts=(large_text,)), name="large", model="medium"),
        FakeTier(Script(texts=("Big.",)), name="best", model="big"),
    ]


def path(answer: Answer) -> list[tuple[str, str]]:
    """Tier, and how it began, of each step."""
    return [(rung.tier, rung.how) for rung in answer.provenance.path]


async def test_the_next_tier_writes_the_same_request() -> None:
    """The steps before are told, and cost nothing more."""
    rungs = tiers()
    async with upgradable(rungs, SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        second = await made.better(first.id)

    assert (first.text, second.text) == ("Small.", "Medium.")
    assert second.id != first.id
    assert path(second) == [("draft", "first"), ("large", "fresh")]
    assert second.provenance.path[0].score == first.provenance.score
    assert second.provenance.path[0].usage == Usage()
    assert second.provenance.cost.gpu_s == second.provenance.path[1].cost.gpu_s
    assert second.usage == second.provenance.path[1].usage
    assert [message.content for message in rungs[1].requests[0].messages] == [
        message.content for message in rungs[0].requests[0].messages
    ]


async def test_the_earlier_text_is_served_where_the_larger_tier_writes_worse() -> None:
    """Never worse, whoever wrote it."""
    async with upgradable(tiers(large_text="Poor."), SCORES) as made:
        policy_of_two = DraftRequest(instruction="Write.", labels=("repair",))
        first = await made.assistant.draft(policy_of_two, caller=ANNA)
        second = await made.better(first.id)

    assert second.text == "Small."
    assert second.provenance.tier == "draft"
    assert [rung.tier for rung in second.provenance.path] == ["draft", "large"]


async def test_a_route_that_repairs_shows_the_earlier_text() -> None:
    """The larger tier sees what it is to make better."""
    rungs = tiers()
    async with upgradable(rungs, SCORES) as made:
        first = await made.assistant.draft(REPAIR, caller=ANNA)
        second = await made.better(first.id)

    assert path(second)[1] == ("large", "repair")
    assert "Small." in rungs[1].requests[0].messages[-1].content


async def test_every_step_of_the_ladder_can_be_taken_and_none_above_it() -> None:
    """Each better text has an id of its own that leads on."""
    async with upgradable(tiers(), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        second = await made.better(first.id)
        third = await made.better(second.id)
        with pytest.raises(RequestError, match="'best'") as refused:
            await made.better(third.id)

    assert third.text == "Big."
    assert [tier for tier, _ in path(third)] == ["draft", "large", "best"]
    assert (refused.value.code, refused.value.param) == ("top_of_ladder", "id")


@pytest.mark.parametrize(("name", "caller"), [("draft_none", ANNA), ("", ANNA), ("id", BORIS)])
async def test_what_is_not_the_callers_is_not_found(name: str, caller: Caller) -> None:
    """Nor what never was; the message names the key that says for how long."""
    rungs = tiers()
    async with upgradable(rungs, SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        with pytest.raises(RequestError, match=r"upgrade\.keep") as refused:
            await made.better(first.id if name == "id" else name, caller=caller)

    assert (refused.value.code, refused.value.param) == ("not_found", "id")
    assert rungs[1].requests == []


async def test_a_draft_past_its_time_is_not_found() -> None:
    """The message says how long that is."""
    async with upgradable(tiers(), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        await made.upgrades.read(ANNA, first.id)
        made.clock.now += 600
        with pytest.raises(RequestError, match="10m"):
            await made.better(first.id)


async def test_what_is_not_to_be_stored_is_not_kept() -> None:
    """Not even for a moment."""
    async with upgradable(tiers(), SCORES) as made:
        unstored = CacheControl(no_store=True)
        first = await made.assistant.draft(REQUEST, caller=ANNA, control=unstored)

        assert await made.upgrades.read(ANNA, first.id) is None


async def both(made: Upgradable, draft_id: str, gate: anyio.Event) -> list[Answer]:
    """What two get who ask while the text is written, and one who asks later."""
    answers: list[Answer] = []

    async def ask() -> None:
        answers.append(await made.better(draft_id))

    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        group.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        gate.set()
    await ask()
    return answers


async def test_who_asks_again_gets_the_same_answer_at_no_cost() -> None:
    """While it is written and afterwards: it is written once."""
    gate = anyio.Event()
    large = FakeTier(Script(texts=("Medium.",), gates={0: gate}), name="large")
    async with upgradable(tiers(large=large), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        answers = await both(made, first.id, gate)

    assert len(large.requests) == 1
    assert {(answer.id, answer.text) for answer in answers} == {(answers[0].id, "Medium.")}
    told = [answer.provenance.cache for answer in answers]
    assert [(cache.status, cache.joined) for cache in told] == [
        ("bypass", False),
        ("hit", True),
        ("hit", False),
    ]
    assert [answer.provenance.cost.usd for answer in answers[1:]] == [0.0, 0.0]


async def test_repeats_of_one_answer_share_the_better_text() -> None:
    """A stored answer that was served twice is made better once."""
    rungs = tiers()
    async with upgradable(rungs, SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        again = await made.assistant.draft(REQUEST, caller=ANNA)
        better = [await made.better(one.id) for one in (first, again)]

    assert again.provenance.cache.status == "hit"
    assert first.id != again.id
    assert better[0].id == better[1].id
    assert len(rungs[1].requests) == 1


async def test_a_better_text_takes_the_place_of_the_first_in_the_cache() -> None:
    """Who asks the same from now on gets it."""
    async with upgradable(tiers(), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        await made.better(first.id)
        later = await made.assistant.draft(REQUEST, caller=ANNA)

    assert later.text == "Medium."


async def test_a_conversation_is_taken_up_by_the_id_that_its_client_knows() -> None:
    """As OpenAI's API shows it."""
    request = DraftRequest(task="chat", messages=(Message(role="user", content="Write."),))
    async with upgradable(tiers(), SCORES) as made:
        first = await made.assistant.draft(request, caller=ANNA)
        second = await made.better(f"chatcmpl-{first.id}")

    assert second.text == "Medium."


async def test_an_answer_of_the_first_rung_alone_can_be_taken_up() -> None:
    """Who asked for the fast part of the ladder may think again."""
    request = DraftRequest(instruction="Write a line.", entry="fast")
    async with upgradable(tiers(), SCORES) as made:
        first = await made.assistant.draft(request, caller=ANNA)
        second = await made.better(first.id)

    assert (first.text, second.text) == ("Small.", "Medium.")


async def test_the_deadline_of_the_first_answer_does_not_bind_the_better_one() -> None:
    """Whoever asks for it can wait."""
    rungs = tiers()
    request = DraftRequest(instruction="Write a line.", deadline_ms=50)
    async with upgradable(rungs, SCORES) as made:
        first = await made.assistant.draft(request, caller=ANNA)
        await made.better(first.id)

    assert rungs[0].requests[0].timeout_s == pytest.approx(0.05)
    assert rungs[1].requests[0].timeout_s > 1


async def test_who_reads_along_gets_the_text_as_it_is_written() -> None:
    """The deltas, joined, are the answer, also of one who follows and one who comes later."""
    gate = anyio.Event()
    text = "Rain fell on the old roof, and nobody in the house was awake to hear it."
    large = FakeTier(Script(texts=(text,), gates={6: gate}), name="large")
    two = THREE_TIERS.replace("ladder: [draft]", "ladder: [best]").replace(
        "ladder: [draft, large, best]", "ladder: [draft, large]"
    )
    seen: list[Event] = []
    async with upgradable(tiers(large=large), SCORES | {text: 0.8}, policy=two) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        async with aclosing(made.assistant.escalate(first.id, caller=ANNA, live=True)) as events:
            async for event in events:
                seen.append(event)
                if isinstance(event, Delta):
                    gate.set()
        later, answer = await made.told(first.id, live=True)

    assert isinstance(seen[-1], DraftCompleted)
    assert sum(isinstance(event, Delta) for event in seen) > 1
    for told in (seen, later):
        assert "".join(event.text for event in told if isinstance(event, Delta)) == text
        assert [event.id for event in told if isinstance(event, DraftStarted)] == [answer.id]


async def test_who_waits_for_the_whole_text_hears_no_deltas() -> None:
    """Though another one reads along."""
    gate = anyio.Event()
    large = FakeTier(Script(texts=("Medium.",), gates={0: gate}), name="large")
    told: list[list[Event]] = []
    async with upgradable(tiers(large=large), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)

        async def ask(live: bool) -> None:
            told.append((await made.told(first.id, live=live))[0])

        async with anyio.create_task_group() as group:
            for live in (True, False):
                group.start_soon(ask, live)
                await anyio.wait_all_tasks_blocked()
            gate.set()

    deltas = sorted(
        "".join(event.text for event in events if isinstance(event, Delta)) for events in told
    )
    assert deltas == ["", "Medium."]
    assert len(large.requests) == 1


async def test_a_text_that_nobody_waits_for_is_not_written() -> None:
    """The tier is stopped, and it is as if nobody had asked."""
    started, gate = anyio.Event(), anyio.Event()
    large = FakeTier(Script(texts=("Medium.",), gates={0: gate}, started=started), name="large")
    async with upgradable(tiers(large=large), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        async with anyio.create_task_group() as group:
            group.start_soon(made.better, first.id)
            await started.wait()
            waiting = await made.assistant.upgrade(first.id, caller=ANNA)
            group.cancel_scope.cancel()
        after = await made.assistant.upgrade(first.id, caller=ANNA)

    assert waiting is not None
    assert waiting.status == "pending"
    assert large.aborted == 1
    assert after is None


async def test_where_no_larger_tier_can_write_the_earlier_text_stays_and_it_can_be_tried_again() -> (
    None
):
    """Still an answer, and marked; the next try is not kept from asking."""
    gone = TierUnavailable(tier="large", detail="gone")
    large = FakeTier(Script(error=gone), Script(texts=("Medium.",)), name="large")
    async with upgradable(tiers(large=large), SCORES) as made:
        first = await made.assistant.draft(REPAIR, caller=ANNA)
        failed = await made.better(first.id)
        standing = await made.assistant.upgrade(first.id, caller=ANNA)
        second = await made.better(first.id)

    assert failed.text == "Small."
    assert "tier_down" in failed.provenance.degraded
    assert standing is not None
    assert standing.status == "failed"
    assert second.text == "Medium."


async def test_erasing_an_answer_erases_what_is_kept_of_it() -> None:
    """Also what a larger tier is still writing."""
    started, gate = anyio.Event(), anyio.Event()
    large = FakeTier(Script(texts=("Medium.",), gates={0: gate}, started=started), name="large")
    async with upgradable(tiers(large=large), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        async with anyio.create_task_group() as group:
            group.start_soon(made.better, first.id)
            await started.wait()
            await made.assistant.forget(first.id, caller=ANNA)
            gate.set()

        assert await made.upgrades.read(ANNA, first.id) is None
        with pytest.raises(RequestError):
            await made.better(first.id)


async def test_a_better_text_that_was_erased_is_not_given_again() -> None:
    """It is written anew for who asks."""
    rungs = tiers()
    async with upgradable(rungs, SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        second = await made.better(first.id)
        await made.assistant.forget(second.id, caller=ANNA)
        third = await made.better(first.id)

    assert third.id != second.id
    assert len(rungs[1].requests) == 2
