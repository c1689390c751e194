"""Pages and plugins of listed origins may call; preflights need no key."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from support.server_app import ScriptedAssistant, client_of, http_settings

ASKING = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,x-stainless-os,anthropic-beta,x-Title,we!rd",
}
LOCKED = http_settings(api_keys=(SecretStr("right"),))


@pytest.mark.parametrize(
    "origin",
    [
        "app://obsidian.md",
        "capacitor://localhost",
        "http://localhost:5173",
        "onlyoffice://plugin",
    ],
)
async def test_a_preflight_is_answered_without_a_key(origin: str) -> None:
    """204, with the very headers that were asked for, even odd ones."""
    async with client_of(ScriptedAssistant(), LOCKED) as client:
        reply = await client.options("/v1/chat/completions", headers=ASKING | {"origin": origin})

    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == origin
    assert reply.headers["access-control-allow-headers"] == ASKING["access-control-request-headers"]
    assert "content-length" not in reply.headers


async def test_pages_may_reach_a_private_network_if_they_ask() -> None:
    """Chromium asks before a public page may call a machine at home."""
    headers = ASKING | {
        "origin": "app://obsidian.md",
        "access-control-request-private-network": "true",
    }
    async with client_of(ScriptedAssistant()) as client:
        reply = await client.options("/v1/drafts", headers=headers)

    assert reply.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:1/x", "xapp://obsidian.md", "null"]
)
async def test_other_origins_are_refused_in_the_usual_shape(origin: str) -> None:
    """Patterns match whole origins; a refusal allows nothing."""
    async with client_of(ScriptedAssistant()) as client:
        reply = await client.options("/v1/drafts", headers=ASKING | {"origin": origin})

    assert reply.status_code == 403
    assert reply.json()["error"]["code"] == "origin_denied"
    assert "access-control-allow-origin" not in reply.headers


async def test_error_replies_carry_the_headers_too() -> None:
    """Otherwise a page sees `network error` where it should read what is wrong."""
    headers = {"origin": "app://obsidian.md", "x-api-key": "right"}
    body = {"task": "draft", "instruction": "x"}
    settings = http_settings(api_keys=(SecretStr("right"),), max_body_bytes=500)
    async with client_of(ScriptedAssistant(error=ValueError("inside")), settings) as client:
        replies = [
            await client.get("/v1/models", headers=headers | {"x-api-key": "wrong"}),
            await client.get("/nothing", headers=headers),
            await client.post("/v1/drafts", json={}, headers=headers),
            await client.post("/v1/drafts", content=b" " * 501, headers=headers),
            await client.post("/v1/drafts", json=body, headers=headers),
        ]

    assert [reply.status_code for reply in replies] == [401, 404, 400, 413, 500]
    for reply in replies:
        assert reply.headers["access-control-allow-origin"] == "app://obsidian.md"
        assert "x-cascade-tier" in reply.headers["access-control-expose-headers"]
