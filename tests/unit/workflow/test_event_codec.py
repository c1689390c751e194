"""Events travel between processes and come out as they were."""

from __future__ import annotations

from typing import get_args

import pytest

from assistant.types import (
    CheckFailed,
    CheckResult,
    Delta,
    DraftCompleted,
    DraftRequest,
    DraftStarted,
    Event,
    Progress,
    RungJudged,
    SegmentAccepted,
    TierStarted,
)
from assistant.workflow.events import decode_event, encode_event
from support.cascade import ScriptedScorer, assistant_over
from support.reading_along import DRAFT, POLICY, read, two

TOLD: tuple[Event, ...] = (
    DraftStarted(id="draft_1", route="r", policy_revision="abc"),
    TierStarted(tier="large", model="m", rung=1, how="continue", reason="low_score"),
    Progress(tier="draft", tokens=3),
    Delta(text='Zwölf 👩\N{ZERO WIDTH JOINER}🚀 "draft.started" {'),
    SegmentAccepted(tier="draft", index=0, start=0, end=4, tokens=2, score=0.7),
    CheckFailed(tier="draft", check=CheckResult(name="loop", passed=False, evidence="again")),
)


@pytest.mark.parametrize("event", TOLD, ids=lambda event: type(event).__name__)
def test_an_event_comes_out_as_it_was(event: Event) -> None:
    """Whatever its text holds."""
    assert decode_event(encode_event(event)) == event


async def test_the_events_of_a_whole_run_do() -> None:
    """With its rungs and its answer; and no kind of event is left out here."""
    assistant = assistant_over(two(DRAFT, "unused"), ScriptedScorer({DRAFT: 0.8}), policy=POLICY)

    events, _ = await read(assistant, DraftRequest(instruction="Write about the ferry."))

    assert [decode_event(encode_event(event)) for event in events] == events
    kinds = {type(event) for event in (*TOLD, *events)}
    assert {RungJudged, DraftCompleted} < kinds == set(get_args(Event))


@pytest.mark.parametrize("data", [b"", b"{}", b"poem {}", b"delta", b'delta {"words": 1}'])
def test_what_another_version_wrote_is_refused(data: bytes) -> None:
    """The follower then writes for itself."""
    with pytest.raises(ValueError, match=r".+"):
        decode_event(data)
