"""Keeps stop strings out of a stream: they may arrive in several pieces."""

from __future__ import annotations


class StopFilter:
    """Lets text through except what is, or may become, a stop string.

    Of several stop strings the one that is complete first counts, as in an engine that looks for them
    after every token; so the pieces in which the text comes make no difference.
    """

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether a stop string was met."""
        return self._stopped

    @property
    def held(self) -> str:
        """The end of the text so far, where it may be the beginning of a stop string."""
        return self._held

    def feed(self, text: str) -> str:
        """The part of `text` that is surely before any stop string."""
        if self._stopped or not self._stops:
            return "" if self._stopped else text
        text = self._held + text
        found = [(at + len(stop), at) for stop in self._stops if (at := text.find(stop)) >= 0]
        if found:
            self._stopped = True
            self._held = ""
            return text[: min(found)[1]]
        keep = len(text) - self._begun(text)
        self._held = text[keep:]
        return text[:keep]

    def finish(self, *, matched: bool) -> str:
        """What was held back: nothing where a stop string `matched`, else the rest of the text."""
        held, self._held = self._held, ""
        return "" if matched else held

    def _begun(self, text: str) -> int:
        longest = max(len(stop) for stop in self._stops) - 1
        for size in range(min(longest, len(text)), 0, -1):
            if any(stop.startswith(text[-size:]) for stop in self._stops):
                return size
        return 0
