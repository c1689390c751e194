"""Streamed chat completions: framing, waiting, and failing late."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anyio
from inline_snapshot import snapshot
from openai import APIError, AsyncOpenAI

from assistant.errors import TierUnavailable
from support.event_streams import CHAT, IMPATIENT, TAKEOVER, TOLD, heard, text_of
from support.server_app import (
    TRICKY,
    ScriptedAssistant,
    answer,
    client_of,
    serving,
)

BODY: dict[str, Any] = {"messages": [{"role": "user", "content": "hello"}], "stream": True}
LONG = TRICKY * 6


async def _events(chunks: AsyncIterator[bytes]) -> list[bytes]:
    whole = b"".join([chunk async for chunk in chunks])
    assert whole.endswith(b"\n\n")
    return whole.split(b"\n\n")[:-1]


def _data(event: bytes) -> dict[str, Any]:
    assert event.startswith(b"data: ")
    data: dict[str, Any] = json.loads(event.removeprefix(b"data: "))
    return data


async def test_the_openai_client_reads_a_stream_whole() -> None:
    """Role once and first, one finish reason, usage last and alone, the text untouched."""
    async with (
        serving(ScriptedAssistant(answer=answer(LONG))) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="any") as client,
    ):
        stream = await client.chat.completions.create(
            model="draft-auto",
            messages=[{"role": "user", "content": "hello"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]

    *told, ended, counted = chunks
    assert "".join(chunk.choices[0].delta.content or "" for chunk in told) == LONG
    assert [chunk.choices[0].delta.role for chunk in told] == ["assistant"] + [None] * (
        len(told) - 1
    )
    assert len(told) > 3
    assert [chunk.choices[0].finish_reason for chunk in told] == [None] * len(told)
    assert ended.choices[0].finish_reason == "stop"
    assert counted.choices == []
    assert counted.usage is not None
    assert counted.usage.prompt_tokens_details is not None
    assert counted.usage.prompt_tokens_details.cached_tokens == 3
    assert {chunk.model for chunk in chunks} == {"middle"}
    assert len({chunk.id for chunk in chunks}) == 1


async def test_the_frames_of_a_stream() -> None:
    """The wire format in full: what is known first in headers, the rest on the last content."""
    async with client_of(ScriptedAssistant(answer=answer("Hi."))) as client:
        reply = await client.post("/v1/chat/completions", json=BODY | {"tools": []})

    events = [event for event in reply.text.split("\n\n") if event]
    assert events[-1] == "data: [DONE]"
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-1]]
    for chunk in chunks:
        chunk.pop("created")
    assert chunks == snapshot(
        [
            {
                "id": "chatcmpl-a1b2",
                "object": "chat.completion.chunk",
                "model": "middle",
                "choices": [
                    {
                        "index": 0,
                        "delta": {"role": "assistant", "content": "Hi."},
                        "logprobs": None,
                        "finish_reason": None,
                    }
                ],
                "system_fingerprint": "scripted@r1",
                "x_cascade": {
                    "id": "a1b2",
                    "tier": "large",
                    "model": "middle",
                    "score": 0.8125,
                    "route": "default",
                    "policy": "scripted@r1",
                    "path": "draft:defer,large:accept",
                    "cost_gpu_s": 0.25,
                    "cost_usd": 1e-05,
                    "cache": "miss; reason=absent",
                    "degraded": [],
                },
            },
            {
                "id": "chatcmpl-a1b2",
                "object": "chat.completion.chunk",
                "model": "middle",
                "choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}],
                "system_fingerprint": "scripted@r1",
            },
        ]
    )
    headers = {name: reply.headers.get(name) for name in ("cache-control", "x-accel-buffering")}
    assert headers == {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert {
        name: reply.headers[name] for name in reply.headers if name.startswith("x-cascade")
    } == {
        "x-cascade-id": "a1b2",
        "x-cascade-route": "default",
        "x-cascade-policy": "scripted@r1",
        "x-cascade-ignored": "tools",
    }


async def test_an_empty_answer_is_still_a_whole_stream() -> None:
    """There is a role, a finish reason and an end even without a word."""
    async with client_of(ScriptedAssistant(answer=answer(""))) as client:
        reply = await client.post("/v1/chat/completions", json=BODY)

    events = reply.text.split("\n\n")
    assert _data(events[0].encode())["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert _data(events[1].encode())["choices"][0]["finish_reason"] == "stop"
    assert events[2] == "data: [DONE]"


async def test_comment_lines_come_while_the_text_is_held_back() -> None:
    """The status line does not wait for ever, and the connection never falls silent."""
    assistant = ScriptedAssistant(waits=True)
    async with (
        client_of(assistant, IMPATIENT) as client,
        client.stream("POST", "/v1/chat/completions", json=BODY) as reply,
    ):
        chunks = reply.aiter_raw()
        waiting = await anext(chunks) + await anext(chunks)
        assistant.go_on.set()
        events = await _events(chunks)

    assert reply.status_code == 200
    assert set(waiting.split(b"\n\n")) == {b": still writing", b""}
    told = [event for event in events if not event.startswith(b":")]
    assert _data(told[0])["choices"][0]["delta"]["content"] == assistant.answer.text
    assert told[-1] == b"data: [DONE]"


async def test_a_late_failure_is_one_event_and_no_done() -> None:
    """The status line is gone by then: the client's own error class is raised from the event."""
    assistant = ScriptedAssistant(waits=True, error=TierUnavailable(tier="draft", detail="gone"))
    async with (
        client_of(assistant, IMPATIENT) as client,
        client.stream("POST", "/v1/chat/completions", json=BODY) as reply,
    ):
        chunks = reply.aiter_raw()
        await anext(chunks)
        assistant.go_on.set()
        events = await _events(chunks)

    told = [event for event in events if not event.startswith(b":")]
    assert reply.status_code == 200
    assert [_data(event)["error"]["code"] for event in told] == ["tier_unavailable"]


