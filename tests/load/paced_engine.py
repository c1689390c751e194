"""An engine without a card: SGLang's event streams at the pace that was measured on a real one.

Run as `paced_engine.py MODEL CARD` it serves on a free port, which is its first line of output, until it is terminated.
It steps as a GPU engine does: a batch of prompts is read while all texts stand still, then every text
grows by one token at the same moment. A real server spreads those tokens over some milliseconds by its
own work on them; here they come at once, which is harder on whoever reads them. Who hangs up frees its
place at once.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from assistant.economics.measured import shipped_table

PREFILL_TOKENS = 8192
"""Read in one step at most: SGLang's own choice for cards of this size (chunked_prefill_size)."""

MAX_RUNNING = 64
"""More is not measured."""

_LOGPROB, _RUNNER_UP = -0.53125, -2.03125
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: its conversation, and the text to go on from, if there is one, which stands at its end."""

    contents: tuple[str, ...]
    begun: str
    max_tokens: int
    counting: bool

    @classmethod
    def of(cls, body: bytes) -> Asked:
        """What a chat completion asks for; `counting` is whether to tell counts beside each piece."""
        told: dict[str, Any] = json.loads(body)
        contents = tuple(message["content"] for message in told["messages"])
        return cls(
            contents=contents,
            begun=contents[-1] if told.get("continue_final_message") else "",
            max_tokens=told.get("max_tokens") or 1,
            counting=(told.get("stream_options") or {}).get("continuous_usage_stats", False),
        )

    @property
    def prompt_tokens(self) -> int:
        """Tokens of all that is to be read: a token is a word."""
        return sum(len(content.split()) for content in self.contents)


Writer: TypeAlias = Callable[[Asked], Sequence[str]]
"""The tokens to be written to a request."""


@dataclass(eq=False, slots=True)
class Stream:
    """One text on its way: `send` writes to its client, `at` is the next of its `words`."""

    send: Callable[[bytes], None]
    asked: Asked
    model: str
    words: Sequence[str]
    prompt_tokens: int
    at: int = 0
    gone: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing is to be written any more."""
        return self.gone or self.at >= min(len(self.words), self.asked.max_tokens)

    def begin(self) -> None:
        """Sends what stands before the first token."""
        self.send(_STREAM_HEAD + _frame(_chunk({"role": "assistant", "content": ""}, self.model)))

    def write(self) -> None:
        """Sends the next token, if there is one, and the end behind the last."""
        if not self.over:
            piece = _token_chunk(self.words[self.at], self.model)
            self.at += 1
            if self.asked.counting:
                piece = f'{piece[:-1]},"usage":{json.dumps(self._usage())}}}'
            self.send(_frame(piece))
        if self.over:
            self._end()

    def _end(self) -> None:
        cut = self.at < len(self.words)
        finish = _chunk({}, self.model, finish_reason="length" if cut else "stop")
        told = _event(self.model, choices=[], usage=self._usage())
        for last in (_frame(finish), _frame(told), _frame("[DONE]"), _LAST_CHUNK):
            self.send(last)

    def _usage(self) -> Mapping[str, object]:
        return {
            "prompt_tokens": self.prompt_tokens,
            "total_tokens": self.prompt_tokens + self.at,
            "completion_tokens": self.at,
            "prompt_tokens_details": {"cached_tokens": 0},
            "reasoning_tokens": 0,
        }


class Serving(Protocol):
    """An engine, as its connections see it."""

    model: str

    def add(self, stream: Stream) -> None:
        """Takes a text to write."""
        ...

    def words(self, asked: Asked) -> Sequence[str]:
        """What is to be written to a request."""
        ...

    def pages(self) -> Mapping[str, object]:
        """What it tells of itself, by path."""
        ...


class Engine:
    """The steps of one model."""

    def __init__(self, pace: Pace, write: Writer, *, model: str) -> None:
        self.model = model
        self.words = write
        self._pace = pace
        self._waiting: deque[Stream] = deque()
        self._running: list[Stream] = []
        self._wanted = asyncio.Event()

    def add(self, stream: Stream) -> None:
        """Queues a text."""
        self._waiting.append(stream)
        self._wanted.set()

    def pages(self) -> Mapping[str, object]:
        """How many texts are written and how many wait."""
        return pages_of(self.model, running=len(self._running), waiting=len(self._waiting))

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
                stream.begin()
            self._running = [stream for stream in self._running if not stream.gone]
            # Reading a prompt yields the first token; the other texts stood still.
            for stream in batch or self._running:
                stream.write()
            self._running = [stream for stream in (*self._running, *batch) if not stream.over]

    def _next_batch(self) -> list[Stream]:
        batch: list[Stream] = []
        room = PREFILL_TOKENS
        while self._waiting and len(self._running) + len(batch) < MAX_RUNNING:
            room -= self._waiting[0].prompt_tokens
            if batch and room < 0:
                break
            batch.append(self._waiting.popleft())
        return [stream for stream in batch if not stream.gone]


class Connection(asyncio.Protocol):
    """One client's connection, kept for its next request."""

    def __init__(self, engine: Serving) -> None:
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
        asked = Asked.of(body)
        self._stream = Stream(
            send=self._transport.write,
            asked=asked,
            model=self._engine.model,
            words=self._engine.words(asked),
            prompt_tokens=asked.prompt_tokens,
        )
        self._engine.add(self._stream)

    def _answer(self, path: str) -> None:
        known = self._engine.pages()
        found = path == "/health" or path in known
        body = json.dumps(known[path]).encode() if path in known else b""
        self._transport.write(
            b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
            % (b"200 OK" if found else b"404 Not Found", len(body), body)
        )


def pages_of(model: str, *, running: int, waiting: int) -> Mapping[str, object]:
    """What SGLang tells of its load and of itself."""
    load = {"num_running_reqs": running, "num_waiting_reqs": waiting}
    return {
        "/v1/loads": {"version": "0.5.17", "loads": [load]},
        "/server_info": {"version": "0.5.17", "served_model_name": model},
    }


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


@lru_cache(maxsize=4096)
def _token_chunk(word: str, model: str) -> str:
    def candidate(token: str, logprob: float) -> dict[str, object]:
        return {"token": token, "bytes": list(token.encode()), "logprob": logprob}

    chosen = candidate(word, _LOGPROB)
    entry = chosen | {"top_logprobs": [chosen, candidate(" and", _RUNNER_UP)]}
    return _chunk({"content": word}, model, logprobs={"content": [entry]})


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
    """Serves one text, over and over, until the process is terminated."""
    text = Path(__file__).with_name("ferry.txt").read_text(encoding="utf-8")
    words = re.findall(r"\s*\S+", text.rstrip())
    write = partial(over_and_over, words)
    engine = Engine(measured_pace(model=model, card=card), write, model=model)
    async with await listen(engine):
        await engine.run()


def over_and_over(words: Sequence[str], asked: Asked) -> Sequence[str]:
    """As many words as the request allows, and one more that it does not."""
    return [words[at % len(words)] for at in range(asked.max_tokens + 1)]


async def listen(engine: Serving) -> asyncio.Server:
    """Serves on a free port, which is the first line of output."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(engine), "127.0.0.1")
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    return server


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
