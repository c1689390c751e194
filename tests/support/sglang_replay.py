"""A server that answers as a real SGLang server did: same status, headers and chunk borders.

Tokens and scores of given texts are made up by `sglang_scores`, in the recorded shape. The recordings are
in `tests/contract/recordings`: `sglang.jsonl` of chats, where the prompt of the too long request is
shortened, and `sglang-read.jsonl` of given texts, where streams have their first two events and the last.
Recorded waiting times are not kept. No recording asked for `continuous_usage_stats`: who does gets the
counts that SGLang 0.5.17 puts beside each piece of text then (`serving_chat.py`), as far as the recording
tells them at its end.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from support.sglang_scores import made_up
from support.waiting import until

_RECORDINGS = Path(__file__).parents[1] / "contract" / "recordings"
_FILES = ("sglang.jsonl", "sglang-read.jsonl")
_MAX_HEAD_BYTES = 65536
_TOO_LONG_CHARACTERS = 8000
"""Longer prompts do not fit the 2048 tokens of the recorded server."""

_HANG_UP_TOKENS = 1000
"""Whoever asks for so many tokens is expected to hang up early."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One response. `cut` ends the connection without the end of the body.

    `held` keeps it open until the client says something more, or leaves; that gets no answer.
    """

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


def json_of(value: object, *, status: int = 200) -> Answer:
    """A whole answer that is not streamed."""
    body = json.dumps(value).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return Answer(status=status, headers=headers, chunks=(body,))


def loads_of(running: int, waiting: int) -> Answer:
    """What a server with so many requests says of its load."""
    rank = {"num_running_reqs": running, "num_waiting_reqs": waiting}
    return json_of({"version": "0.5.17", "loads": [{"dp_rank": 0, **rank}]})


def text_event(text: str, **choice: object) -> str:
    """One event with a piece of text, as SGLang words it."""
    fields: dict[str, object] = {
        "index": 0,
        "delta": {"content": text},
        "finish_reason": None,
    } | choice
    return json.dumps({"object": "chat.completion.chunk", "choices": [fields]}, ensure_ascii=False)


def counting_on(answer: Answer) -> Answer:
    """The same answer where each piece of text stands beside the tokens so far, if its end tells them."""
    events = [_event(chunk) for chunk in answer.chunks]
    last = next((event for event in events if event.get("usage") and not event["choices"]), None)
    if last is None:
        return answer
    told = {key: last["usage"][key] for key in ("prompt_tokens", "prompt_tokens_details")}
    written: Counter[int] = Counter()
    chunks = []
    for chunk, event in zip(answer.chunks, events, strict=True):
        pieces = [one for one in event.get("choices", ()) if one["delta"].get("content")]
        for piece in pieces:
            written[piece["index"]] += 1
            event["usage"] = {**told, "completion_tokens": written[piece["index"]]}
        chunks.append(f"data: {json.dumps(event)}\n\n".encode() if pieces else chunk)
    return replace(answer, chunks=tuple(chunks))


def _event(chunk: bytes) -> dict[str, Any]:
    data = chunk.decode().removeprefix("data: ").strip()
    return dict(json.loads(data)) if data.startswith("{") else {}


def body_of(answer: Answer) -> bytes:
    """The whole body."""
    return b"".join(answer.chunks)


def _recordings() -> list[dict[str, Any]]:
    lines = [
        line for name in _FILES for line in (_RECORDINGS / name).read_text("utf-8").splitlines()
    ]
    return [json.loads(line) for line in lines]


def _answer(recorded: dict[str, Any]) -> Answer:
    return Answer(
        status=recorded["status"],
        headers=recorded["headers"],
        chunks=tuple(text.encode() for _, text in recorded["chunks"] if text),
        held="hang up" in recorded["case"],
    )


RECORDED = {recorded["case"]: _answer(recorded) for recorded in _recordings()}
"""The recorded answers by case."""

ASKED: dict[str, dict[str, Any]] = {
    recorded["case"]: recorded["request"] for recorded in _recordings() if recorded["request"]
}
"""The bodies that they answered, by case."""


class SGLangReplay:
    """The running server. `script` answers go first, then recordings chosen by the request.

    Only POST requests are kept in `bodies` and `headers` and use up the script; the questions about
    health and load have an answer each and are counted. `told` is set when a held answer has said all it
    has to say, `hung_up` when a client has left one; `writing` counts those in between.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.script: deque[Answer] = deque()
        self.health = RECORDED["get health"]
        self.loads = RECORDED["get v1/loads"]
        self.asked: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.connections = 0
        self.open_connections = 0
        self.writing = 0
        self.told = anyio.Event()
        self.hung_up = anyio.Event()

    async def serve(self, connection: SocketStream) -> None:
        """Answers requests until an answer leaves the connection in no state for another."""
        self.connections += 1
        self.open_connections += 1
        try:
            async with connection:
                received = BufferedByteReceiveStream(connection)
                with suppress(anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError):
                    while True:
                        answer = self._choose(*await self._read_request(received))
                        if not await self._answered(connection, received, answer):
                            break
        finally:
            self.open_connections -= 1

    async def idle(self) -> None:
        """Returns once it writes no text, nor keeps a connection open for one."""
        await until(lambda: not self.writing)

    async def _answered(
        self, connection: SocketStream, received: BufferedByteReceiveStream, answer: Answer
    ) -> bool:
        try:
            await self._send(connection, answer)
            if answer.held:
                self.writing += 1
                self.told.set()
                try:
                    await received.receive()
                finally:
                    self.writing -= 1
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            self.hung_up.set()
            return False
        return not answer.cut and not answer.held

    async def _read_request(
        self, received: BufferedByteReceiveStream
    ) -> tuple[str, dict[str, Any] | None]:
        head = (await received.receive_until(b"\r\n\r\n", _MAX_HEAD_BYTES)).decode()
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await received.receive_exactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        path = target.partition("?")[0]
        if method == "GET":
            return path, None
        self.headers.append(headers)
        self.paths.append(path)
        self.bodies.append(json.loads(body))
        return path, self.bodies[-1]

    def _choose(self, path: str, body: dict[str, Any] | None) -> Answer:
        if body is None:
            self.asked[path] += 1
            return self.health if path == "/health" else self.loads
        if self.script:
            return self.script.popleft()
        if path != "/v1/chat/completions":
            return json_of(made_up(path, body))
        recorded = RECORDED[self._case(body)]
        wanted = (body.get("stream_options") or {}).get("continuous_usage_stats")
        return counting_on(recorded) if wanted else recorded

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
        lines = [f"HTTP/1.1 {answer.status} Recorded"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        await connection.send("\r\n".join([*lines, "", ""]).encode())
        chunked = answer.headers.get("Transfer-Encoding") == "chunked"
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
