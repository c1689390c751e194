"""A light HTTP client for measuring: prepared requests over connections that stay open.

It parses no more of a reply than where it ends, since client and servers share the cores of a machine.
Run as `python -m load.http_load`, it reads a `Plan` as JSON from its standard input and prints a `Measured`.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import count, cycle
from typing import Final, Self

_OK: Final = b"http/1.1 200 "
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)\r\n")
_HEAD_END: Final = b"\r\n\r\n"
_MS: Final = 1000


class UnexpectedReply(Exception):
    """A reply is not the one that was to be measured; the message is its head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to send: each of `bodies` to `path`, in turn, an empty one by GET.

    With `per_second` requests begin at that rate whether or not earlier ones were answered; without,
    each of `connections` sends its next one once it has its reply. `wanted` stands in small letters in
    the head of the replies that are measured; others are counted.
    """

    port: int
    path: str
    bodies: Sequence[str]
    seconds: float
    per_second: float | None = None
    connections: int = 16
    headers: Sequence[str] = ()
    wanted: str = ""

    def requests(self) -> list[bytes]:
        """The bytes to send."""
        return [self._request(body.encode()) for body in self.bodies]

    def _request(self, body: bytes) -> bytes:
        lines = (
            f"{'POST' if body else 'GET'} {self.path} HTTP/1.1",
            f"host: 127.0.0.1:{self.port}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            *self.headers,
        )
        return "\r\n".join(lines).encode() + _HEAD_END + body


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Milliseconds of each request, from when it was due, and the seconds that all of them took.

    `others` had another reply than the one that was to be measured.
    """

    ms: list[float] = field(repr=False)
    seconds: float
    others: int = 0

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return len(self.ms) / self.seconds

    def percentile(self, share: float) -> float:
        """The least time that `share` of the requests, in (0, 1], did not exceed; milliseconds."""
        return nearest_rank(self.ms, share)

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """What the process printed."""
        return cls(**json.loads(text))


def nearest_rank(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them, in (0, 1], do not exceed.

    Raises:
        ValueError: there are none.
    """
    if not values:
        message = "no values, no percentile"
        raise ValueError(message)
    rank = -(-len(values) * round(share * 1_000_000) // 1_000_000)
    return sorted(values)[max(1, rank) - 1]


class Connection(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._head = b""
        self._length: int | None = None
        self._reply: asyncio.Future[bytes] | None = None

    @classmethod
    async def open(cls, port: int) -> Self:
        """A new one to a port of this machine."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, "127.0.0.1", port)
        return connection

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        """The head of the reply in small letters, once its last byte is there.

        Raises:
            UnexpectedReply: its status is not 200.
        """
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._reply

    def close(self) -> None:
        """Hangs up."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remembers where to write."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Fails what waits for a reply."""
        self._fail(exc or UnexpectedReply("the server hung up"))

    def data_received(self, data: bytes) -> None:
        """Notices the end of a reply."""
        self._received += data
        if self._length is None:
            end = self._received.find(_HEAD_END)
            if end < 0:
                return
            self._head = bytes(self._received[: end + 2]).lower()
            length = _LENGTH.search(self._head)
            if length is None or not self._head.startswith(_OK):
                self._fail(UnexpectedReply(self._head.decode("latin-1")))
                return
            self._length = end + len(_HEAD_END) + int(length[1])
        if len(self._received) >= self._length and self._reply is not None:
            self._received.clear()
            self._length = None
            self._reply.set_result(self._head)

    def _fail(self, error: Exception) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(error)


async def measure(plan: Plan) -> Measured:
    """Sends what the plan says.

    Raises:
        UnexpectedReply: one has another status than 200.
    """
    replies: list[tuple[bytes, float]] = []
    started = time.perf_counter()
    await (_saturating(plan, replies) if plan.per_second is None else _at_a_rate(plan, replies))
    seconds = time.perf_counter() - started
    wanted = plan.wanted.encode()
    ms = [took for head, took in replies if wanted in head]
    return Measured(ms=ms, seconds=seconds, others=len(replies) - len(ms))


async def _saturating(plan: Plan, replies: list[tuple[bytes, float]]) -> None:
    requests = cycle(plan.requests())
    until = time.perf_counter() + plan.seconds

    async def send() -> None:
        connection = await Connection.open(plan.port)
        while (began := time.perf_counter()) < until:
            head = await connection.ask(next(requests))
            replies.append((head, (time.perf_counter() - began) * _MS))
        connection.close()

    await asyncio.gather(*(send() for _ in range(plan.connections)))


async def _at_a_rate(plan: Plan, replies: list[tuple[bytes, float]]) -> None:
    assert plan.per_second is not None
    idle = [await Connection.open(plan.port) for _ in range(plan.connections)]
    began = time.perf_counter()

    async def send(request: bytes, due: float) -> None:
        connection = idle.pop() if idle else await Connection.open(plan.port)
        head = await connection.ask(request)
        # From when it was due: a late start of this process or a queue for connections is waiting too.
        replies.append((head, (time.perf_counter() - due) * _MS))
        idle.append(connection)

    async with asyncio.TaskGroup() as sending:
        for number, request in zip(count(), cycle(plan.requests()), strict=False):
            due = began + number / plan.per_second
            if due - began >= plan.seconds:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sending.create_task(send(request, due))
    for connection in idle:
        connection.close()


if __name__ == "__main__":
    measured = asyncio.run(measure(Plan(**json.load(sys.stdin))))
    sys.stdout.write(json.dumps(asdict(measured)))
