"""Drafts that go out while they are written: released by segments, and taken over."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import anyio
import pytest

from assistant.tiers.fake import FakeTier, Script
from assistant.types import (
    CheckFailed,
    Delta,
    DraftCompleted,
    DraftRequest,
    Event,
    Length,
    Message,
    Sampling,
    SegmentAccepted,
    Style,
    TierStarted,
)
from support.cascade import MemoryCache, ScriptedScorer, assistant_over
from support.reading_along import (
    DRAFT,
    ENDING,
    FIRST,
    POLICY,
    REQUEST,
    SECOND,
    path,
    read,
    step,
    told,
    two,
)


async def test_a_good_draft_goes_out_segment_by_segment() -> None:
    """The first words are there long before the last are written; every segment was judged."""
    second_is_due = anyio.Event()
    draft = FakeTier(Script(texts=(DRAFT,), gates={20: second_is_due}), name="draft")
    scorer = ScriptedScorer({DRAFT: 0.8})
    assistant = assistant_over(two(draft, "unused"), scorer, policy=POLICY)
    seen: list[Event] = []

    async with aclosing(assistant.stream(REQUEST, live=True)) as events:
        async for event in events:
            seen.append(event)
            if isinstance(event, SegmentAccepted):
                second_is_due.set()

    assert isinstance(seen[-1], DraftCompleted)
    accepted = [event for event in seen if isinstance(event, SegmentAccepted)]
    assert [DRAFT[event.start : event.end] for event in accepted] == [FIRST, SECOND]
    assert [event.index for event in accepted] == [0, 1]
    assert [one.text for one in scorer.beginnings] == [FIRST, f"{FIRST} {SECOND}"]
    assert told(seen) == DRAFT
    answer = seen[-1].answer
    assert path(answer) == [("draft", "first", "score_ok")]
    assert (step(answer, 0).segments, step(answer, 0).aborted) == (2, False)
    assert answer.provenance.never_worse == "held"


async def test_the_larger_tier_goes_on_where_the_draft_was_accepted() -> None:
    """The draft is stopped in its engine; its good beginning stays, and one blank joins both."""
    draft, large = two(DRAFT, f" {ENDING}")
    scorer = ScriptedScorer({f"{FIRST} {ENDING}": 0.9}, prefix_values={f"{FIRST} {SECOND}": 0.2})
    assistant = assistant_over([draft, large], scorer, policy=POLICY)

    seen, answer = await read(assistant)

    assert answer.text == f"{FIRST} {ENDING}"
    assert path(answer) == [("draft", "first", "low_score"), ("large", "continue", "score_ok")]
    assert step(answer, 0).aborted
    assert step(answer, 0).score == pytest.approx(0.2)
    assert draft.aborted == 1
    assert large.requests[0].continue_text
    assert large.requests[0].messages[-1] == Message(role="assistant", content=FIRST)
    changed = [event for event in seen if isinstance(event, TierStarted)][1]
    assert (changed.tier, changed.how, changed.reason) == ("large", "continue", "low_score")
    assert answer.provenance.never_worse == "not_applicable"
    assert answer.provenance.tier == "large"
    words = [rung.kept_tokens for rung in answer.provenance.path]
    assert words == [len(FIRST.split()), len(ENDING.split())]


async def test_nothing_is_released_of_a_draft_that_begins_badly() -> None:
    """The next tier starts anew, and its words go out as they come."""
    draft, large = two(DRAFT, ENDING)
    scorer = ScriptedScorer({ENDING: 0.9}, prefix_values={FIRST: 0.2})

    seen, answer = await read(assistant_over([draft, large], scorer, policy=POLICY))

    assert answer.text == ENDING
    assert path(answer) == [("draft", "first", "low_score"), ("large", "fresh", "score_ok")]
    assert sum(isinstance(event, Delta) for event in seen) > len(ENDING.split()) // 2
    assert large.requests[0].messages[-1].role == "user"
    assert draft.aborted == 1


async def test_what_a_stopped_draft_was_is_shown_to_a_tier_that_repairs() -> None:
    """The beginning and what was wrong with it."""
    draft, large = two(DRAFT, ENDING)
    scorer = ScriptedScorer({ENDING: 0.9}, prefix_failing={FIRST: ["loop"]})
    request = replace(REQUEST, labels=("repair",))

    _, answer = await read(assistant_over([draft, large], scorer, policy=POLICY), request)

    assert path(answer)[1] == ("large", "repair", "score_ok")
    prompt = large.requests[0].messages[-1].content
    assert FIRST in prompt
    assert "loop looked at" in prompt


async def test_a_whole_text_below_the_bar_is_taken_over_from_its_last_segment() -> None:
    """Its segments were good enough, all together are not."""
    scorer = ScriptedScorer({DRAFT: 0.3, f"{FIRST} {SECOND} {ENDING}": 0.9})

    _, answer = await read(assistant_over(two(DRAFT, f" {ENDING}"), scorer, policy=POLICY))

    assert answer.text == f"{FIRST} {SECOND} {ENDING}"
    assert path(answer) == [("draft", "first", "low_score"), ("large", "continue", "score_ok")]
    assert not step(answer, 0).aborted


async def test_a_failed_check_of_a_beginning_is_told() -> None:
    """With its evidence, before the tier changes."""
    scorer = ScriptedScorer({}, prefix_failing={f"{FIRST} {SECOND}": ["loop"]})

    seen, answer = await read(assistant_over(two(DRAFT, f" {ENDING}"), scorer, policy=POLICY))

    failed = [event for event in seen if isinstance(event, CheckFailed)]
    assert (failed[0].tier, failed[0].check.name) == ("draft", "loop")
    assert step(answer, 0).failed_checks == ("loop",)


async def test_a_ladder_of_one_streams_at_once() -> None:
    """Word by word, judged by nobody on the way."""
    request = replace(REQUEST, labels=("typing",))
    scorer = ScriptedScorer({DRAFT: 0.1})

    seen, answer = await read(assistant_over(two(DRAFT, "unused"), scorer, policy=POLICY), request)

    deltas = [event.text for event in seen if isinstance(event, Delta)]
    assert len(deltas) >= len(DRAFT.split()) - 1
    assert scorer.beginnings == []
    assert answer.provenance.path[0].reason == "only_rung"


async def test_a_route_that_holds_back_compares_whole_texts() -> None:
    """One delta, at the end, with the best of both."""
    request = replace(REQUEST, labels=("held",))
    scorer = ScriptedScorer({DRAFT: 0.4, ENDING: 0.3})

    seen, answer = await read(assistant_over(two(DRAFT, ENDING), scorer, policy=POLICY), request)

    assert [event.text for event in seen if isinstance(event, Delta)] == [DRAFT]
    assert answer.provenance.never_worse == "held"
    assert answer.provenance.degraded == ("below_bar",)


async def test_who_waits_gets_the_best_of_whole_texts() -> None:
    """Not streaming, the same route compares complete candidates, and nothing is stopped by its beginning."""
    draft, large = two(DRAFT, ENDING)
    scorer = ScriptedScorer({DRAFT: 0.5, ENDING: 0.4}, prefix_values={FIRST: 0.0})

    answer = await assistant_over([draft, large], scorer, policy=POLICY).draft(REQUEST)

    assert answer.text == DRAFT
    assert scorer.beginnings == []
    assert draft.aborted == 0


async def test_tokens_over_a_takeover_keep_the_limit() -> None:
    """The larger tier may write what is left."""
    draft, large = two(DRAFT, f" {ENDING}")
    scorer = ScriptedScorer({}, prefix_values={f"{FIRST} {SECOND}": 0.2})
    request = replace(REQUEST, sampling=Sampling(max_tokens=40))

    _, answer = await read(assistant_over([draft, large], scorer, policy=POLICY), request)

    assert large.requests[0].sampling.max_tokens == 40 - len(FIRST.split())
    assert answer.text.startswith(FIRST)


async def test_a_stop_string_over_the_seam_ends_the_text() -> None:
    """The end of one tier's sentence and the beginning of the other's are the stop string together."""
    stop = "week. Then"
    scorer = ScriptedScorer({}, prefix_values={f"{FIRST} {SECOND}": 0.2})
    request = replace(REQUEST, sampling=Sampling(stop=(stop,)))

    _, answer = await read(assistant_over(two(DRAFT, f" {ENDING}"), scorer, policy=POLICY), request)

    assert answer.text == FIRST.removesuffix("week.").rstrip() or answer.text == FIRST.removesuffix(
        "week."
    )
    assert answer.finish == "stop"


async def test_the_next_tier_is_told_what_is_left_to_do() -> None:
    """How many words, and which terms are missing."""
    draft, large = two(DRAFT, f" {ENDING}")
    scorer = ScriptedScorer({}, prefix_values={f"{FIRST} {SECOND}": 0.2})
    request = DraftRequest(
        task="rewrite",
        text="The boat to Anholt goes at seven, says Priya Raman of the harbour office.",
        length=Length(words=50),
        keep=("names",),
        style=Style(glossary=(("boat", "vessel"),)),
    )

    await read(assistant_over([draft, large], scorer, policy=POLICY), request)

    prompt = large.requests[0].messages[-2].content
    assert f"about {50 - len(FIRST.split())} more words" in prompt
    assert "Anholt" in prompt.rpartition("already written")[2]
    assert "vessel" in prompt.rpartition("already written")[2]
    assert "ferry" not in prompt.rpartition("already written")[2]


async def test_a_stored_answer_is_told_in_one_piece() -> None:
    """The same text as was streamed, and written once."""
    draft, large = two(DRAFT, f" {ENDING}")
    scorer = ScriptedScorer({}, prefix_values={f"{FIRST} {SECOND}": 0.2})
    assistant = assistant_over([draft, large], scorer, policy=POLICY, cache=MemoryCache())

    _, first = await read(assistant)
    seen, again = await read(assistant)

    assert again.text == first.text == f"{FIRST} {ENDING}"
    assert again.provenance.cache.status == "hit"
    assert [event.text for event in seen if isinstance(event, Delta)] == [first.text]
    assert len(draft.requests) == 1


async def test_a_conversation_is_continued_without_a_word_of_ours() -> None:
    """The client's own beginning, then what was accepted, as the start of the answer."""
    draft, large = two(f" {DRAFT}", f" {ENDING}")
    opening = "Every day is the same:"
    request = DraftRequest(
        task="chat",
        messages=(
            Message(role="user", content="Write about the ferry."),
            Message(role="assistant", content=opening),
        ),
    )
    scorer = ScriptedScorer({}, prefix_values={f"{opening} {FIRST} {SECOND}": 0.2})

    _, answer = await read(assistant_over([draft, large], scorer, policy=POLICY), request)

    assert answer.text == f" {FIRST} {ENDING}"
    assert large.requests[0].messages[0] == request.messages[0]
    assert large.requests[0].messages[1].content == f"{opening} {FIRST}"
