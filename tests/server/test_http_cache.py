"""The cache as HTTP clients see it: wishes, headers, delivery, erasure, metrics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import anyio
import httpx2
import pytest

from assistant.cache.base import CacheReport, ShadowError, Stratum
from assistant.types import CacheInfo, CacheLevel
from support.server_app import ScriptedAssistant, answer, client_of, serving

DRAFT: dict[str, Any] = {"task": "draft", "instruction": "a letter"}
CHAT: dict[str, Any] = {"messages": [{"role": "user", "content": "a letter"}]}
PLAIN: dict[str, Any] = {"prompt": "It was"}
ROUTES = [
    ("/v1/drafts", DRAFT),
    ("/v1/chat/completions", CHAT),
    ("/v1/completions", PLAIN),
    ("/v1/chat/completions", CHAT | {"stream": True}),
    ("/v1/drafts", DRAFT | {"stream": True}),
]
NAMES = ["native", "chat", "plain", "stream", "native-stream"]


@pytest.mark.parametrize(("path", "body"), ROUTES, ids=NAMES)
async def test_another_text_can_be_asked_for_in_the_body(path: str, body: dict[str, Any]) -> None:
    """Editors can send a key more easily than a header."""
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        reply = await client.post(path, json=body | {"regenerate": True})
        await client.post(path, json=body)

    assert reply.status_code == 200
    assert "x-cascade-ignored" not in reply.headers
    assert [control.regenerate for control in assistant.controls] == [True, False]


@pytest.mark.parametrize(("path", "body"), ROUTES, ids=NAMES)
async def test_each_surface_is_told(path: str, body: dict[str, Any]) -> None:
    """What a repeat means depends on it."""
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        await client.post(path, json=body)

    assert assistant.controls[0].surface == ("native" if "drafts" in path else "openai")


@pytest.mark.parametrize(("path", "body"), ROUTES, ids=NAMES)
async def test_an_answer_that_was_sent_in_full_is_delivered(
    path: str, body: dict[str, Any]
) -> None:
    """From then on the same request is a repeat."""
    assistant = ScriptedAssistant(entry="where it lies")
    async with serving(assistant) as url:
        async with httpx2.AsyncClient(base_url=url) as client:
            await client.post(path, json=body)
        with anyio.fail_after(5):
            while not assistant.delivered_entries:
                await anyio.lowlevel.checkpoint()

    assert assistant.delivered_entries == ["where it lies"]


async def test_an_answer_that_nobody_waits_for_is_not_delivered() -> None:
    """Who sends the request again gets this text."""
    assistant = ScriptedAssistant(waits=True)
    async with client_of(assistant) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: client.post("/v1/chat/completions", json=CHAT))
            await assistant.begun.wait()
            group.cancel_scope.cancel()
        with anyio.fail_after(5):
            await assistant.stopped.wait()

    assert assistant.delivered_entries == []


@pytest.mark.parametrize(
    ("level", "more", "header"),
    [
        ("exact", {}, "hit; age=12; of=draft_1"),
        ("exact", {"joined": True}, "hit; age=12; of=draft_1; joined"),
        ("exact", {"stale": True}, "hit; age=12; of=draft_1; stale"),
        ("canonical", {}, "canonical; age=12; of=draft_1"),
        ("semantic", {}, "semantic; age=12; of=draft_1"),
    ],
)
async def test_the_header_says_how_a_text_was_found(
    level: CacheLevel, more: dict[str, bool], header: str
) -> None:
    """And which answer it repeats."""
    made = answer()
    told = replace(
        CacheInfo(status="hit", level=level, age_s=12.7, of="draft_1"),
        **more,  # type: ignore[arg-type]
    )
    made = replace(made, provenance=replace(made.provenance, cache=told))
    async with client_of(ScriptedAssistant(answer=made)) as client:
        reply = await client.post("/v1/drafts", json=DRAFT)

    assert reply.headers["x-cache"] == header
    assert reply.headers["age"] == "12"
    assert reply.json()["provenance"]["cache"]["level"] == level


async def test_a_draft_can_be_erased_by_its_id() -> None:
    """With an empty reply."""
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        reply = await client.delete("/v1/drafts/draft_1")

    assert (reply.status_code, reply.content) == (204, b"")
    assert assistant.forgotten == ["draft_1"]


async def test_the_metrics_tell_what_was_saved() -> None:
    """By the tiers that wrote the stored text, and the level that found it."""
    made = answer()
    hit = CacheInfo(status="hit", level="canonical", age_s=1.0)
    made = replace(made, provenance=replace(made.provenance, cache=hit))
    async with client_of(ScriptedAssistant(answer=made)) as client:
        await client.post("/v1/drafts", json=DRAFT)
        lines = (await client.get("/metrics")).text.splitlines()

    assert 'inkladder_cache_lookups_total{level="canonical",reason="",status="hit"} 1.0' in lines
    assert 'inkladder_cache_saved_tokens_total{kind="completion",tier="large"} 7.0' in lines
    assert 'inkladder_cache_saved_gpu_seconds_total{tier="large"} 0.25' in lines


async def test_the_metrics_tell_what_the_cache_counted() -> None:
    """Refusals, flights, and the error of similar hits with its bound."""
    report = CacheReport(
        rejections={"number": 3},
        refused_writes={"time": 2},
        flights={"joined": 9},
        shadow={
            Stratum(task="draft", language="en"): ShadowError(
                seen=40, wrong=1, bound=0.12, serving=False
            )
        },
        stale=4,
        breaker="open",
    )
    async with client_of(ScriptedAssistant(report_of=report)) as client:
        lines = (await client.get("/metrics")).text.splitlines()

    assert set(lines) >= {
        'inkladder_cache_rejections_total{reason="number"} 3.0',
        'inkladder_cache_refused_writes_total{reason="time"} 2.0',
        'inkladder_cache_flights_total{role="joined"} 9.0',
        "inkladder_cache_stale_total 4.0",
        "inkladder_cache_breaker_open 1.0",
        'inkladder_cache_semantic_seen_total{language="en",task="draft"} 40.0',
        'inkladder_cache_semantic_wrong_total{language="en",task="draft"} 1.0',
        'inkladder_cache_semantic_error_bound{language="en",task="draft"} 0.12',
        'inkladder_cache_semantic_serving{language="en",task="draft"} 0.0',
    }
