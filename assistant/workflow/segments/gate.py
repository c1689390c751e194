"""Cuts a draft into segments while it is being written."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Literal, TypeAlias

from assistant.types import TokenLogprob
from assistant.workflow.segments.boundaries import Boundaries, Reader
from assistant.workflow.segments.characters import Strength
from assistant.workflow.segments.held import HeldText
from assistant.workflow.segments.words import Words

Unit: TypeAlias = Literal["sentences", "paragraphs", "words"]

_LEAST_SHARE = 0.7
"""A segment ends at the first boundary from this share of its length on: a sentence of 20 to 25 tokens
later on average, so that it has about the length that was asked for."""

_LATE = {"sentences": 3, "paragraphs": 10, "words": 3}
"""Lengths after which a worse place is taken; many paragraphs have three times the length of a segment."""

_BEST = {
    "sentences": Strength.SENTENCE,
    "paragraphs": Strength.PARAGRAPH,
    "words": Strength.SENTENCE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a draft that is judged and released as one.

    `gap` is the blank between it and what stands before; `text` neither begins nor ends with one.
    """

    index: int
    gap: str
    text: str
    tokens: int
    logprobs: tuple[TokenLogprob, ...]


class SegmentGate:
    """Holds a draft back until its segments are accepted, in order.

    The segments depend on the text and the places of its tokens alone: not on the pieces it comes in,
    nor on when it is asked for them. `tokens`: about how long they are, for sentences and paragraphs.
    `before`: what stands before in the same text; its Markdown counts, and it is not given out again.
    """

    def __init__(self, *, unit: Unit, tokens: int, before: str = "") -> None:
        self._reader: Reader = Words() if unit == "words" else Boundaries()
        self._best = _BEST[unit]
        self._least = 0 if unit == "words" else max(1, ceil(_LEAST_SHARE * tokens))
        self._late = _LATE[unit] * max(1, tokens)
        for _ in self._reader.read(before):
            pass
        self._reader.places.pass_by(len(before), late_at=inf)
        self._fresh = not before
        self._text = HeldText(len(before))
        self._count = 0
        self._due: deque[Segment] = deque()
        self._released: list[str] = []

    @property
    def held(self) -> str:
        """Everything fed and not yet accepted."""
        return "".join(segment.gap + segment.text for segment in self._due) + self._text.rest

    @property
    def released(self) -> str:
        """Everything accepted by this gate."""
        return "".join(self._released)

    def feed(self, text: str, logprobs: Sequence[TokenLogprob] = ()) -> None:
        """One piece from the engine: a token for each log-probability, or one where it tells none."""
        if self._fresh:
            text = text.lstrip()
            self._fresh = not text
        self._text.add(text, logprobs)
        self._aim()
        for _ in self._reader.read(text):
            while (at := self._place()) is not None:
                self._cut(at)

    def due(self) -> Segment | None:
        """The next finished segment, the same one until it is accepted."""
        return self._due[0] if self._due else None

    def accept(self) -> str:
        """Releases the segment that is due: what the reader gets.

        Raises:
            IndexError: none is due.
        """
        segment = self._due.popleft()
        released = segment.gap + segment.text
        self._released.append(released)
        return released

    def close(self) -> None:
        """The text is over: what is held and no segment yet becomes the last one, if it is not blank."""
        rest = self._text.rest.rstrip()
        if rest:
            self._cut(self._text.start + len(rest), last=True)
        self._text = HeldText(self._text.end)

    def _place(self) -> int | None:
        reader = self._reader
        at = reader.places.first(self._best, since=self._since, until=reader.settled)
        if at is None and reader.at > reader.late_at:
            at = reader.places.best(since=self._since, until=reader.open)
        return at

    def _cut(self, at: int, *, last: bool = False) -> None:
        cut, tokens, logprobs = self._text.take(at, rest_too=last)
        text = cut.lstrip()
        self._due.append(
            Segment(
                index=self._count,
                gap=cut[: len(cut) - len(text)],
                text=text,
                tokens=tokens,
                logprobs=logprobs,
            )
        )
        self._count += 1
        self._aim()
        self._reader.places.pass_by(at, late_at=self._reader.late_at)

    def _aim(self) -> None:
        self._since = self._text.behind(self._least)
        self._reader.late_at = self._text.behind(self._late)
