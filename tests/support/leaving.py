"""A client that hangs up, as far below HTTP libraries as a cable that is pulled."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlsplit

import anyio

ROUTES: Final[dict[str, tuple[str, bool]]] = {
    "native": ("/v1/drafts", False),
    "native stream": ("/v1/drafts", True),
    "chat": ("/v1/chat/completions", False),
    "chat stream": ("/v1/chat/completions", True),
    "completions": ("/v1/completions", False),
    "completions stream": ("/v1/completions", True),
}
"""Every way to ask for a text: path, and whether it comes as a stream."""


def body_for(route: str, text: str) -> dict[str, Any]:
    """The body that asks for a text on that route."""
    path, stream = ROUTES[route]
    match path:
        case "/v1/drafts":
            asked: dict[str, Any] = {"task": "draft", "instruction": text}
        case "/v1/completions":
            asked = {"model": "draft-auto", "prompt": text}
        case _:
            asked = {"messages": [{"role": "user", "content": text}]}
    return asked | {"stream": True} if stream else asked


async def ask_and_leave(url: str, route: str, text: str, *, when: anyio.Event) -> None:
    """Sends the request and closes the connection once `when` is set."""
    path, _ = ROUTES[route]
    body = json.dumps(body_for(route, text)).encode()
    address = urlsplit(url)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    async with await anyio.connect_tcp(address.hostname or "", address.port or 0) as connection:
        await connection.send(head.encode() + body)
        await when.wait()
