"""The same at the wire: what a client of each route puts together is what the others are given later."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import httpx2
import pytest

from assistant.errors import TierUnavailable
from assistant.types import Usage
from support.event_streams import CHAT, NAMES, NATIVE, PLAIN, STREAMS, heard, text_of
from support.server_app import client_of
from support.streaming_scenarios import ANSWERED, BOUNDED
from support.streaming_story import Story, Telling, breaks

Asked = tuple[str, dict[str, Any]]


def whole_text(route: Asked, body: dict[str, Any]) -> str:
    """The text of a reply that is no stream."""
    if route is NATIVE:
        return str(body["text"])
    choice = body["choices"][0]
    return str(choice["message"]["content"] if route is CHAT else choice["text"])


def finishes(route: Asked, events: list[tuple[str, Any]]) -> list[str]:
    """Every reason why the text ended that a stream tells."""
    if route is NATIVE:
        return [data["finish"] for name, data in events if name == "draft.completed"]
    choices = [one for _, data in events if data != "[DONE]" for one in data["choices"]]
    return [one["finish_reason"] for one in choices if one["finish_reason"]]


def counted(route: Asked, events: list[tuple[str, Any]]) -> tuple[int, int]:
    """Tokens of prompts and answers that a stream tells at its end."""
    at = -1 if route is NATIVE else -2
    usage = events[at][1]["usage"]
    return usage["prompt_tokens"], usage["completion_tokens"]


async def told_and_found(
    route: Asked, client: httpx2.AsyncClient, telling: Telling, **more: object
) -> list[tuple[str, Any]]:
    """The events of a stream, whose text is the answer, the one that is stored, and that of a later reply."""
    if route is not NATIVE:
        more["stream_options"] = {"include_usage": True}
    events = await heard(client, route, **more)
    again = await heard(client, route, **more)
    path, body = route
    unstreamed = {key: value for key, value in more.items() if key != "stream_options"}
    later = (await client.post(path, json=body | unstreamed | {"stream": False})).json()

    (stored,) = telling.cache.stored
    assert text_of(events) == stored.text == text_of(again) == whole_text(route, later)
    assert finishes(route, events) == finishes(route, again) == [stored.finish]
    spent = sum((rung.usage for rung in stored.provenance.path), Usage())
    assert counted(route, events) == (spent.prompt_tokens, spent.completion_tokens)
    names = [name for name, _ in events]
    if route is NATIVE:
        assert (names[0], names[-1]) == ("draft.started", "draft.completed")
        assert names.count("draft.completed") == 1
        assert events[-1][1]["text"] == stored.text
        assert all(data["text"] for name, data in events if name == "delta")
    else:
        assert [data for _, data in events].count("[DONE]") == 1
        assert events[-1][1] == "[DONE]"
    return events


@pytest.mark.parametrize("story", ANSWERED.values(), ids=ANSWERED)
@pytest.mark.parametrize("route", STREAMS, ids=NAMES)
async def test_what_a_client_puts_together_is_the_answer(story: Story, route: Asked) -> None:
    """On every route, whatever happened on the way; to whom asks again, too."""
    telling = Telling(story)
    async with client_of(telling.assistant) as client:
        await told_and_found(route, client, telling)

    assert telling.cache.stored[0].text


@pytest.mark.parametrize("story", BOUNDED.values(), ids=BOUNDED)
@pytest.mark.parametrize("route", [CHAT, PLAIN], ids=["chat", "plain"])
async def test_what_bounds_a_text_does_so_on_every_route(story: Story, route: Asked) -> None:
    """Stop strings and limits count over all tiers."""
    sampling = story.request.sampling
    bounds: dict[str, object] = {"stop": list(sampling.stop)} if sampling.stop else {}
    if sampling.max_tokens is not None:
        bounds["max_tokens"] = sampling.max_tokens
    telling = Telling(story)
    async with client_of(telling.assistant) as client:
        await told_and_found(route, client, telling, **bounds)

    stored = telling.cache.stored[0]
    assert not any(stop in stored.text for stop in sampling.stop)
    kept = sum(rung.kept_tokens for rung in stored.provenance.path)
    assert sampling.max_tokens is None or kept == sampling.max_tokens
    assert stored.finish == ("length" if sampling.max_tokens else "stop")


@pytest.mark.parametrize("route", STREAMS, ids=NAMES)
async def test_a_stream_without_a_word_has_the_status_of_its_failure(route: Asked) -> None:
    """As the same request without a stream."""
    gone = TierUnavailable(tier="any", detail="gone")
    telling = Telling(Story(calls=((breaks(gone),), (breaks(gone),))))
    path, body = route
    async with client_of(telling.assistant) as client:
        streamed = await client.post(path, json=body)
        whole = await client.post(path, json=body | {"stream": False})

    assert streamed.status_code == whole.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    assert streamed.json()["error"]["code"] == whole.json()["error"]["code"]
    assert not telling.cache.stored


async def test_routes_tell_the_same_text_of_the_same_story() -> None:
    """The protocol is no part of it."""
    texts = set()
    for route in STREAMS:
        telling = Telling(ANSWERED["two takeovers"])
        async with client_of(telling.assistant) as client:
            texts.add(text_of(await heard(client, route)))

    assert len(texts) == 1
