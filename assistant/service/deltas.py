"""Keeps the promise of a stream: its deltas, joined, are the text of its answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.types import Delta, DraftCompleted, Event, SegmentAccepted
from assistant.workflow.accepted import Accepted
from assistant.workflow.state import State


async def told_in_full(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """The events, with what no delta has told yet of the answer's text as a last delta before it."""
    sent = ""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Delta):
                sent += event.text
            elif isinstance(event, DraftCompleted):
                text = event.answer.text
                if not text.startswith(sent):
                    message = "the answer does not begin with what its reader was sent"
                    raise AssertionError(message)
                if len(text) > len(sent):
                    yield Delta(text=text[len(sent) :])
            yield event


class Reader:
    """How far one reader has come with a text that is written for several."""

    def __init__(self, state: State) -> None:
        self.complete = False
        self._state = state
        self._sent = ""
        self._tokens = 0
        self._segments = 0
        self._attempt: int | None = None

    def is_void(self, attempt: int) -> bool:
        """Whether the next event is of another attempt than the text that was sent already.

        What an attempt has not sent to anybody is no loss: then the new one is followed.
        """
        if self._attempt is None or not self._sent:
            self._attempt = attempt
        return attempt != self._attempt

    def told(self, event: Event) -> Event:
        """Notes the event, which goes out now."""
        if isinstance(event, Delta):
            self._sent += event.text
        elif isinstance(event, SegmentAccepted):
            self._tokens += event.tokens
            self._segments += 1
        elif isinstance(event, DraftCompleted):
            self.complete = True
        return event

    def rest(self) -> State:
        """A run that goes on from what was sent."""
        beginning = Accepted(
            text=self._sent, sent=self._sent, tokens=self._tokens, segments=self._segments
        )
        return {**self._state, "accepted": beginning}
