"""A small program in the place of SGLang: writes words at an even pace, counts what runs and waits.

Run as a script by `prove_command`; it takes the port and how many requests run at once.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from deploy.gpu.prove.scene import GOOD_TEXT

QUEUED = 4
TOKEN_S = 0.025
"""Of a story; anything else is written as fast as it can be sent."""

LONG_TOKENS = 30
"""A story: a second of writing, so that there is time to leave in the middle."""

TALE_TOKENS = 2 * len(GOOD_TEXT.split())
"""The good text twice: time to be stopped in the middle, and for another to go on."""

LONGEST_RECORDED = 400
"""Tokens written to given ids: ten seconds, so that who asks for more is sure to have left."""

WORDS = tuple(GOOD_TEXT.split())
SHORT_TOKENS = 16

NEIGHBOURS = set(itertools.pairwise(sum(map(ord, word)) for word in GOOD_TEXT.split()))
"""Tokens that follow one another in the good text: these are likely."""

FULL = {"object": "error", "message": "The request queue is full.", "type": "503", "code": 503}


class Engine:
    """What runs and waits at one server, and which prompts it has read."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._slots = asyncio.Semaphore(capacity)
        self.running = 0
        self.waiting = 0
        self._read: list[str] = []

    @property
    def full(self) -> bool:
        """Whether one more request is one too many."""
        return self.running + self.waiting >= self._capacity + QUEUED

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place among those that run."""
        self.waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self.waiting -= 1
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._slots.release()

    def cached(self, prompt: str) -> int:
        """Words that the prompt shares with the beginning of one that was read before."""
        words = prompt.split()
        shared = [_shared(words, known.split()) for known in self._read]
        self._read.append(prompt)
        return max(shared, default=0)


def _shared(one: list[str], other: list[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def app_of(engine: Engine) -> Starlette:
    """The server."""

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("")

    async def loads(_: Request) -> Response:
        rank = {"num_running_reqs": engine.running, "num_waiting_reqs": engine.waiting}
        return JSONResponse({"version": "0.5.17", "accelerator": "NVIDIA H200", "loads": [rank]})

    async def tokenize(request: Request) -> Response:
        body = await request.json()
        *before, last = [f"{each['role']} {each['content']}" for each in body["messages"]]
        continued = body.get("continue_final_message")
        text = " ".join([*before, "assistant", last.removeprefix("assistant ")])
        words = text if continued else " ".join([*before, last, "assistant"])
        ids = [sum(map(ord, word)) for word in words.split()]
        return JSONResponse({"tokens": ids, "count": len(ids), "max_model_len": 4096})

    async def generate(request: Request) -> Response:
        body = await request.json()
        if body.get("stream"):
            return _events(_paced(engine, _written(body)))
        ids = body["input_ids"][body["logprob_start_len"] :]
        told: list[list[object]] = [
            [-0.5 if pair in NEIGHBOURS else -3.0, pair[1], None]
            for pair in zip([0, *ids], ids, strict=False)
        ]
        told[0][0] = None
        meta = {"prompt_tokens": len(body["input_ids"]), "input_token_logprobs": told}
        meta |= {"completion_tokens": 1, "cached_tokens": 0, "output_token_logprobs": []}
        return JSONResponse({"text": "x", "output_ids": [7], "meta_info": meta})

    async def chat(request: Request) -> Response:
        if engine.full:
            return _events(_said([json.dumps({"error": FULL})]))
        body = await request.json()
        return _events(_paced(engine, _chunks(engine, body)))

    routes = [Route(path, healthy) for path in ("/health", "/health_generate", "/metrics")]
    routes += [Route("/v1/loads", loads), Route("/server_info", loads)]
    routes += [
        Route("/v1/tokenize", tokenize, methods=["POST"]),
        Route("/generate", generate, methods=["POST"]),
        Route("/v1/chat/completions", chat, methods=["POST"]),
    ]
    return Starlette(routes=routes)


def _written(body: dict[str, Any]) -> list[str]:
    """As SGLang writes to given ids: each event holds all that was written so far."""
    tokens = body["sampling_params"]["max_new_tokens"]
    meta = {"finish_reason": None, "prompt_tokens": len(body["input_ids"]), "cached_tokens": 0}
    return [
        json.dumps(
            {"text": "w" * n, "output_ids": [7] * n, "meta_info": meta | {"completion_tokens": n}}
        )
        for n in range(1, min(tokens, LONGEST_RECORDED) + 1)
    ]


def _chunks(engine: Engine, body: dict[str, Any]) -> list[str]:
    prompt = " ".join(message["content"] for message in body["messages"])
    written = _begun(body)
    words = [f" {WORDS[at % len(WORDS)]}" for at in range(written, written + _length(prompt))]
    words = words[: body.get("max_tokens") or TALE_TOKENS]
    read = len(prompt.split())
    chunks = [_chunk({"role": "assistant", "content": ""}, None, None)]
    for at, word in enumerate(words, start=1):
        logprob = {"token": word, "logprob": -0.4, "bytes": None}
        logprob["top_logprobs"] = [{"token": word, "logprob": -0.4, "bytes": None}]
        told = {"content": [logprob]}
        chunks.append(_chunk({"content": word}, told, None, usage=_usage(read, at)))
    chunks.append(_chunk({}, None, "stop"))
    details = {"prompt_tokens_details": {"cached_tokens": engine.cached(prompt)}}
    usage = _usage(read, len(words)) | details
    return [*chunks, json.dumps({"id": "x", "choices": [], "usage": usage})]


def _length(prompt: str) -> int:
    if "tale" in prompt:
        return TALE_TOKENS
    return LONG_TOKENS if "story" in prompt else SHORT_TOKENS


def _begun(body: dict[str, Any]) -> int:
    """Words of the text that are there already: what follows them is written."""
    if not body.get("continue_final_message"):
        return 0
    return len(body["messages"][-1]["content"].split())


def _usage(read: int, written: int) -> dict[str, Any]:
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _chunk(
    delta: dict[str, Any], logprobs: object, finish: str | None, *, usage: object = None
) -> str:
    """As with `continuous_usage_stats`: the counts so far stand beside each piece of text."""
    choice = {"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
    chunk = {"id": "x", "object": "chat.completion.chunk", "choices": [choice], "usage": usage}
    return json.dumps(chunk)


async def _paced(engine: Engine, events: list[str]) -> AsyncIterator[str]:
    async with engine.place():
        for event in events:
            await asyncio.sleep(TOKEN_S if len(events) > LONG_TOKENS else 0)
            yield f"data: {event}\n\n"
    yield "data: [DONE]\n\n"


async def _said(events: list[str]) -> AsyncIterator[str]:
    for event in [*events, "[DONE]"]:
        yield f"data: {event}\n\n"


def _events(events: AsyncIterator[str]) -> Response:
    return StreamingResponse(events, media_type="text/event-stream")


async def main(port: int, capacity: int) -> None:
    """Serves until it is ended."""
    app = app_of(Engine(capacity))
    await uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning")).serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
