"""A server that answers as a real SGLang server did: same status, headers and chunk borders.

The recordings are in `tests/contract/recordings/sglang.jsonl`; the prompt of the too long request
is shortened there. Recorded waiting times are not kept.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

_RECORDINGS = Path(__file__).parents[1] / "contract" / "recordings" / "sglang.jsonl"
_MAX_HEAD_BYTES = 65536
_TOO_LONG_CHARACTERS = 8000
"""Longer prompts do not fit the 2048 tokens of the recorded server."""

_HANG_UP_TOKENS = 1000
"""Whoever asks for so many tokens is expected to hang up early."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One response. `cut` ends the connection without the end of the body; `held` keeps it open."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    chunks: tuple[bytes, ...] = ()
    cut: bool = False
    held: bool = False

    def cut_after(self, chunks: int) -> Answer:
        """The same answer from a server that dies after so many chunks."""
        return replace(self, chunks=self.chunks[:chunks], cut=True)


def stream_of(*events: str) -> Answer:
    """A server-sent event stream with the given data lines, one chunk each."""
    headers = {"Content-Type": "text/event-stream; charset=utf-8", "Transfer-Encoding": "chunked"}
    return Answer(headers=headers, chunks=tuple(f"data: {event}\n\n".encode() for event in events))


def text_event(text: str, **choice: object) -> str:
    """One event with a piece of text, as SGLang words it."""
    fields: dict[str, object] = {
        "index": 0,
        "delta": {"content": text},
        "finish_reason": None,
    } | choice
    return json.dumps({"object": "chat.completion.chunk", "choices": [fields]}, ensure_ascii=False)


def _load() -> dict[str, Answer]:
    answers = {}
    for line in _RECORDINGS.read_text("utf-8").splitlines():
        recorded = json.loads(line)
        answers[recorded["case"]] = Answer(
            status=recorded["status"],
            headers=recorded["headers"],
            chunks=tuple(text.encode() for _, text in recorded["chunks"] if text),
            held="hang up" in recorded["case"],
        )
    return answers


RECORDED = _load()
"""The recorded answers by case."""


class SGLangReplay:
    """The running server. `script` answers go first, then recordings chosen by the request."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.script: deque[Answer] = deque()
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.hung_up = anyio.Event()

    async def serve(self, connection: SocketStream) -> None:
        """Answers one request and closes the connection."""
        async with connection:
            received = BufferedByteReceiveStream(connection)
            try:
                answer = self._choose(*await self._read_request(received))
                await self._send(connection, answer)
                if answer.held:
                    await received.receive()
            except (anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError):
                self.hung_up.set()

    async def _read_request(
        self, received: BufferedByteReceiveStream
    ) -> tuple[str, dict[str, Any]]:
        head = (await received.receive_until(b"\r\n\r\n", _MAX_HEAD_BYTES)).decode()
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await received.receive_exactly(int(headers.get("content-length", "0")))
        self.headers.append(headers)
        self.bodies.append(json.loads(body or b"{}"))
        return first.split(" ")[1], self.bodies[-1]

    def _choose(self, path: str, body: dict[str, Any]) -> Answer:
        if self.script:
            return self.script.popleft()
        return RECORDED["get health" if path == "/health" else self._case(body)]

    def _case(self, body: dict[str, Any]) -> str:
        if sum(len(message["content"]) for message in body["messages"]) > _TOO_LONG_CHARACTERS:
            return "chat too long stream"
        if body["max_tokens"] >= _HANG_UP_TOKENS:
            return "chat stream client hang up"
        if body["n"] > 1:
            return "chat stream n2"
        return (
            "chat continue stream" if "continue_final_message" in body else "chat stream logprobs"
        )

    async def _send(self, connection: SocketStream, answer: Answer) -> None:
        headers = answer.headers | {"Connection": "close"}
        lines = [f"HTTP/1.1 {answer.status} Recorded"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        await connection.send("\r\n".join([*lines, "", ""]).encode())
        chunked = headers.get("Transfer-Encoding") == "chunked"
        for chunk in answer.chunks:
            framed = b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk
            await connection.send(framed)
            await anyio.lowlevel.checkpoint()
        if chunked and not answer.cut and not answer.held:
            await connection.send(b"0\r\n\r\n")


@asynccontextmanager
async def sglang_replay() -> AsyncIterator[SGLangReplay]:
    """A replaying server on a free port of the loopback interface."""
    listeners = await anyio.create_tcp_listener(local_host="127.0.0.1")
    # The name is the one of anyio; nothing here is SQL.
    port = listeners.extra(SocketAttribute.local_port)  # noqa: S610
    server = SGLangReplay(f"http://127.0.0.1:{port}")
    async with listeners, anyio.create_task_group() as tasks:
        tasks.start_soon(listeners.serve, server.serve)
        yield server
        tasks.cancel_scope.cancel()
