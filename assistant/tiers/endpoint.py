"""One server of a tier, as its client knows it: how busy it is, and whether it has been failing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from assistant.breaker import Breaker
from assistant.errors import TierError, TierUnavailable

REPORT_FRESH_S = 5.0
"""Age up to which a report counts: five polls. A queue of 32 drafts is another one after that."""

SILENT_S = 10.0
"""Waiting without an answer, over one request or several, after which giving up counts as a failure:
eight times the time to the first token of a 31B model at 32 requests at once. A server that merely has
a long queue is well again at the next probe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a server said of its load: requests, and when, in seconds of our clock.

    `ours` of them were this client's own then.
    """

    running: int
    waiting: int
    ours: int
    at_s: float


class Endpoint:
    """A server. `clock` in seconds."""

    def __init__(
        self,
        url: str,
        *,
        breaker: Breaker | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self.breaker = breaker or Breaker(clock=clock)
        self.in_flight = 0
        self._report: Report | None = None
        self._silent_s = 0.0
        self._waited_until_s = 0.0
        self._clock = clock

    @property
    def usable(self) -> bool:
        """Whether real traffic may meet it: it has not been failing, or was found well again."""
        return self.breaker.state == "closed"

    @property
    def report(self) -> Report | None:
        """What it said last; None where it said nothing, or too long ago."""
        report = self._report
        if report is None or self._clock() - report.at_s > REPORT_FRESH_S:
            return None
        return report

    @property
    def load(self) -> int:
        """Requests there now: our own, and those of others at the time of its report."""
        report = self.report
        others = 0 if report is None else max(0, report.running + report.waiting - report.ours)
        return self.in_flight + others

    def tell(self, *, running: int, waiting: int, ours: int) -> None:
        """Notes what the server says of itself; `ours` as they were when it was asked."""
        self._report = Report(running=running, waiting=waiting, ours=ours, at_s=self._clock())

    def heard(self) -> None:
        """It answered something: whatever was waited for before counts no more."""
        self._silent_s = 0.0

    def given_up(self, *, since_s: float) -> bool:
        """Whether it has been silent too long, one more request being given up that began then.

        Time that several requests waited at once counts once.
        """
        now_s = self._clock()
        self._silent_s += now_s - max(since_s, self._waited_until_s)
        self._waited_until_s = now_s
        return self._silent_s >= SILENT_S

    def visit(self) -> Visit:
        """Begins one request there."""
        return Visit(self, clock=self._clock)


class Visit:
    """One request at an endpoint: part of its load until it is over, and one experience with it."""

    def __init__(self, endpoint: Endpoint, *, clock: Callable[[], float]) -> None:
        self.endpoint = endpoint
        self._clock = clock
        self._began_s = clock()
        self._answered = False
        self._learned = False
        self._over = False
        endpoint.in_flight += 1

    def answered(self) -> None:
        """The server begins to answer: if it was thought to be down, it is not."""
        self._answered = True
        self.endpoint.heard()
        if not self.endpoint.usable:
            self.endpoint.breaker.succeeded()

    def failed(self, error: TierError) -> None:
        """Learns from an error: a server that cannot be reached or breaks off fails, one that refuses works."""
        self._learned = True
        self.endpoint.heard()
        if isinstance(error, TierUnavailable):
            self.endpoint.breaker.failed()
        else:
            self.endpoint.breaker.succeeded()

    def over(self) -> None:
        """The request is gone, by itself or because nobody wants it any more; calling again is no harm."""
        if self._over:
            return
        self._over = True
        self.endpoint.in_flight -= 1
        if not self._learned:
            self._learn_from_leaving()

    def _learn_from_leaving(self) -> None:
        breaker = self.endpoint.breaker
        if self._answered:
            breaker.succeeded()
        elif self.endpoint.given_up(since_s=self._began_s):
            breaker.failed()
        else:
            breaker.abandoned()
