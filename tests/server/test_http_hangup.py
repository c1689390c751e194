"""A client that goes takes its work with it, wherever that is, and nobody else's."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import anyio
import httpx2
import pytest

from support.event_streams import text_of
from support.held_tiers import TEXTS, HeldCascade, holding
from support.leaving import ROUTES, ask_and_leave, body_for
from support.server_app import ScriptedAssistant, client_of, http_settings, serving
from support.waiting import until

FREED_WITHIN_S = 1.0
"""The promise to the engines behind: a hung-up request occupies none of them for longer."""

STREAMS = [route for route, (_, stream) in ROUTES.items() if stream]

POINTS = [("draft", 0), ("draft", 27), ("large", 0), ("large", 16), ("best", 0), ("best", 5)]
"""Before the first word of a tier, and in the midst of its text: the first one has released two sentences
of a stream by then, the second one another."""


_GOOD = {name: text.strip().split(" An ugly")[0] for name, text in TEXTS.items()}
STREAMED = " ".join(_GOOD.values())
"""What a reader of a stream is told: what each of the three tiers wrote well."""


@pytest.mark.parametrize("route", ROUTES)
async def test_hanging_up_is_counted_as_such(route: str) -> None:
    """With nginx's status for it; plain replies too, which no framework cancels by itself."""
    path, _ = ROUTES[route]
    assistant = ScriptedAssistant(waits=True)
    async with client_of(assistant) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(_post, client, route)
            await assistant.begun.wait()
            group.cancel_scope.cancel()
        with anyio.fail_after(FREED_WITHIN_S):
            await assistant.stopped.wait()
        metrics = await client.get("/metrics")

    assert f'inkladder_requests_total{{route="{path}",status="499"}} 1.0' in metrics.text


@pytest.mark.parametrize("route", STREAMS)
async def test_hanging_up_on_a_waiting_stream_cancels_the_work(route: str) -> None:
    """The status line and comments were sent; the text was not."""
    path, _ = ROUTES[route]
    assistant = ScriptedAssistant(waits=True)
    impatient = http_settings(heartbeat_s=0.01, stream_start_s=0.01)
    async with client_of(assistant, impatient) as client:
        async with client.stream("POST", path, json=body_for(route, "a letter")) as reply:
            await anext(reply.aiter_raw())
        with anyio.fail_after(FREED_WITHIN_S):
            await assistant.stopped.wait()


@pytest.mark.parametrize(("route", "point"), list(product(ROUTES, POINTS)))
async def test_every_engine_is_free_soon_after_a_hang_up(
    route: str, point: tuple[str, int]
) -> None:
    """By any route, while any tier writes, before its first word or in the midst of its text."""
    name, token = point
    cascade = HeldCascade()
    tier = cascade.tiers[name]
    async with serving(cascade.assistant) as url:
        text = holding(name, token, number=1)
        await ask_and_leave(url, route, text, when=tier.reached[1])
        with anyio.fail_after(FREED_WITHIN_S):
            await cascade.idle()

    assert len(tier.requests) == tier.aborted == 1
    above = list(TEXTS)[list(TEXTS).index(name) + 1 :]
    assert not any(cascade.tiers[later].requests for later in above)


@pytest.mark.parametrize(("route", "name"), list(product(ROUTES, TEXTS)))
async def test_who_asked_for_the_same_gets_its_text_all_the_same(route: str, name: str) -> None:
    """The first to ask leaves in the midst of a tier's text, which goes on for the other."""
    path, stream = ROUTES[route]
    cascade = HeldCascade()
    tier = cascade.tiers[name]
    text = holding(name, 5, number=1)
    texts: list[str] = []

    async def stay() -> None:
        # Not by the client's own reader of events, which asks for a text that is not shared.
        reply = await client.post(path, json=body_for(route, text))
        texts.append(text_of(_events(reply.text)) if stream else _text(reply.json()))

    async with client_of(cascade.assistant) as client, anyio.create_task_group() as group:
        url = str(client.base_url)
        left = anyio.Event()

        async def leave() -> None:
            await ask_and_leave(url, route, text, when=left)

        group.start_soon(leave)
        await tier.reached[1].wait()
        group.start_soon(stay)
        await until(lambda: bool(cascade.assistant.cache_report().flights["joined"]))
        left.set()
        # A request is counted when it is over, the other one still waits.
        counted = f'inkladder_requests_total{{route="{path}"'
        while counted not in (await client.get("/metrics")).text:
            pass
        tier.released[1].set()

    assert [one.strip() for one in texts] == [STREAMED if stream else TEXTS["best"].strip()]
    assert [len(cascade.tiers[one].requests) for one in TEXTS] == [1, 1, 1]


async def _post(client: httpx2.AsyncClient, route: str) -> None:
    path, _ = ROUTES[route]
    await client.post(path, json=body_for(route, "a letter"))


def _events(body: str) -> list[tuple[str, Any]]:
    """The events of a stream by name, `message` where they have none; the last line of OpenAI's is none."""
    found = []
    for block in body.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if fields.get("data", "").startswith("{"):
            found.append((fields.get("event", "message"), json.loads(fields["data"])))
    return found


def _text(reply: dict[str, Any]) -> str:
    """The text of a whole reply."""
    if "choices" not in reply:
        return str(reply["text"])
    choice = reply["choices"][0]
    return str(choice["text"] if "text" in choice else choice["message"]["content"])
