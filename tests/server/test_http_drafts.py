"""The native drafting API: everything asked arrives, everything known is told."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from assistant.types import (
    CacheControl,
    CacheInfo,
    DraftRequest,
    Edit,
    Length,
    Style,
)
from support.server_app import TRICKY, ScriptedAssistant, answer, client_of

EVERYTHING = {
    "task": "rewrite",
    "instruction": "calmer",
    "text": "It was a dark and stormy night.",
    "before": "Once.",
    "after": "The end.",
    "language": "en-GB",
    "audience": "children",
    "tone": "warm",
    "length": {"percent": 80, "tolerance": 0.1},
    "style": {"voice_samples": ["Oh."], "banned": ["utilize"], "glossary": {"night": "nightfall"}},
    "keep": ["names", "quotes"],
    "format": "markdown",
    "variants": 2,
    "labels": ["publish"],
    "deadline_ms": 900,
    "stream": False,
}


async def test_every_field_reaches_the_assistant() -> None:
    """Nothing a writer wishes is dropped on the way."""
    assistant = ScriptedAssistant()
    async with client_of(assistant) as client:
        reply = await client.post("/v1/drafts", json=EVERYTHING)

    assert reply.status_code == 200
    assert assistant.asked == [
        DraftRequest(
            task="rewrite",
            instruction="calmer",
            text="It was a dark and stormy night.",
            before="Once.",
            after="The end.",
            language="en-GB",
            audience="children",
            tone="warm",
            length=Length(percent=80, tolerance=0.1),
            style=Style(
                voice_samples=("Oh.",), banned=("utilize",), glossary=(("night", "nightfall"),)
            ),
            keep=("names", "quotes"),
            format="markdown",
            variants=2,
            labels=("publish",),
            deadline_ms=900,
        )
    ]


async def test_null_is_the_same_as_absent() -> None:
    """Clients that send every field with null for unset get the defaults."""
    assistant = ScriptedAssistant()
    body = dict.fromkeys(EVERYTHING) | {"task": "draft", "instruction": "a letter"}
    async with client_of(assistant) as client:
        await client.post("/v1/drafts", json=body)

    assert assistant.asked == [DraftRequest(task="draft", instruction="a letter")]


async def test_the_answer_tells_all_that_is_known() -> None:
    """Text, variants, diff, checks, provenance and usage come as they are in the library."""
    made = replace(
        answer("Hi.", variants=("Ho.",)),
        diff=(Edit(start=0, end=1, start_utf16=0, end_utf16=2, text="x"),),
    )
    async with client_of(ScriptedAssistant(answer=made)) as client:
        reply = await client.post("/v1/drafts", json={"task": "draft", "instruction": "x"})

    told = reply.json()
    wanted = asdict(made)
    assert list(told) == [
        "id",
        "text",
        "finish",
        "variants",
        "diff",
        "checks",
        "provenance",
        "usage",
    ]
    assert told["diff"] == list(wanted["diff"])
    assert told["variants"] == ["Ho."]
    assert told["usage"] == wanted["usage"]
    assert told["provenance"]["cost"] == wanted["provenance"]["cost"]
    assert [rung["decision"] for rung in told["provenance"]["path"]] == ["defer", "accept"]


@pytest.mark.parametrize("field", ["instruction", "text"])
async def test_every_script_survives_both_ways(field: str) -> None:
    """Joined emoji, CJK, curly quotes, astral letters and odd line ends are not touched."""
    assistant = ScriptedAssistant(answer=answer(TRICKY))
    async with client_of(assistant) as client:
        reply = await client.post("/v1/drafts", json={"task": "draft", field: TRICKY})

    assert getattr(assistant.asked[0], field) == TRICKY
    assert reply.json()["text"] == TRICKY


async def test_the_headers_tell_what_made_the_answer() -> None:
    """The same provenance in short, for logs of clients and for protocols without a place for it."""
    hit = CacheInfo(status="hit", age_s=12.7)
    made = answer()
    made = replace(
        made,
        provenance=replace(
            made.provenance, cache=hit, degraded=("below_bar", "cache_down"), route="crème"
        ),
    )
    async with client_of(ScriptedAssistant(answer=made)) as client:
        reply = await client.post("/v1/drafts", json={"task": "draft", "instruction": "x"})

    headers = {name: reply.headers[name] for name in reply.headers if name.startswith("x-c")}
    assert headers == {
        "x-cascade-id": "a1b2",
        "x-cascade-tier": "large",
        "x-cascade-model": "middle",
        "x-cascade-score": "0.812",
        "x-cascade-route": "cr%C3%A8me",
        "x-cascade-policy": "scripted@r1",
        "x-cascade-path": "draft:defer,large:accept",
        "x-cascade-cost-gpu-s": "0.25",
        "x-cascade-cost-usd": "0.00001",
        "x-cascade-degraded": "below_bar, cache_down",
        "x-cache": "hit; age=12",
    }
    assert reply.headers["age"] == "12"


async def test_cache_wishes_reach_the_assistant() -> None:
    """`Cache-Control` of the request is honoured by the cache, not by the server."""
    assistant = ScriptedAssistant()
    headers = {"cache-control": "no-store, max-age=60"}
    async with client_of(assistant) as client:
        await client.post("/v1/drafts", json=EVERYTHING, headers=headers)

    assert assistant.controls == [CacheControl(no_store=True, max_age_s=60)]
