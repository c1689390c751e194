"""A writer gets a draft at once, and a better text behind it."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest

from assistant.errors import RequestError, TierUnavailable
from assistant.service import upgrades
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Answer, CacheControl, DraftRequest
from assistant.upgrades.base import News, Upgrade
from support.cached import ANNA
from support.cascade import ScriptedScorer, assistant_over
from support.upgrades import upgradable

REQUEST = DraftRequest(instruction="Write a line about rain.", answer_now=True)
SCORES = {"Poor.": 0.3, "Good.": 0.7, "Medium.": 0.8}


def tiers(large: FakeTier, *, draft: str = "Poor.") -> list[FakeTier]:
    """The first one's draft is poor unless said otherwise."""
    best = FakeTier(Script(texts=("Big.",)), name="best", model="big")
    return [FakeTier(Script(texts=(draft,)), name="draft", model="small"), large, best]


async def test_a_poor_draft_is_served_at_once_and_made_better_behind_it() -> None:
    """Its record tells how it stands; the text is there for who asks for it."""
    gate, begun = anyio.Event(), anyio.Event()
    large = FakeTier(Script(texts=("Medium.",), gates={0: gate}, started=begun), name="large")
    async with upgradable(tiers(large), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        await begun.wait()
        waiting = await made.assistant.upgrade(first.id, caller=ANNA)
        gate.set()
        second = await made.better(first.id)
        written = await made.assistant.upgrade(first.id, caller=ANNA)

    assert first.text == "Poor."
    assert "upgrade_pending" in first.provenance.degraded
    assert waiting == Upgrade(status="pending", id=second.id)
    assert second.text == "Medium."
    assert second.provenance.degraded == ()
    assert written == Upgrade(status="ready", id=second.id)
    assert len(large.requests) == 1


async def test_a_better_text_behind_an_answer_has_a_record_of_its_own() -> None:
    """A writer can judge it like any other."""
    large = FakeTier(Script(texts=("Medium.",)), name="large")
    async with upgradable(tiers(large), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)
        second = await made.better(first.id)
        kept = await made.assistant.record(second.id, caller=ANNA)

    assert [step.tier for step in kept.record.path] == ["draft", "large"]


async def test_a_good_draft_needs_nothing_behind_it() -> None:
    """As without the wish."""
    large = FakeTier(Script(texts=("Medium.",)), name="large")
    async with upgradable(tiers(large, draft="Good."), SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)

        assert first.provenance.degraded == ()
        assert await made.assistant.upgrade(first.id, caller=ANNA) is None
    assert large.requests == []


async def test_a_failure_behind_the_answer_is_told_and_can_be_made_up_for() -> None:
    """Nobody hears it as an error; asking for the text tries again."""
    begun, gate = anyio.Event(), anyio.Event()
    failing = Script(
        error=TierUnavailable(tier="large", detail="gone"), started=begun, gates={0: gate}
    )
    large = FakeTier(failing, Script(texts=("Medium.",)), name="large", model="medium")
    best = FakeTier(Script(error=TierUnavailable(tier="best", detail="gone")), name="best")
    failed: list[Answer] = []
    async with upgradable([tiers(large)[0], large, best], SCORES) as made:
        first = await made.assistant.draft(REQUEST, caller=ANNA)

        async def follow() -> None:
            failed.append(await made.better(first.id))

        async with anyio.create_task_group() as group:
            await begun.wait()
            group.start_soon(follow)
            await anyio.wait_all_tasks_blocked()
            gate.set()
        standing = await made.assistant.upgrade(first.id, caller=ANNA)
        second = await made.better(first.id)

    assert [answer.text for answer in failed] == ["Poor."]
    assert standing == Upgrade(status="failed", id="")
    assert second.text == "Medium."


async def test_too_many_upgrades_at_once_are_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have failed for now; the writer may ask for them."""
    monkeypatch.setattr(upgrades, "MOST_AT_ONCE", 1)
    gate = anyio.Event()
    large = FakeTier(Script(texts=("Medium.",), gates={0: gate}), name="large")
    async with upgradable(tiers(large), SCORES) as made:
        await made.assistant.draft(REQUEST, caller=ANNA)
        other = replace(REQUEST, instruction="Another.")
        second = await made.assistant.draft(other, caller=ANNA)
        await made.upgrades.read(ANNA, second.id)
        await anyio.wait_all_tasks_blocked()
        standing = await made.assistant.upgrade(second.id, caller=ANNA)
        gate.set()
        better = await made.better(second.id)

    assert standing == Upgrade(status="failed", id="")
    assert better.text == "Medium."


async def test_a_wish_for_what_nobody_could_fetch_is_refused() -> None:
    """Where nothing is kept, or nothing of this request may be."""
    large = FakeTier(Script(texts=("Medium.",)), name="large")
    unkept = assistant_over(tiers(large), ScriptedScorer(SCORES))
    with pytest.raises(RequestError, match=r"upgrade\.keep") as refused:
        await unkept.draft(REQUEST)
    await unkept.aclose()
    async with upgradable(tiers(large), SCORES) as made:
        with pytest.raises(RequestError, match="no-store"):
            await made.assistant.draft(REQUEST, control=CacheControl(no_store=True))

    assert refused.value.param == "answer_now"


async def test_a_run_whose_process_was_lost_goes_on_under_the_id_that_was_told() -> None:
    """Somebody may wait for it by that name."""
    large = FakeTier(Script(texts=("Medium.",)), name="large")
    plain = replace(REQUEST, answer_now=False, labels=("repair",))
    async with upgradable(tiers(large, draft="Good."), SCORES) as made:
        first = await made.assistant.draft(plain, caller=ANNA)
        lost = News(upgrade=Upgrade(status="pending", id="draft_lost"), keep_s=60)
        await made.upgrades.settle(ANNA, first.id, lost)
        second = await made.better(first.id)

    assert second.id == "draft_lost"
