"""A real server on loopback that answers as SGLang and as our server do, as fast as it can."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

PROMPT_TOKENS = 7
"""What every chat prompt is said to have."""


@dataclass(kw_only=True)
class MeasuredEngine:
    """What the server says and does; change it before a request. `bodies` holds what was asked.

    `recorded` answers go first: content type and body by path.
    """

    model: str = "google/gemma-4-12B-it"
    version: str = "0.5.17"
    accelerator: str | None = "NVIDIA H200"
    quantization: str | None = None
    load_format: str = "dummy"
    num_accelerators: int = 1
    dp_size: int = 1
    max_running: int = 64
    tokens_left_out: int = 0
    cached_tokens: int = 0
    logprobs_left_out: int = 0
    refusal: tuple[int, dict[str, Any]] | None = None
    error_event: dict[str, Any] | None = None
    garbage: bool = False
    busy: bool = False
    cascade: dict[str, Any] | None = None
    short_answers: int = 0
    api_key: str | None = None
    recorded: dict[str, tuple[str, str]] = field(default_factory=dict)
    url: str = ""
    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def asked(self, path: str) -> list[dict[str, Any]]:
        """The bodies sent to a path."""
        return [body for where, body in self.bodies if where == path]

    def app(self) -> Starlette:
        """The routes."""
        handlers = {
            "/server_info": self._server_info,
            "/v1/loads": self._loads,
            "/flush_cache": self._flush,
            "/generate": self._generate,
            "/v1/chat/completions": self._chat,
            "/completion": self._generate,
        }
        methods = ["GET", "POST"]
        routes = [
            Route(path, self._or_recorded(at), methods=methods) for path, at in handlers.items()
        ]
        return Starlette(routes=routes)

    def _or_recorded(self, handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            if request.url.path in self.recorded:
                content_type, body = self.recorded[request.url.path]
                return Response(body, headers={"content-type": content_type})
            return await handler(request)

        return answer

    async def _server_info(self, request: Request) -> Response:
        if self.garbage:
            return PlainTextResponse("hello")
        if self.api_key and request.headers.get("authorization") != f"Bearer {self.api_key}":
            return JSONResponse({"error": "Unauthorized"}, 401)
        return JSONResponse(
            {
                "model_path": "models/some-folder",
                "served_model_name": self.model,
                "quantization": self.quantization,
                "load_format": self.load_format,
                "max_running_requests": self.max_running,
                "dp_size": self.dp_size,
                "version": self.version,
            }
        )

    async def _loads(self, _: Request) -> Response:
        rank = {"dp_rank": 0, "num_running_reqs": 0, "max_running_requests": self.max_running}
        told = {"version": self.version, "accelerator": self.accelerator}
        loads = [rank | {"dp_rank": index} for index in range(self.dp_size)]
        return JSONResponse(told | {"num_accelerators": self.num_accelerators, "loads": loads})

    async def _flush(self, _: Request) -> Response:
        self.bodies.append(("/flush_cache", {}))
        if self.busy:
            return PlainTextResponse("Flush cache failed.", 400)
        return PlainTextResponse("Cache flushed.\n")

    async def _generate(self, request: Request) -> Response:
        body = await self._taken("/generate", request)
        if self.refusal is not None:
            return JSONResponse(self.refusal[1], self.refusal[0])
        wanted = body["sampling_params"]["max_new_tokens"] - self.tokens_left_out
        if not body.get("stream"):
            return JSONResponse(self._whole(body, wanted))
        events = [self.error_event] if self.error_event else self._repeating(body, wanted)
        return _stream([*events, None])

    def _repeating(self, body: dict[str, Any], wanted: int) -> list[dict[str, Any]]:
        """Each event holds all tokens so far, as a server started without a tokenizer sends them."""
        return [self._whole(body, count, last=count == wanted) for count in range(1, wanted + 1)]

    def _whole(self, body: dict[str, Any], written: int, *, last: bool = True) -> dict[str, Any]:
        info: dict[str, Any] = {
            "id": "0123456789abcdef",
            "finish_reason": {"type": "length", "length": written} if last else None,
            "prompt_tokens": len(body["input_ids"]),
            "completion_tokens": written,
            "cached_tokens": self.cached_tokens,
        }
        if body["return_logprob"]:
            info["output_token_logprobs"] = [[-0.5, 11, None]] * written
            start = body.get("logprob_start_len", -1)
            told = 0 if start < 0 else len(body["input_ids"]) - start - 1 - self.logprobs_left_out
            info["input_token_logprobs"] = [[None, 7, None]] * (start >= 0) + [
                [-2.5, 8, None]
            ] * told
        return {"output_ids": [11] * written, "meta_info": info}

    async def _chat(self, request: Request) -> Response:
        body = await self._taken("/v1/chat/completions", request)
        if self.refusal is not None:
            return JSONResponse(self.refusal[1], self.refusal[0])
        if self.error_event is not None:
            return _stream([self.error_event, None])
        answers = len(self.asked("/v1/chat/completions"))
        short = answers <= self.short_answers
        written = body["max_tokens"] // 2 if short else body["max_tokens"]
        role = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
        events: list[dict[str, Any] | None] = [{"choices": [role], "usage": None}]
        for index in range(written):
            choice = {"index": 0, "delta": {"content": "word "}, "finish_reason": None}
            event: dict[str, Any] = {"choices": [choice], "usage": None}
            if self.cascade is not None and index == written - 1:
                event["x_cascade"] = self.cascade
            events.append(event)
        usage = {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": written}
        return _stream([*events, {"choices": [], "usage": usage}, None])

    async def _taken(self, path: str, request: Request) -> dict[str, Any]:
        body: dict[str, Any] = await request.json()
        self.bodies.append((path, body))
        self.headers.append(dict(request.headers))
        return body


def _stream(events: list[dict[str, Any] | None]) -> Response:
    def framed() -> Iterator[bytes]:
        for event in events:
            data = "[DONE]" if event is None else json.dumps(event)
            yield f"data: {data}\n\n".encode()

    # One chunk of the body an event, as from an engine that writes token by token.
    return StreamingResponse(framed(), media_type="text/event-stream")


@contextmanager
def measured_engine(engine: MeasuredEngine | None = None) -> Iterator[MeasuredEngine]:
    """The running server, in a thread of its own, so that commands can be tested against it."""
    running = engine or MeasuredEngine()
    config = uvicorn.Config(running.app(), log_config=None, access_log=False, lifespan="off")
    server = _Server(config)
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        # Early clients wait in the backlog until uvicorn accepts them.
        listening.listen()
        running.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield running
        finally:
            server.leave()
            thread.join()


class _Server(uvicorn.Server):
    """Leaves at once when told to, where uvicorn looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._running = threading.Event()

    def leave(self) -> None:
        """From another thread."""
        self._running.wait()
        self._loop.call_soon_threadsafe(self._leaving.set)

    async def main_loop(self) -> None:
        self._loop, self._leaving = asyncio.get_running_loop(), asyncio.Event()
        self._running.set()
        await self._leaving.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
