"""Streams of the three writing routes: what is asked, what happens meanwhile, and what a client reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2

from assistant.types import (
    CheckFailed,
    CheckResult,
    Delta,
    Event,
    Rung,
    RungJudged,
    SegmentAccepted,
    TierStarted,
)
from support.server_app import http_settings

NATIVE: tuple[str, dict[str, Any]] = (
    "/v1/drafts",
    {"task": "draft", "instruction": "a letter", "stream": True},
)
CHAT: tuple[str, dict[str, Any]] = (
    "/v1/chat/completions",
    {"messages": [{"role": "user", "content": "hello"}], "stream": True},
)
PLAIN: tuple[str, dict[str, Any]] = ("/v1/completions", {"prompt": "It was", "stream": True})

STREAMS = (NATIVE, CHAT, PLAIN)
NAMES = ("native", "chat", "plain")

IMPATIENT = http_settings(heartbeat_s=0.01, stream_start_s=0.01)
"""Comment lines come at once, so that tests need not wait for them."""

BEGINNING, MIDDLE, ENDING = "A quiet harbour. ", "Boats at dawn, ", "under fog."
TOLD = BEGINNING + MIDDLE + ENDING
"""The text of a takeover."""

TAKEOVER: Sequence[Event] = (
    TierStarted(tier="draft", model="tiny/writer-1B", rung=0),
    Delta(text=BEGINNING),
    SegmentAccepted(tier="draft", index=0, start=0, end=16, tokens=4, score=0.75),
    CheckFailed(
        tier="draft", check=CheckResult(name="loop", passed=False, evidence="'boats' 9 times")
    ),
    RungJudged(
        rung=Rung(tier="draft", model="tiny/writer-1B", decision="defer", reason="failed_check")
    ),
    TierStarted(tier="large", model="middle", rung=1, how="continue", reason="failed_check"),
    Delta(text=MIDDLE),
    Delta(text=ENDING),
    RungJudged(rung=Rung(tier="large", model="middle", decision="accept", reason="score_ok")),
)
"""A draft's beginning is kept and its rest is not: the next tier goes on, ungated."""


async def heard(
    client: httpx2.AsyncClient, asked: tuple[str, dict[str, Any]], **more: object
) -> list[tuple[str, Any]]:
    """The events of a stream by name, `message` where they have none, as a client's parser reads them."""
    path, body = asked
    async with client.sse(path, method="POST", json=body | more) as source:
        return [(event.event, _data(event.data)) async for event in source]


def text_of(events: Sequence[tuple[str, Any]], *, index: int = 0) -> str:
    """The text of one choice, joined, whatever the protocol."""
    return "".join(_text(data, index) for name, data in events if name in ("message", "delta"))


def _data(data: str) -> Any:  # noqa: ANN401 - JSON
    return data if data == "[DONE]" else json.loads(data)


def _text(data: Any, index: int) -> str:  # noqa: ANN401 - JSON
    if data == "[DONE]" or "error" in data:
        return ""
    if "choices" not in data:
        return str(data["text"])
    return "".join(
        choice.get("text") or choice.get("delta", {}).get("content") or ""
        for choice in data["choices"]
        if choice["index"] == index
    )
