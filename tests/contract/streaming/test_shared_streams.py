"""Several readers of one text: who comes late, who leaves, and who loses the one that led."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final

import anyio
import pytest

from assistant.cache.flights import FlightPlace
from assistant.cache.flights.channel import Channel
from assistant.cache.flights.flights import Flight, Flights
from assistant.types import (
    Answer,
    Delta,
    DraftCompleted,
    Event,
    Sampling,
    SegmentAccepted,
)
from assistant.workflow.events import EVENT_CODEC
from support.flights import turns
from support.streaming_story import BAD, GOOD, Story, Telling, joined, writes
from support.streaming_texts import sentences

DRAFT = " ".join(sentences([9, 9, 9, 9], first=0))
LARGER = " ".join(sentences([9, 9, 9], first=1000))
OTHER = " ".join(sentences([7, 7, 7, 7], first=2000))
STORY = Story(calls=((writes(DRAFT),), (writes(f" {LARGER}"),)), segments=(GOOD, GOOD, BAD))
GUARD_S: Final = 20.0


@dataclass
class Reader:
    """Reads a stream, and may come late or stop early."""

    events: list[Event] = field(default_factory=list)

    async def read(self, telling: Telling, *, most: int | None = None) -> None:
        """All that is told, or so many events."""
        request = telling.story.request
        stream = telling.assistant.stream(request, live=True)
        async with aclosing(stream) as events:
            async for event in events:
                self.events.append(event)
                if len(self.events) == most:
                    return

    @property
    def answer(self) -> Answer:
        """The end of what was told."""
        completed = self.events[-1]
        assert isinstance(completed, DraftCompleted)
        return completed.answer

    @property
    def text(self) -> str:
        """The deltas, joined."""
        return joined(self.events)


@pytest.mark.parametrize("late", [1, 2, 4, 6, 9, 14])
async def test_who_comes_late_is_told_the_same(late: int) -> None:
    """From the first word on, as one text that was written once."""
    telling, first, second = Telling(STORY), Reader(), Reader()

    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as group:
            group.start_soon(first.read, telling)
            while len(first.events) < late:
                await turns(1)
            group.start_soon(second.read, telling)

    assert first.text == second.text == first.answer.text == second.answer.text
    assert len(telling.tiers[0].requests) == 1
    assert first.answer.id != second.answer.id
    assert [event for event in first.events if isinstance(event, Delta)] == [
        event for event in second.events if isinstance(event, Delta)
    ] or second.answer.provenance.cache.status == "hit"


@pytest.mark.parametrize("gone", [2, 5, 8])
async def test_a_reader_that_leaves_takes_nothing_from_the_other(gone: int) -> None:
    """Though it was the one that asked first."""
    telling, first, second = Telling(STORY), Reader(), Reader()

    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: first.read(telling, most=gone))
            while not first.events:
                await turns(1)
            group.start_soon(second.read, telling)

    assert second.text == second.answer.text
    assert second.text.startswith(first.text)


class Handed(Flights[Event]):
    """One flight whose items are handed in: what another process has written, attempt by attempt."""

    def __init__(self) -> None:
        super().__init__(None, EVENT_CODEC)
        self.channel: Channel[Event] = Channel()

    def join(  # type: ignore[override]
        self, place: FlightPlace, make: Callable[[], AsyncGenerator[Event, None]]
    ) -> _Joined:
        """The same flight for everybody."""
        return _Joined(self.channel)


class _Joined:
    def __init__(self, channel: Channel[Event]) -> None:
        self._channel = channel

    async def __aenter__(self) -> Flight[Event]:
        return Flight(self._channel, first=False)

    async def __aexit__(self, *_: object) -> None:
        return


async def written(story: Story) -> Sequence[Event]:
    """The events that another process has written."""
    return (await Telling(story).told()).events[1:]


async def heard_after_loss(
    attempts: Sequence[Sequence[Event]], story: Story = STORY
) -> tuple[Reader, Telling]:
    """What a reader is told who follows these attempts, each but the last one broken off; and who wrote for it."""
    flights, reader, telling = Handed(), Reader(), Telling(story)
    context = replace(telling.assistant._context, flights=flights)  # noqa: SLF001 - as the wiring makes it
    telling.assistant = type(telling.assistant)(context)
    with anyio.fail_after(GUARD_S):
        async with anyio.create_task_group() as group:
            group.start_soon(reader.read, telling)
            for number, events in enumerate(attempts):
                if number:
                    flights.channel.restart()
                flights.channel.add(events)
                await turns(50)
            flights.channel.finish()
    return reader, telling


@pytest.mark.parametrize("until", range(22))
async def test_what_a_lost_leader_has_said_stays(until: int) -> None:
    """Another attempt may write other words: the reader's own process goes on with those that were said."""
    other = replace(STORY, calls=((writes(OTHER),), (writes(f" {OTHER}"),)))
    lost, anew = (await written(STORY))[:until], await written(other)

    reader, telling = await heard_after_loss([lost, anew])

    assert reader.text == reader.answer.text
    assert reader.text.startswith(joined(lost))
    if joined(lost) and not isinstance(lost[-1], DraftCompleted):
        request = telling.tiers[0].requests[0]
        assert request.messages[-1].content == joined(lost)
        assert telling.cache.stored[-1].text == reader.text
    elif not joined(lost):
        assert reader.text == joined(anew)
        assert not telling.tiers[0].requests


async def test_segments_after_a_loss_are_where_they_say() -> None:
    """They count from the beginning of the text, though others have written that."""
    lost = list(await written(STORY))[:4]
    reader, _ = await heard_after_loss([lost, await written(STORY)])

    segments = [event for event in reader.events if isinstance(event, SegmentAccepted)]
    assert segments
    for event in segments:
        segment = reader.answer.text[event.start : event.end]
        assert segment == segment.strip()
        assert segment.endswith(".")


async def test_the_limit_holds_for_what_others_have_written_too() -> None:
    """Tokens of accepted segments count, whoever wrote them."""
    request = replace(STORY.request, sampling=Sampling(max_tokens=20))
    story = replace(STORY, request=request)
    lost = [event for event in await written(story) if not isinstance(event, DraftCompleted)]
    until = max(at for at, event in enumerate(lost) if isinstance(event, SegmentAccepted)) + 1
    tokens = sum(event.tokens for event in lost if isinstance(event, SegmentAccepted))

    reader, telling = await heard_after_loss([lost[:until], lost], story)

    assert reader.text == reader.answer.text
    assert telling.tiers[0].requests[0].sampling.max_tokens == 20 - tokens
