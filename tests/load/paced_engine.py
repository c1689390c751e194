"""An engine without a card: SGLang's event streams at the pace that was measured on a real one.

Run as `paced_engine.py MODEL CARD` it serves on a free port, which is its first line of output, until it is terminated.
It steps as a GPU engine does: a batch of prompts is read while all texts stand still, then every text
grows by one token at the same moment. A real server spreads those tokens over some milliseconds by its
own work on them; here they come at once, which is harder on whoever reads them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.economics.measured import shipped_table

PREFILL_TOKENS = 8192
"""Read in one step at most: SGLang's own choice for cards of this size (chunked_prefill_size)."""

MAX_RUNNING = 64
"""More is not measured."""

_LOGPROB, _RUNNER_UP = -0.53125, -2.03125
_PROMPT = re.compile(rb'"content":\s*"((?:[^"\\]|\\.)*)"')
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_MAX_TOKENS = re.compile(rb'"max_tokens":\s*(\d+)')
_HEAD_END = b"\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nserver: uvicorn\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds until a batch of prompts of so many tokens each is read, and of one step of so many texts."""

    prefill_s: Callable[[float, int], float]
    step_s: Callable[[int], float]


@dataclass(eq=False, slots=True, kw_only=True)
class Stream:
    """One text on its way; `send` writes to its client, `left` tokens are to come."""

    send: Callable[[bytes], None]
    prompt_tokens: int
    tokens: int
    left: int
    gone: bool = False


class Engine:
    """The steps; what they send is made beforehand."""

    def __init__(self, pace: Pace, words: list[str], *, model: str) -> None:
        self.model = model
        self._pace = pace
        self._frames = [_token_frame(word, model) for word in words]
        self._begin = _STREAM_HEAD + _frame(_chunk({"role": "assistant", "content": ""}, model))
        self._waiting: deque[Stream] = deque()
        self._running: list[Stream] = []
        self._wanted = asyncio.Event()

    def add(self, stream: Stream) -> None:
        """Queues a text."""
        self._waiting.append(stream)
        self._wanted.set()

    def loads(self) -> dict[str, int]:
        """How many texts are written and how many wait."""
        return {"num_running_reqs": len(self._running), "num_waiting_reqs": len(self._waiting)}

    async def run(self) -> None:
        """Steps by a clock of its own: a late step does not make the next one late."""
        loop = asyncio.get_running_loop()
        due_s = 0.0
        while True:
            if not self._waiting and not self._running:
                self._wanted.clear()
                await self._wanted.wait()
                due_s = loop.time()
            batch = self._next_batch()
            if batch:
                tokens = sum(stream.prompt_tokens for stream in batch) / len(batch)
                due_s += self._pace.prefill_s(tokens, len(batch))
            else:
                due_s += self._pace.step_s(len(self._running))
            await asyncio.sleep(due_s - loop.time())
            for stream in batch:
                stream.send(self._begin)
            self._running = [stream for stream in self._running if not stream.gone]
            self._write(batch or self._running)
            # Reading a prompt yields the first token; the other texts stood still.
            self._running = [s for s in (*self._running, *batch) if s.left and not s.gone]

    def _next_batch(self) -> list[Stream]:
        batch: list[Stream] = []
        room = PREFILL_TOKENS
        while self._waiting and len(self._running) + len(batch) < MAX_RUNNING:
            room -= self._waiting[0].prompt_tokens
            if batch and room < 0:
                break
            batch.append(self._waiting.popleft())
        return [stream for stream in batch if not stream.gone]

    def _write(self, streams: list[Stream]) -> None:
        for stream in streams:
            stream.send(self._frames[(stream.tokens - stream.left) % len(self._frames)])
            stream.left -= 1
            if not stream.left:
                for last in _end_frames(stream, self.model):
                    stream.send(last)


