"""A client of our server and of the engines behind it, as users and operators have one."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx2

from deploy.gpu.prove.waiting import ms_since, until

CALL_S = 60.0
"""Longest time of one call: a check that waits so long has failed."""

FRESH = {"cache-control": "no-cache, no-store"}
"""Headers of a request that must be written anew."""

_POLL_S = 0.05
"""Time between two looks at an engine: a twentieth of the second that is to be proven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole reply; `body` is its JSON, `ms` the time it took."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]
    ms: float

    @property
    def ok(self) -> bool:
        """Whether it is an answer."""
        return self.status == HTTPStatus.OK

    @property
    def provenance(self) -> dict[str, Any]:
        """What made the answer of the native API; empty for anything else."""
        made: dict[str, Any] = self.body.get("provenance", {})
        return made

    @property
    def path(self) -> str:
        """The rungs in order, such as `draft:defer,large:accept`."""
        rungs = self.provenance.get("path", ())
        return ",".join(f"{rung['tier']}:{rung['decision']}" for rung in rungs)

    @property
    def code(self) -> str:
        """`200`, or the status with the error's code, such as `429 overloaded`."""
        error = self.body.get("error") or {}
        return str(self.status) if self.ok else f"{self.status} {error.get('code')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """A whole stream of chat chunks: its text as the deltas give it, and how it came."""

    text: str
    deltas: int
    cascade: dict[str, Any]
    usage: dict[str, Any]
    error: dict[str, Any] | None
    first_ms: float
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event of a native stream, `ms` milliseconds after the request was sent."""

    name: str
    data: dict[str, Any]
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What an engine is busy with, in requests."""

    running: int
    waiting: int

    @property
    def idle(self) -> bool:
        """Whether it does nothing at all."""
        return self.running == self.waiting == 0


class Gateway:
    """Our server at `url`."""

    def __init__(self, url: str, client: httpx2.AsyncClient) -> None:
        self.url = url
        self._client = client

    async def draft(self, body: Mapping[str, Any], *, fresh: bool = True) -> Reply:
        """What `/v1/drafts` replies."""
        return await self._post("/v1/drafts", body, headers=FRESH if fresh else {})

    async def chat(self, body: Mapping[str, Any], *, fresh: bool = True) -> Reply:
        """What `/v1/chat/completions` replies without streaming."""
        return await self._post("/v1/chat/completions", body, headers=FRESH if fresh else {})

    async def stream(self, body: Mapping[str, Any], *, fresh: bool = True) -> Streamed:
        """What `/v1/chat/completions` streams, to its end."""
        began_s = time.monotonic()
        async with self.chunks(body, fresh=fresh) as received:
            chunks = [(ms_since(began_s), chunk) async for chunk in received]
        return _streamed(chunks, ms=ms_since(began_s))

    @asynccontextmanager
    async def chunks(
        self, body: Mapping[str, Any], *, fresh: bool = True
    ) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The chunks of a stream as they come; leaving the block hangs up."""
        wanted = {**body, "stream": True, "stream_options": {"include_usage": True}}
        url = f"{self.url}/v1/chat/completions"
        headers = FRESH if fresh else {}
        async with self._client.stream("POST", url, json=wanted, headers=headers) as response:
            response.raise_for_status()
            async with aclosing(_chunks_of(response)) as received:
                yield received

    @asynccontextmanager
    async def events(
        self, body: Mapping[str, Any], *, fresh: bool = True
    ) -> AsyncIterator[AsyncIterator[Told]]:
        """The events that `/v1/drafts` streams, as they come; leaving the block hangs up."""
        began_s = time.monotonic()
        url = f"{self.url}/v1/drafts"
        headers = FRESH if fresh else {}
        wanted = {**body, "stream": True}
        async with self._client.stream("POST", url, json=wanted, headers=headers) as response:
            response.raise_for_status()
            async with aclosing(_told(response, began_s)) as received:
                yield received

    async def get(self, path: str) -> httpx2.Response:
        """Any page."""
        return await self._client.get(self.url + path)

    async def _post(
        self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str]
    ) -> Reply:
        began_s = time.monotonic()
        response = await self._client.post(self.url + path, json=body, headers=headers)
        return Reply(
            status=response.status_code,
            body=response.json(),
            headers=response.headers,
            ms=ms_since(began_s),
        )


class Engine:
    """An SGLang server at `url`."""

    def __init__(self, url: str, client: httpx2.AsyncClient) -> None:
        self.url = url
        self._client = client

    async def load(self) -> Load:
        """What `/v1/loads` tells, over all its ranks."""
        response = await self._client.get(f"{self.url}/v1/loads")
        ranks = response.raise_for_status().json()["loads"]
        return Load(
            running=sum(rank["num_running_reqs"] for rank in ranks),
            waiting=sum(rank["num_waiting_reqs"] for rank in ranks),
        )

    async def generates(self) -> bool:
        """Whether it writes a token when asked to."""
        try:
            response = await self._client.get(f"{self.url}/health_generate")
        except httpx2.TransportError:
            return False
        return response.status_code == HTTPStatus.OK

    async def when(self, holds: Callable[[Load], bool], *, within_s: float) -> float:
        """Milliseconds until its load is so.

        Raises:
            TimeoutError: it is not within that time.
        """

        async def so() -> bool:
            return holds(await self.load())

        return await until(so, within_s=within_s, every_s=_POLL_S)


async def all_idle(engines: Sequence[Engine], *, within_s: float) -> float:
    """Milliseconds until none of the engines has anything to do.

    Raises:
        TimeoutError: one still has after that time.
    """

    async def idle() -> bool:
        return all([(await engine.load()).idle for engine in engines])

    return await until(idle, within_s=within_s, every_s=_POLL_S)


@asynccontextmanager
async def http_client() -> AsyncIterator[httpx2.AsyncClient]:
    """A client of this host alone, with as many connections as are asked for."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(timeout=CALL_S, limits=limits, trust_env=False) as client:
        yield client


async def _chunks_of(response: httpx2.Response) -> AsyncGenerator[dict[str, Any], None]:
    async for event in httpx2.EventSource(response):
        if event.data == "[DONE]":
            return
        chunk: dict[str, Any] = json.loads(event.data)
        yield chunk


async def _told(response: httpx2.Response, began_s: float) -> AsyncGenerator[Told, None]:
    async for event in httpx2.EventSource(response):
        yield Told(name=event.event, data=json.loads(event.data), ms=ms_since(began_s))


def _streamed(chunks: Sequence[tuple[float, dict[str, Any]]], *, ms: float) -> Streamed:
    pieces = []
    first_ms = ms
    cascade: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    error = None
    for at_ms, chunk in chunks:
        error = chunk.get("error", error)
        cascade = chunk.get("x_cascade") or cascade
        usage = chunk.get("usage") or usage
        for choice in chunk.get("choices", ()):
            piece = choice["delta"].get("content")
            if piece:
                first_ms = min(first_ms, at_ms)
                pieces.append(piece)
    return Streamed(
        text="".join(pieces),
        deltas=len(pieces),
        cascade=cascade,
        usage=usage,
        error=error,
        first_ms=first_ms,
        ms=ms,
    )
