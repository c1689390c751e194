"""Where single words end, for text that is passed on as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from assistant.workflow.segments.characters import Strength, is_unspaced, joins
from assistant.workflow.segments.places import Places


class Words:
    """Reads a text and tells the places behind its words, a cluster being one without spaces.

    `late_at`: from this place on every cluster is a place.
    """

    def __init__(self) -> None:
        self.at = 0
        self.late_at = inf
        self.places = Places()
        self._cluster = ""

    @property
    def settled(self) -> float:
        """Places up to here stay as they are: all do."""
        return inf

    @property
    def open(self) -> float:
        """Places up to here may be taken when it is late: all."""
        return inf

    def read(self, text: str) -> Iterator[None]:
        """Reads a further piece; stops at every place."""
        for char in text:
            found = self._before(char)
            self._cluster = self._cluster + char if joins(self._cluster, char) else char
            self.at += 1
            if found is not Strength.NEVER:
                self.places.add(self.at - 1, found)
                yield

    def _before(self, char: str) -> Strength:
        if not self._cluster or self._cluster.isspace() or joins(self._cluster, char):
            return Strength.NEVER
        if char.isspace() or is_unspaced(char) or is_unspaced(self._cluster[0]):
            return Strength.SENTENCE
        return Strength.GRAPHEME if self.at >= self.late_at else Strength.NEVER
