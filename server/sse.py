"""Server-sent events that start late and never fall silent.

The status line waits for the first event, so that what fails before it has a real status; but only
for a while, since clients give up on servers that say nothing at all. From then on a comment line
goes out whenever nothing else does.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from fastapi.sse import format_sse_event
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.hangup import cancel_at_hangup, first_cause

HEARTBEAT = format_sse_event(comment="still writing")

_END = None
"""Sent after the last frame: a source that fails closes its channel without it."""

_NEVER_BUFFERED = {
    # no-transform keeps proxies from compressing, and so from collecting, the stream.
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
}


class EventSource(Protocol):
    """What a stream tells; each of its frames is one or more whole events."""

    def headers(self) -> Mapping[str, str]:
        """What is known when the status line is sent."""
        ...

    def frames(self) -> AsyncGenerator[bytes, None]:
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
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(cancel_at_hangup, receive, group.cancel_scope)
                frames_in, frames_out = anyio.create_memory_object_stream[bytes | None](0)
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
            await self._write(send, self._source.failure(error))
            await self._end(send)
        if complete:
            # Out of reach of the watcher: after its last byte a server calls every client gone.
            await self._source.sent()

    async def _produce(self, frames_in: MemoryObjectSendStream[bytes | None]) -> None:
        with frames_in:
            async with aclosing(self._source.frames()) as frames:
                async for frame in frames:
                    await frames_in.send(frame)
            await frames_in.send(_END)

    async def _relay(self, frames_out: MemoryObjectReceiveStream[bytes | None], send: Send) -> None:
        patience_s = self._start_s
        with frames_out:
            while (frame := await _next(frames_out, patience_s)) is not _END:
                await self._write(send, frame)
                patience_s = self._heartbeat_s
        await self._end(send)

    async def _write(self, send: Send, frame: bytes) -> None:
        if not self._started:
            self._started = True
            self.headers.update(self._source.headers())
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
        await send({"type": "http.response.body", "body": frame, "more_body": True})

    async def _end(self, send: Send) -> None:
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _next(
    frames_out: MemoryObjectReceiveStream[bytes | None], patience_s: float
) -> bytes | None:
    """The next frame, or a heartbeat if it takes too long."""
    try:
        with anyio.move_on_after(patience_s):
            return await frames_out.receive()
    except anyio.EndOfStream:
        # The source has failed: its task group is about to cancel this task.
        await anyio.sleep_forever()
    return HEARTBEAT
