"""Tells which model wrote each piece of a stream's text. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.types import Delta, DraftCompleted, Event, RungJudged, TierStarted


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Text that goes out, and the model that wrote it."""

    text: str
    model: str


class Bylines:
    """Hears the events of one run.

    While a tier writes, what comes is its own. What comes while none does was chosen among whole texts,
    or stored before: it waits for the next event, since the answer, which names its model, is near.
    """

    def __init__(self) -> None:
        self._model = ""
        self._writes = False
        self._held = ""

    def hear(self, event: Event) -> Iterator[Passage]:
        """What may go out by now: with the answer, all of it."""
        match event:
            case DraftCompleted():
                self._model = event.answer.provenance.model
                yield from self._released()
            case Delta():
                if self._model:
                    yield from self._released()
                self._held += event.text
                if self._writes:
                    yield from self._released()
            case TierStarted():
                if self._model:
                    yield from self._released()
                self._model = event.model
                self._writes = True
                yield from self._released()
            case RungJudged():
                self._writes = False

    def _released(self) -> Iterator[Passage]:
        if self._held:
            yield Passage(text=self._held, model=self._model)
            self._held = ""