async def test_the_openai_client_raises_a_late_failure() -> None:
    """An unforeseen error after the status line tells nothing of its inside either."""
    assistant = ScriptedAssistant(waits=True, error=ValueError("inside"))
    raised: list[APIError] = []
    async with (
        serving(assistant, IMPATIENT) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client,
    ):
        stream = await client.chat.completions.create(
            model="draft-auto", messages=[{"role": "user", "content": "hello"}], stream=True
        )
        assistant.go_on.set()
        try:
            async for _ in stream:
                pass
        except APIError as error:
            raised.append(error)

    assert [error.code for error in raised] == ["internal_error"]
    assert "inside" not in str(raised[0])


async def test_a_stream_that_is_quick_to_fail_is_an_ordinary_error() -> None:
    """Never 200 and then an error, if the error is there before the first text."""
    with anyio.fail_after(20):
        async with client_of(
            ScriptedAssistant(error=TierUnavailable(tier="t", detail=""))
        ) as client:
            reply = await client.post("/v1/chat/completions", json=BODY)

    assert reply.status_code == 503
    assert reply.headers["content-type"] == "application/json"


async def test_the_openai_client_reads_a_takeover() -> None:
    """Both models are named for what they wrote; provenance rides on a last chunk of its own."""
    async with (
        serving(ScriptedAssistant(answer=answer(TOLD), story=TAKEOVER)) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="any") as client,
    ):
        stream = await client.chat.completions.create(
            model="draft-auto", messages=[{"role": "user", "content": "hello"}], stream=True
        )
        chunks = [chunk async for chunk in stream]

    *told, last, ended = chunks
    assert "".join(chunk.choices[0].delta.content or "" for chunk in told) == TOLD
    assert [chunk.model for chunk in told] == ["tiny/writer-1B", "middle", "middle"]
    assert [chunk.choices[0].delta.role for chunk in chunks] == ["assistant"] + [None] * 4
    assert last.choices[0].delta.content == ""
    assert last.model_extra is not None
    assert last.model_extra["x_cascade"]["tier"] == "large"
    assert ended.choices[0].finish_reason == "stop"


async def test_the_openai_client_gets_as_many_texts_as_it_asks_for() -> None:
    """Each under its number with its own end; one that is missing is the best one again."""
    made = answer("Hi.", variants=("Ho, ho.",), variants_finish=("length",))
    async with (
        serving(assistant := ScriptedAssistant(answer=made)) as url,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="any") as client,
    ):
        stream = await client.chat.completions.create(
            model="draft-auto", messages=[{"role": "user", "content": "hello"}], stream=True, n=3
        )
        choices = [choice async for chunk in stream for choice in chunk.choices]
        whole = await client.chat.completions.create(
            model="draft-auto", messages=[{"role": "user", "content": "hello"}], n=3
        )

    streamed = ["".join(c.delta.content or "" for c in choices if c.index == i) for i in range(3)]
    assert streamed == [choice.message.content for choice in whole.choices]
    assert streamed == ["Hi.", "Ho, ho.", "Hi."]
    assert [c.finish_reason for c in choices if c.finish_reason] == ["stop", "length", "stop"]
    assert [choice.finish_reason for choice in whole.choices] == ["stop", "length", "stop"]
    assert [choice.index for choice in whole.choices] == [0, 1, 2]
    assert [request.variants for request in assistant.asked] == [3, 3]


async def test_a_stream_without_a_wish_for_usage_has_none() -> None:
    """Some clients stumble over a chunk without choices."""
    async with client_of(ScriptedAssistant()) as client:
        events = await heard(client, CHAT)

    assert text_of(events) == answer().text
    assert all(data == "[DONE]" or data["choices"] for _, data in events)
    assert not any("usage" in data for _, data in events if data != "[DONE]")
