"""Drafts that go out while they are written, where a tier fails, loops, is late or is to try again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.errors import TierUnavailable
from assistant.tiers.base import EngineLoad
from assistant.tiers.fake import FakeTier, Script
from assistant.upgrades.keeper import Keeper
from assistant.upgrades.memory import MemoryUpgradeStore
from assistant.wiring.upgrades import owners
from assistant.workflow.pace import Pace
from support.cascade import ScriptedScorer, assistant_over
from support.clock import ManualClock
from support.reading_along import (
    DRAFT,
    ENDING,
    FIRST,
    POLICY,
    REQUEST,
    SECOND,
    THIRD,
    down,
    path,
    read,
    step,
    two,
)


@pytest.mark.parametrize("after", [0, 3], ids=["before a word", "in the middle of a sentence"])
async def test_the_draft_is_completed_below_when_the_larger_tier_fails(after: int) -> None:
    """What was sent stays, and the draft tier goes on from there without a gate."""
    draft = FakeTier(Script(texts=(DRAFT,)), Script(texts=(f" {THIRD}",)), name="draft")
    large = down("large", after=after, text=f" {ENDING}")
    scorer = ScriptedScorer({}, prefix_values={f"{FIRST} {SECOND}": 0.2})

    _, answer = await read(assistant_over([draft, large], scorer, policy=POLICY))

    said = " ".join(["", *ENDING.split()[: max(0, after - 1)]])
    assert answer.text == f"{FIRST}{said if after else ''} {THIRD}"
    assert [one[:2] for one in path(answer)] == [
        ("draft", "first"),
        ("large", "continue"),
        ("draft", "continue"),
    ]
    assert "tier_down" in answer.provenance.degraded


async def test_everything_fails_after_a_part_was_sent() -> None:
    """The part is the answer, and says so."""
    scorer = ScriptedScorer({}, prefix_values={f"{FIRST} {SECOND}": 0.2})
    draft = FakeTier(
        Script(texts=(DRAFT,)),
        Script(error=TierUnavailable(tier="draft", detail="gone")),
        name="draft",
    )

    _, answer = await read(assistant_over([draft, down("large")], scorer, policy=POLICY))

    assert answer.text.startswith(FIRST)
    assert {"tier_down", "partial"} <= set(answer.provenance.degraded)


async def test_a_draft_tier_that_breaks_is_taken_over_from_what_it_sent() -> None:
    """Two segments were out, in the third it died."""
    draft = down("draft", after=30)
    scorer = ScriptedScorer({f"{FIRST} {SECOND} {ENDING}": 0.9})

    _, answer = await read(assistant_over(two(draft, f" {ENDING}"), scorer, policy=POLICY))

    assert answer.text == f"{FIRST} {SECOND} {ENDING}"
    assert path(answer)[0] == ("draft", "first", "tier_unavailable")


async def test_a_loop_is_stopped_in_the_middle_of_a_segment() -> None:
    """Nothing of it goes out, and the engine is freed long before the end."""
    loop = "and on the pier again " * 200
    draft, large = two(f"{FIRST} {loop}", f" {ENDING}")

    _, answer = await read(
        assistant_over([draft, large], ScriptedScorer({f"{FIRST} {ENDING}": 0.9}), policy=POLICY)
    )

    assert answer.text == f"{FIRST} {ENDING}"
    assert path(answer)[0][2] == "early_loop"
    assert step(answer, 0).failed_checks == ("loop",)
    assert draft.aborted == 1
    assert step(answer, 0).usage.completion_tokens < 200


async def test_a_loop_is_stopped_early_for_who_waits_too() -> None:
    """Whole texts are compared, but of this one nothing good could come."""
    draft, large = two("and on the pier again " * 200, ENDING)

    answer = await assistant_over(
        [draft, large], ScriptedScorer({ENDING: 0.9}), policy=POLICY
    ).draft(REQUEST)

    assert answer.text == ENDING
    assert answer.provenance.path[0].reason == "early_loop"
    assert answer.provenance.never_worse == "held"


async def test_an_aborted_draft_costs_what_it_took() -> None:
    """Its prompt and the tokens that were written."""
    draft, large = two(DRAFT, f" {ENDING}")
    scorer = ScriptedScorer({}, prefix_values={FIRST: 0.2})

    _, answer = await read(assistant_over([draft, large], scorer, policy=POLICY))

    usage = step(answer, 0).usage
    assert usage.prompt_tokens > 0
    assert len(FIRST.split()) <= usage.completion_tokens < len(DRAFT.split())
    assert answer.usage == usage + step(answer, 1).usage


async def test_a_tier_tries_again_with_several_texts() -> None:
    """The best of three meets the bar, and the larger tier is never asked."""
    draft = FakeTier(Script(texts=(DRAFT,)), Script(texts=(FIRST, SECOND, THIRD)), name="draft")
    scorer = ScriptedScorer({SECOND: 0.9, FIRST: 0.1, THIRD: 0.2}, prefix_values={FIRST: 0.2})
    request = replace(REQUEST, labels=("again",))

    _, answer = await read(assistant_over(two(draft, "unused"), scorer, policy=POLICY), request)

    assert answer.text == SECOND
    assert path(answer) == [("draft", "first", "low_score"), ("draft", "resample", "score_ok")]
    assert draft.requests[1].samples == 3
    assert draft.requests[1].sampling.seed is None


async def test_trying_again_in_vain_goes_on_to_the_larger_tier() -> None:
    """Once, not for ever."""
    draft = FakeTier(Script(texts=(DRAFT,)), name="draft")
    scorer = ScriptedScorer({DRAFT: 0.1, ENDING: 0.9})
    request = replace(REQUEST, labels=("again",))

    answer = await assistant_over(two(draft, ENDING), scorer, policy=POLICY).draft(request)

    assert [one[:2] for one in path(answer)] == [
        ("draft", "first"),
        ("draft", "resample"),
        ("large", "fresh"),
    ]
    assert answer.text == ENDING


async def test_a_queue_too_long_for_the_writers_patience_leaves_the_draft() -> None:
    """Segments below the bar go out, and the answer says why."""
    draft, large = two(DRAFT, ENDING)
    large.engine_load = EngineLoad(running=32, waiting=400, endpoints=1, age_s=0.1)
    pace = Pace()
    pace.learn(ttft_s=0.3, tpot_s=0.02, in_flight=1)
    assistant = assistant_over(
        [draft, large],
        ScriptedScorer({DRAFT: 0.3}, prefix_values={FIRST: 0.1}),
        policy=POLICY,
        paces={"large": pace},
    )

    _, answer = await read(assistant, replace(REQUEST, labels=("patient",)))

    assert answer.text == DRAFT
    assert "deadline" in answer.provenance.degraded
    assert path(answer) == [("draft", "first", "patience")]
    assert large.requests == []


async def test_a_deadline_that_the_next_tier_cannot_keep_leaves_the_draft() -> None:
    """There would be time for its first words, not for the last."""
    draft, large = two(DRAFT, ENDING)
    pace = Pace()
    pace.learn(ttft_s=20, tpot_s=5, in_flight=1)
    assistant = assistant_over(
        [draft, large],
        ScriptedScorer({DRAFT: 0.3}, prefix_values={FIRST: 0.1}),
        policy=POLICY,
        paces={"large": pace},
        clock=ManualClock(),
    )

    _, answer = await read(assistant, replace(REQUEST, deadline_ms=60_000))

    assert answer.text == DRAFT
    assert path(answer) == [("draft", "first", "deadline")]
    assert "deadline" in answer.provenance.degraded


async def test_an_answer_now_is_the_first_tiers_whatever_it_scores() -> None:
    """Word by word, and marked."""
    draft, large = two(DRAFT, ENDING)
    scorer = ScriptedScorer({DRAFT: 0.2}, prefix_values={FIRST: 0.1})

    kept = Keeper(MemoryUpgradeStore(keep_s=60), owners(b"secret"))
    assistant = assistant_over([draft, large], scorer, policy=POLICY, upgrades=kept)

    _, answer = await read(assistant, replace(REQUEST, answer_now=True))

    assert answer.text == DRAFT
    assert "upgrade_pending" in answer.provenance.degraded
    assert path(answer) == [("draft", "first", "answer_now")]
    await assistant.aclose()


async def test_what_only_sounds_weak_is_not_taken_over_for_its_last_words() -> None:
    """Nearly all of it is out, and no check says what a larger tier could still mend."""
    more = (
        "A woman in a yellow coat counts her coins and buys a coffee from the stand.",
        "Her son asks whether islands float, and she says that only the small ones do.",
        "Somewhere behind the sheds a radio plays a song that both of them know well.",
    )
    long = " ".join([FIRST, SECOND, THIRD, *more, ENDING])
    draft, large = two(long, ENDING)

    _, answer = await read(
        assistant_over([draft, large], ScriptedScorer({long: 0.5}), policy=POLICY)
    )

    assert answer.text == long
    assert answer.provenance.degraded == ("below_bar",)
    assert large.requests == []
