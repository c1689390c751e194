"""A client that goes takes its work with it."""

from __future__ import annotations

from typing import Any

import anyio
import httpx2
import pytest

from support.server_app import ScriptedAssistant, client_of, http_settings

CHAT: dict[str, Any] = {"messages": [{"role": "user", "content": "hello"}]}
DRAFT: dict[str, Any] = {"task": "draft", "instruction": "a letter"}

FREED_WITHIN_S = 1.0
"""The promise to the engines behind: a hung-up request occupies none of them for longer."""


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/drafts", DRAFT),
        ("/v1/chat/completions", CHAT),
        ("/v1/chat/completions", CHAT | {"stream": True}),
    ],
    ids=["native", "chat", "stream-before-its-status"],
)
async def test_hanging_up_cancels_the_work(path: str, body: dict[str, Any]) -> None:
    """Plain replies too, which no framework cancels by itself."""
    assistant = ScriptedAssistant(waits=True)
    async with client_of(assistant) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(_post, client, path, body)
            await assistant.begun.wait()
            group.cancel_scope.cancel()
        with anyio.fail_after(FREED_WITHIN_S):
            await assistant.stopped.wait()
        metrics = await client.get("/metrics")

    assert f'inkladder_requests_total{{route="{path}",status="499"}} 1.0' in metrics.text


async def test_hanging_up_on_a_waiting_stream_cancels_the_work() -> None:
    """The status line and comments were sent; the text was not."""
    assistant = ScriptedAssistant(waits=True)
    impatient = http_settings(heartbeat_s=0.01, stream_start_s=0.01)
    async with client_of(assistant, impatient) as client:
        async with client.stream(
            "POST", "/v1/chat/completions", json=CHAT | {"stream": True}
        ) as reply:
            await anext(reply.aiter_raw())
        with anyio.fail_after(FREED_WITHIN_S):
            await assistant.stopped.wait()


async def _post(client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> None:
    await client.post(path, json=body)
