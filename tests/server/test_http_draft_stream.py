"""The native stream: everything that happens on the way, by name, and the whole draft at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from inline_snapshot import snapshot

from assistant.types import CacheInfo, Delta, Event, Progress, TierStarted
from support.event_streams import IMPATIENT, NATIVE, TAKEOVER, TOLD, heard
from support.server_app import Pause, ScriptedAssistant, answer, client_of

PATH, BODY = NATIVE


async def test_the_events_of_a_takeover() -> None:
    """In the order in which they happened; the first tier and its progress are no news."""
    story = [*TAKEOVER[:1], Progress(tier="draft", tokens=4), Delta(text=""), *TAKEOVER[1:]]
    async with client_of(ScriptedAssistant(answer=answer(TOLD), story=story)) as client:
        *events, last = await heard(client, NATIVE)
        whole = (await client.post(PATH, json=BODY | {"stream": False})).json()

    assert events == snapshot(
        [
            ("draft.started", {"id": "a1b2", "route": "default", "policy_revision": "r1"}),
            ("delta", {"text": "A quiet harbour. "}),
            (
                "segment.accepted",
                {
                    "tier": "draft",
                    "index": 0,
                    "start": 0,
                    "end": 16,
                    "tokens": 4,
                    "score": 0.75,
                },
            ),
            (
                "check",
                {
                    "tier": "draft",
                    "name": "loop",
                    "passed": False,
                    "evidence": "'boats' 9 times",
                },
            ),
            (
                "tier.changed",
                {
                    "tier": "large",
                    "model": "middle",
                    "rung": 1,
                    "how": "continue",
                    "reason": "failed_check",
                },
            ),
            ("delta", {"text": "Boats at dawn, "}),
            ("delta", {"text": "under fog."}),
        ]
    )
    assert last == ("draft.completed", whole)


async def test_the_frames_on_the_wire() -> None:
    """Name, data and a counter; headers tell what is known at the first text."""
    async with client_of(ScriptedAssistant(answer=answer("Hi."))) as client:
        reply = await client.post(PATH, json=BODY)

    start, delta, completed, nothing = reply.text.split("\n\n")
    assert start == (
        'event: draft.started\ndata: {"id":"a1b2","route":"default","policy_revision":"r1"}\nid: 1'
    )
    assert delta == 'event: delta\ndata: {"text":"Hi."}\nid: 2'
    assert completed.startswith('event: draft.completed\ndata: {"id":"a1b2","text":"Hi.",')
    assert completed.endswith("\nid: 3")
    assert nothing == ""
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert reply.headers["cache-control"] == "no-cache, no-transform"
    assert {
        name: reply.headers[name] for name in reply.headers if name.startswith("x-cascade")
    } == {
        "x-cascade-id": "a1b2",
        "x-cascade-route": "default",
        "x-cascade-policy": "scripted@r1",
    }


async def test_the_start_goes_out_with_the_first_text() -> None:
    """Or alone after a while; then it takes the place of a comment line."""
    pause = Pause()
    assistant = ScriptedAssistant(story=[pause, Delta(text=answer().text)])
    async with (
        client_of(assistant, IMPATIENT) as client,
        client.stream("POST", PATH, json=BODY) as reply,
    ):
        writes = reply.aiter_raw()
        first, second = await anext(writes), await anext(writes)
        pause.over.set()
        rest = b"".join([write async for write in writes])

    assert first.startswith(b"event: draft.started\n")
    assert second == b": still writing\n\n"
    assert b"draft.started" not in rest
    assert b"event: delta\n" in rest


async def test_variants_come_with_the_whole_draft() -> None:
    """The best text is in the deltas, too."""
    made = answer("Hi.", variants=("Ho.", "Hey."))
    async with client_of(assistant := ScriptedAssistant(answer=made)) as client:
        events = await heard(client, NATIVE, variants=3)

    assert [name for name, _ in events] == ["draft.started", "delta", "draft.completed"]
    assert events[-1][1]["variants"] == ["Ho.", "Hey."]
    assert assistant.asked[0].variants == 3


async def test_a_stored_draft_is_one_delta() -> None:
    """Its provenance says that it was stored."""
    made = answer("Stored.")
    hit = CacheInfo(status="hit", level="exact", age_s=3.0, of="draft_1")
    made = replace(made, provenance=replace(made.provenance, cache=hit))
    async with client_of(ScriptedAssistant(answer=made)) as client:
        events = await heard(client, NATIVE)

    assert [name for name, _ in events] == ["draft.started", "delta", "draft.completed"]
    assert events[-1][1]["provenance"]["cache"]["of"] == "draft_1"


@pytest.mark.parametrize("value", [True, False])
async def test_a_writer_may_want_an_answer_now(value: bool) -> None:
    """And a better one behind it; streamed or whole."""
    async with client_of(assistant := ScriptedAssistant()) as client:
        await client.post(PATH, json=BODY | {"answer_now": value, "stream": value})

    assert assistant.asked[0].answer_now is value


async def test_another_beginning_is_told_by_how() -> None:
    """Nothing was told yet, so the next tier may begin anew."""
    story: list[Event] = [
        TierStarted(tier="draft", model="tiny/writer-1B", rung=0),
        TierStarted(tier="large", model="middle", rung=1, how="fresh", reason="low_score"),
        Delta(text=answer().text),
    ]
    async with client_of(ScriptedAssistant(story=story)) as client:
        events = await heard(client, NATIVE)

    changed: list[Any] = [data for name, data in events if name == "tier.changed"]
    assert [(data["how"], data["reason"]) for data in changed] == [("fresh", "low_score")]