class Connection(asyncio.Protocol):
    """One client's connection, kept for its next request."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._received = b""
        self._stream: Stream | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remembers where to write."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops writing for a client that hung up."""
        if self._stream is not None:
            self._stream.gone = True

    def data_received(self, data: bytes) -> None:
        """Answers the request that is now complete."""
        self._received += data
        head, end, body = self._received.partition(_HEAD_END)
        length = _LENGTH.search(head)
        if not end or len(body) < (int(length[1]) if length else 0):
            return
        self._received = b""
        method, path, _ = head.decode("latin-1").split(" ", 2)
        if method == "POST" and path == "/v1/chat/completions":
            self._begin(body)
        else:
            self._answer(path.partition("?")[0])

    def _begin(self, body: bytes) -> None:
        limit = _MAX_TOKENS.search(body)
        tokens = int(limit[1]) if limit else 1
        self._stream = Stream(
            send=self._transport.write,
            prompt_tokens=sum(len(content.split()) for content in _PROMPT.findall(body)),
            tokens=tokens,
            left=tokens,
        )
        self._engine.add(self._stream)

    def _answer(self, path: str) -> None:
        known: dict[str, object] = {
            "/v1/loads": {"version": "0.5.17", "loads": [self._engine.loads()]},
            "/server_info": {"version": "0.5.17", "served_model_name": self._engine.model},
        }
        found = path == "/health" or path in known
        body = json.dumps(known[path]).encode() if path in known else b""
        self._transport.write(
            b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
            % (b"200 OK" if found else b"404 Not Found", len(body), body)
        )


def measured_pace(*, model: str, card: str) -> Pace:
    """The pace of a model in bf16, from the measurements that come with Inkladder."""
    profile = shipped_table().profile(model=model, card=card, quantization=None)
    assert profile is not None
    assert profile.ttft is not None
    assert profile.tpot is not None
    first, next_one = profile.ttft, profile.tpot
    return Pace(
        prefill_s=lambda tokens, prompts: tokens * first.at(prompts),
        step_s=next_one.at,
    )


def _token_frame(word: str, model: str) -> bytes:
    def candidate(token: str, logprob: float) -> dict[str, object]:
        return {"token": token, "bytes": list(token.encode()), "logprob": logprob}

    chosen = candidate(word, _LOGPROB)
    entry = chosen | {"top_logprobs": [chosen, candidate(" and", _RUNNER_UP)]}
    return _frame(_chunk({"content": word}, model, logprobs={"content": [entry]}))


def _end_frames(stream: Stream, model: str) -> list[bytes]:
    usage = {
        "prompt_tokens": stream.prompt_tokens,
        "total_tokens": stream.prompt_tokens + stream.tokens,
        "completion_tokens": stream.tokens,
        "prompt_tokens_details": {"cached_tokens": 0},
        "reasoning_tokens": 0,
    }
    finish = _chunk({}, model, finish_reason="length")
    told = _event(model, choices=[], usage=usage)
    return [_frame(finish), _frame(told), _frame("[DONE]"), _LAST_CHUNK]


def _chunk(delta: dict[str, object], model: str, **said: object) -> str:
    nothing = {"logprobs": None, "finish_reason": None, "matched_stop": None}
    choice = {"index": 0, "delta": {"reasoning_content": None, **delta}, **nothing, **said}
    return _event(model, choices=[choice])


def _event(model: str, **fields: object) -> str:
    common = {"id": "a" * 32, "object": "chat.completion.chunk", "created": 1, "model": model}
    return json.dumps(common | fields, separators=(",", ":"), ensure_ascii=False)


def _frame(data: str) -> bytes:
    event = f"data: {data}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(event), event)


async def main(model: str, card: str) -> None:
    """Serves until the process is terminated."""
    text = Path(__file__).with_name("ferry.txt").read_text(encoding="utf-8")
    words = re.findall(r"\s*\S+", text.rstrip())
    engine = Engine(measured_pace(model=model, card=card), words, model=model)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(engine), "127.0.0.1")
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await engine.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
