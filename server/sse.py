"""Server-sent events that start late and never fall silent.

The status line waits for the first text, so that what fails before it has a real status; but only for
a while, since clients give up on servers that say nothing at all. From then on a comment line goes out
whenever nothing else does.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Final, Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from fastapi.sse import format_sse_event
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.hangup import cancel_at_hangup, first_cause

HEARTBEAT: Final = format_sse_event(comment="still writing")

MAX_WAITING: Final = 16
"""Frames that wait for a slow reader; the source is not asked for more. Those that wait are one write."""

_NEVER_BUFFERED = {
    # no-transform keeps proxies from compressing, and so from collecting, the stream.
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One or more whole events, sent in one write.

    The status line waits for the first frame with `text`; those without wait for it, too. After the
    `last` one nothing follows.
    """

    data: bytes
    text: bool = True
    last: bool = False


_NOTHING: Final = Frame(b"", text=False)
_END: Final = Frame(b"", text=False, last=True)
"""Put after the last frame of a source that has not failed."""


class EventSource(Protocol):
    """What a stream tells."""

    def headers(self) -> Mapping[str, str]:
        """What is known when the status line is sent."""
        ...

    def frames(self) -> AsyncGenerator[Frame, None]:
        """The events; closed when the client goes."""
        ...

    async def sent(self) -> None:
        """Told once the stream was sent to its end; not where it failed or the client went."""
        ...

    def failure(self, error: Exception) -> bytes:
        """The last event of a stream that fails after its status line was sent."""
        ...


class EventStream(Response):
    """A reply of events. Before the status line, errors of the source are raised to the handlers."""

    media_type = "text/event-stream"

    def __init__(self, source: EventSource, *, heartbeat_s: float, start_s: float) -> None:
        super().__init__(headers=_NEVER_BUFFERED)
        # A stream's length is not known; what Response worked out is that of an empty body.
        del self.headers["content-length"]
        self._source = source
        self._heartbeat_s = heartbeat_s
        self._start_s = start_s
        self._started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends events until the source ends, fails, or nobody listens."""
        del scope
        complete = False
        frames_in, frames_out = anyio.create_memory_object_stream[Frame](MAX_WAITING)
        with frames_in, frames_out:
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(cancel_at_hangup, receive, group.cancel_scope)
                    # One task runs the source from first to last event: cancel scopes inside it
                    # may not be entered in one task and left in another.
                    group.start_soon(self._produce, frames_in)
                    await self._relay(frames_out, send)
                    complete = True
                    group.cancel_scope.cancel()
            except ExceptionGroup as failures:
                error = first_cause(failures)
                if not self._started:
                    raise error from None
                # What was final before the failure is the reader's all the same.
                told = _waiting(frames_out).data
                await self._write(send, told + self._source.failure(error))
                await self._end(send)
        if complete:
            # Out of reach of the watcher: after its last byte a server calls every client gone.
            await self._source.sent()

    async def _produce(self, frames_in: MemoryObjectSendStream[Frame]) -> None:
        async with aclosing(self._source.frames()) as frames:
            async for frame in frames:
                await _put(frames_in, frame)
        await _put(frames_in, _END)

    async def _relay(self, frames_out: MemoryObjectReceiveStream[Frame], send: Send) -> None:
        taken, opening = _NOTHING, b""
        with anyio.move_on_after(self._start_s):
            while not (taken.text or taken.last):
                taken = await _next(frames_out)
                opening += taken.data
        await self._write(send, opening or HEARTBEAT)
        while not taken.last:
            taken = Frame(HEARTBEAT)
            with anyio.move_on_after(self._heartbeat_s):
                taken = await _next(frames_out)
            if taken.data:
                await self._write(send, taken.data)
        await self._end(send)

    async def _write(self, send: Send, data: bytes) -> None:
        if not self._started:
            self._started = True
            self.headers.update(self._source.headers())
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
        await send({"type": "http.response.body", "body": data, "more_body": True})

    async def _end(self, send: Send) -> None:
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _put(frames_in: MemoryObjectSendStream[Frame], frame: Frame) -> None:
    """Waits only where too many frames do: what is there at once goes out in one write."""
    try:
        frames_in.send_nowait(frame)
    except anyio.WouldBlock:
        await frames_in.send(frame)


async def _next(frames_out: MemoryObjectReceiveStream[Frame]) -> Frame:
    """The next frame, and all that wait behind it, as one."""
    first = await frames_out.receive()
    more = _waiting(frames_out)
    return Frame(first.data + more.data, text=first.text or more.text, last=first.last or more.last)


def _waiting(frames_out: MemoryObjectReceiveStream[Frame]) -> Frame:
    """The frames that are there already, as one."""
    frames: list[Frame] = []
    with suppress(anyio.WouldBlock):
        # The source does not run meanwhile, so this comes to an end.
        while True:
            frames.append(frames_out.receive_nowait())
    return Frame(
        b"".join(frame.data for frame in frames),
        text=any(frame.text for frame in frames),
        last=any(frame.last for frame in frames),
    )
