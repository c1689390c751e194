"""What holds for every stream, native or OpenAI's: text as it comes, never taken back, and late failures."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import anyio
import pytest

from assistant.errors import AllTiersFailed, TierUnavailable
from assistant.types import (
    Answer,
    CacheControl,
    Caller,
    Delta,
    DraftCompleted,
    DraftRequest,
    Event,
    TierStarted,
)
from support.event_streams import (
    BEGINNING,
    ENDING,
    IMPATIENT,
    NAMES,
    STREAMS,
    TAKEOVER,
    TOLD,
    heard,
    text_of,
)
from support.server_app import (
    TRICKY,
    Pause,
    ScriptedAssistant,
    answer,
    client_of,
)

LONG = TRICKY * 6
Asked = tuple[str, dict[str, Any]]
streams = pytest.mark.parametrize("asked", STREAMS, ids=NAMES)
GONE = AllTiersFailed([TierUnavailable(tier="large", detail="gone")])


def told_by(answered: Answer, pieces: int) -> tuple[Delta, ...]:
    """The text of an answer, code point by code point in so many deltas."""
    size = -(-len(answered.text) // pieces)
    starts = range(0, len(answered.text), size)
    return tuple(Delta(text=answered.text[start : start + size]) for start in starts)


@streams
@pytest.mark.parametrize("pieces", [1, 7, len(LONG)])
async def test_the_deltas_joined_are_the_text(asked: Asked, pieces: int) -> None:
    """In every script, wherever it was cut: joined emoji, CJK, curly quotes, odd line ends."""
    made = answer(LONG)
    story: list[Event] = [TierStarted(tier="t", model="m", rung=0), *told_by(made, pieces)]
    async with client_of(ScriptedAssistant(answer=made, story=story)) as client:
        events = await heard(client, asked)

    assert text_of(events) == LONG


@streams
async def test_text_comes_as_soon_as_it_is_final(asked: Asked) -> None:
    """Before the tier goes on, before a takeover, before the answer: one write for each passage."""
    pauses = [Pause() for _ in range(3)]
    waiting = iter(pauses)
    story: list[Event | Pause] = []
    for event in TAKEOVER:
        story += [event, next(waiting)] if isinstance(event, Delta) else [event]
    assistant = ScriptedAssistant(answer=answer(TOLD), story=story)
    seen: list[str] = []
    async with (
        client_of(assistant) as client,
        client.stream("POST", asked[0], json=asked[1]) as reply,
    ):
        writes = reply.aiter_raw()
        so_far = b""
        for pause in pauses:
            await pause.reached.wait()
            while (text := text_of(_events(so_far))) in ("", *seen):
                so_far += await anext(writes)
            seen.append(text)
            pause.over.set()
        so_far += b"".join([write async for write in writes])

    assert seen == [BEGINNING, TOLD.removesuffix(ENDING), TOLD]
    assert text_of(_events(so_far)) == TOLD


@streams
async def test_comment_lines_come_between_segments(asked: Asked) -> None:
    """Whenever nothing else is sent, not only before the first text."""
    pause = Pause()
    assistant = ScriptedAssistant(answer=answer(TOLD), story=[*TAKEOVER[:2], pause, *TAKEOVER[2:]])
    async with (
        client_of(assistant, IMPATIENT) as client,
        client.stream("POST", asked[0], json=asked[1]) as reply,
    ):
        writes = reply.aiter_raw()
        so_far = b""
        while not text_of(_events(so_far)):
            so_far += await anext(writes)
        waiting = [await anext(writes), await anext(writes)]
        pause.over.set()
        so_far += b"".join([write async for write in writes])

    assert set(b"".join(waiting).split(b"\n\n")) == {b": still writing", b""}
    assert text_of(_events(so_far)) == TOLD


@streams
async def test_a_failure_after_text_is_one_last_event(asked: Asked) -> None:
    """What was final stays, even where the error came at once; no end is told."""
    story = [*TAKEOVER[:2], pause := Pause(), TAKEOVER[7], GONE]
    async with (
        client_of(ScriptedAssistant(story=story)) as client,
        client.stream("POST", asked[0], json=asked[1]) as reply,
    ):
        writes = reply.aiter_raw()
        so_far = await anext(writes)
        pause.over.set()
        so_far += b"".join([write async for write in writes])
        metrics = (await client.get("/metrics")).text

    events = _events(so_far)
    assert reply.status_code == 200
    assert text_of(events) == BEGINNING + TAKEOVER[7].text  # type: ignore[union-attr]
    assert events[-1][0] in ("message", "error")
    assert events[-1][1]["error"]["code"] == "all_tiers_failed"
    assert "[DONE]" not in so_far.decode()
    assert "draft.completed" not in so_far.decode()
    assert 'inkladder_rungs_total{decision="failed",tier="large"} 1.0' in metrics


@streams
async def test_a_failure_before_text_has_its_status(asked: Asked) -> None:
    """Though the start and a change of tier are known by then."""
    story = [TAKEOVER[0], TAKEOVER[3], TAKEOVER[5], GONE]
    async with client_of(ScriptedAssistant(story=story)) as client:
        reply = await client.post(asked[0], json=asked[1])

    assert reply.status_code == 503
    assert reply.json()["error"]["code"] == "all_tiers_failed"


class Cut(ScriptedAssistant):
    """A run that just ends, without its answer."""

    async def stream(
        self, request: DraftRequest, *, caller: Caller, control: CacheControl, live: bool = False
    ) -> AsyncGenerator[Event, None]:
        """The scripted story alone."""
        events = super().stream(request, caller=caller, control=control, live=live)
        async with aclosing(events):
            async for event in events:
                if not isinstance(event, DraftCompleted):
                    yield event


@streams
async def test_a_run_without_an_answer_is_a_failure(asked: Asked) -> None:
    """A text that was cut off is never told as a whole one."""
    pause = Pause()
    async with (
        client_of(Cut(story=[*TAKEOVER[:2], pause])) as client,
        client.stream("POST", asked[0], json=asked[1]) as reply,
    ):
        writes = reply.aiter_raw()
        so_far = await anext(writes)
        pause.over.set()
        so_far += b"".join([write async for write in writes])

    assert text_of(_events(so_far)) == BEGINNING
    assert _events(so_far)[-1][1]["error"]["code"] == "internal_error"
    assert b"[DONE]" not in so_far


@streams
async def test_every_write_ends_on_an_event_boundary(asked: Asked) -> None:
    """Editors that parse chunk by chunk never see half an event or half a character."""
    made = answer(LONG)
    story: list[Event] = [TierStarted(tier="t", model="m", rung=0), *told_by(made, 40)]
    async with (
        client_of(ScriptedAssistant(answer=made, story=story)) as client,
        client.stream("POST", asked[0], json=asked[1]) as reply,
    ):
        writes = [write async for write in reply.aiter_raw()]

    assert all(write.endswith(b"\n\n") for write in writes)
    assert [write.decode() for write in writes]


@streams
async def test_hanging_up_in_the_middle_frees_the_engine(asked: Asked) -> None:
    """And the text counts as not delivered."""
    assistant = ScriptedAssistant(answer=answer(TOLD), story=[*TAKEOVER[:2], Pause()])
    async with client_of(assistant) as client:
        async with client.stream("POST", asked[0], json=asked[1]) as reply:
            await anext(reply.aiter_raw())
        with anyio.fail_after(1):
            await assistant.stopped.wait()

    assert assistant.delivered_entries == []


@streams
async def test_the_first_text_is_timed_when_it_is_sent(asked: Asked) -> None:
    """Not when the answer is complete."""
    pause = Pause()
    assistant = ScriptedAssistant(answer=answer(TOLD), story=[*TAKEOVER[:2], pause, *TAKEOVER[2:]])
    line = f'inkladder_first_text_seconds_count{{route="{asked[0]}"}} 1.0'
    async with (
        client_of(assistant) as client,
        client.stream("POST", asked[0], json=asked[1]) as reply,
    ):
        writes = reply.aiter_raw()
        await anext(writes)
        early = (await client.get("/metrics")).text
        pause.over.set()
        async for _ in writes:
            pass
        late = (await client.get("/metrics")).text

    assert line in early.splitlines()
    assert line in late.splitlines()
    assert "inkladder_answers_total{" not in early
    assert 'inkladder_answers_total{tier="large"} 1.0' in late


@streams
async def test_only_a_stream_is_read_along(asked: Asked) -> None:
    """Plain replies compare whole texts."""
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        await client.post(asked[0], json=asked[1])
        await client.post(asked[0], json=asked[1] | {"stream": False})

    assert assistant.read_along == [True, False]


def _events(data: bytes) -> list[tuple[str, Any]]:
    """The events so far."""
    events = []
    for event in data.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in event.split("\n") if line)
        if "data" in fields and fields["data"] != "[DONE]":
            events.append((fields.get("event", "message"), json.loads(fields["data"])))
    return events
