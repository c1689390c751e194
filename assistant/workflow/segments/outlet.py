"""The last filter before the reader: stop strings over all tiers and seams."""

from __future__ import annotations

from assistant.tiers.stops import StopFilter


class Outlet:
    """Lets final text through up to the first stop string, which may begin in one tier's text and end in another's.

    `before`: the text accepted in earlier steps. The beginning of a stop string at its end was held back,
    and comes out here if it was none, so that the steps of a run need nothing but the text in common.
    """

    def __init__(self, stops: tuple[str, ...], *, before: str = "") -> None:
        self._filter = StopFilter(stops)
        self._filter.feed(_reach(before, stops))
        passed = before[: len(before) - len(self._filter.held)]
        self._blank = passed[len(passed.rstrip()) :]

    @property
    def stopped(self) -> bool:
        """Whether a stop string was met: nothing follows."""
        return self._filter.stopped

    @property
    def held(self) -> str:
        """The end of the text that cannot go out yet: it may be the beginning of a stop string.

        Blank before it waits, too: a text that is stopped there does not end with blank.
        """
        return self._blank + self._filter.held

    def write(self, text: str) -> str:
        """What of the text so far has become final by this piece, and was not before."""
        passed = self._blank + self._filter.feed(text)
        final = passed.rstrip()
        self._blank = passed[len(final) :]
        return final

    def finish(self) -> str:
        """The rest: the text is over. Blank at its end is kept, unless a stop string stood there."""
        blank, self._blank = self._blank, ""
        rest = self._filter.finish(matched=False)
        return "" if self.stopped else blank + rest


def sent_of(before: str, stops: tuple[str, ...]) -> str:
    """How much of an accepted text has gone out: all but what a stop string may begin with."""
    return before[: len(before) - len(Outlet(stops, before=before).held)]


def _reach(before: str, stops: tuple[str, ...]) -> str:
    longest = max(map(len, stops), default=0)
    return before[-(longest - 1) :] if longest > 1 else ""
