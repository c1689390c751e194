"""The first and the last event of a stream: all that timing needs, however long the events get.

SGLang's native stream repeats everything written so far in each event, some megabytes a request.
Reading them all as JSON would make the bench the slowest part of what it measures.
"""

from __future__ import annotations

from assistant.benchmark.target import Timing


class Edges:
    """Collects a stream. Times in seconds of the clock that the events were stamped with."""

    def __init__(self) -> None:
        self.first = self.last = ""
        self._first_s = self._last_s = 0.0

    def add(self, data: str, at_s: float) -> None:
        """The next event."""
        if not self.last:
            self.first, self._first_s = data, at_s
        self.last, self._last_s = data, at_s

    def timing(self, *, started: float, tokens: int) -> Timing:
        """How long after `started` they came, for a stream that wrote so many tokens."""
        return Timing(ttft_s=self._first_s - started, e2e_s=self._last_s - started, tokens=tokens)
