"""A stream asks its source for no more than its reader takes, and says what it must when it must."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence

import anyio
import pytest
from starlette.types import Message

from server.sse import HEARTBEAT, MAX_WAITING, EventStream, Frame


class Source:
    """Tells frames, counts those that were asked for, and may fail after them."""

    def __init__(self, frames: Sequence[Frame], error: Exception | None = None) -> None:
        self.frames_of = frames
        self.error = error
        self.pulled = 0
        self.was_sent = False
        self.closed = False

    def headers(self) -> Mapping[str, str]:
        """None but the stream's own."""
        return {}

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """One after the other."""
        try:
            for frame in self.frames_of:
                self.pulled += 1
                yield frame
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True

    async def sent(self) -> None:
        """Remembers it."""
        self.was_sent = True

    def failure(self, error: Exception) -> bytes:
        """Its words."""
        return f"failed: {error}".encode()


class Reader:
    """Takes what is sent, as far as it may."""

    def __init__(self, *, takes: int | None = None) -> None:
        self.messages: list[Message] = []
        self.full = anyio.Event()
        self.reads_on = anyio.Event()
        self._takes = takes

    async def send(self, message: Message) -> None:
        """Waits where the reader takes no more, as a server does for a full connection."""
        self.messages.append(message)
        if len(self.messages) == self._takes:
            self.full.set()
            await self.reads_on.wait()

    async def receive(self) -> Message:
        """Never hangs up."""
        await anyio.sleep_forever()
        raise AssertionError

    @property
    def writes(self) -> list[bytes]:
        """What was sent after the status line."""
        return [message["body"] for message in self.messages[1:]]


def stream(source: Source, *, heartbeat_s: float = 10, start_s: float = 10) -> EventStream:
    """Over the source, as patient as a test needs."""
    return EventStream(source, heartbeat_s=heartbeat_s, start_s=start_s)


async def test_a_slow_reader_holds_up_the_source() -> None:
    """However much there is to tell, only so many frames wait."""
    source = Source([Frame(f"{number};".encode()) for number in range(1000)])
    reader = Reader(takes=2)
    async with anyio.create_task_group() as group:
        group.start_soon(stream(source), {}, reader.receive, reader.send)
        await reader.full.wait()
        await anyio.wait_all_tasks_blocked()
        held_up = source.pulled
        reader.reads_on.set()

    sent = len(reader.writes[0].split(b";")) - 1
    assert held_up <= sent + MAX_WAITING + 1
    assert b"".join(reader.writes) == b"".join(frame.data for frame in source.frames_of)
    assert source.was_sent


async def test_what_is_there_at_once_is_one_write() -> None:
    """A stored text and its end cost one trip to the network."""
    source = Source([Frame(b"start;", text=False), Frame(b"text;"), Frame(b"end;")])
    reader = Reader()
    await stream(source)({}, reader.receive, reader.send)

    assert reader.writes == [b"start;text;end;", b""]
    assert reader.messages[-1]["more_body"] is False


async def test_a_failure_follows_what_was_told_before_it() -> None:
    """Frames that wait for a slow reader when their source fails are sent all the same."""
    source = Source([Frame(b"one;"), Frame(b"two;"), Frame(b"three;")], error=ValueError("late"))
    reader = Reader(takes=2)
    waiting = Gate(source)
    async with anyio.create_task_group() as group:
        group.start_soon(
            EventStream(waiting, heartbeat_s=10, start_s=10), {}, reader.receive, reader.send
        )
        await reader.full.wait()
        waiting.go_on.set()

    assert b"".join(reader.writes) == b"one;two;three;failed: late"
    assert not source.was_sent
    assert source.closed


async def test_a_failure_before_text_is_raised() -> None:
    """Though something else was told: the status line has not gone."""
    source = Source([Frame(b"start;", text=False)], error=ValueError("early"))
    reader = Reader()
    with pytest.raises(ValueError, match="early"):
        await stream(source)({}, reader.receive, reader.send)

    assert reader.messages == []


async def test_an_empty_source_is_still_a_reply() -> None:
    """A comment line, then the end."""
    reader = Reader()
    await stream(Source([]))({}, reader.receive, reader.send)

    assert reader.writes == [HEARTBEAT, b""]


class Gate(Source):
    """Waits after its first frame."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.frames_of, source.error)
        self.go_on = anyio.Event()
        self._source = source

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """The same frames."""
        async for frame in self._source.frames():
            yield frame
            await self.go_on.wait()
