"""A circuit breaker: after enough failures in a row nobody is asked for a while, then one probe is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

FAILURES_IN_A_ROW: Final = 5
"""Failures that open it: more than a hiccup, and at 20 ms each less than one may notice."""

COOLDOWN_S: Final = 5.0
"""Seconds until a probe: a server that restarts is back within them."""

State: TypeAlias = Literal["closed", "open", "half_open"]


class Breaker:
    """Says whether a service may be asked, and learns from every outcome.

    Each `allows()` that says yes is followed by `succeeded()` or `failed()`, and then in any case by
    `abandoned()`, which does something only where neither was called.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES_IN_A_ROW,
        cooldown_s: float = COOLDOWN_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._cooldown_s = cooldown_s
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    def another(self) -> Breaker:
        """A closed one with the same limits and clock, for another service of the same kind."""
        return Breaker(failures=self._limit, cooldown_s=self._cooldown_s, clock=self._clock)

    @property
    def state(self) -> State:
        """`half_open` while a probe is due or under way."""
        if self._opened_at is None:
            return "closed"
        return "half_open" if self._probing or self._cooled_down(self._opened_at) else "open"

    @property
    def wait_s(self) -> float:
        """Seconds until a probe is due: 0 where one is, and where it is closed."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._cooldown_s - self._clock())

    def allows(self) -> bool:
        """Whether the service may be asked now; when a probe is due, only the first caller may."""
        if self._opened_at is None:
            return True
        if self._probing or not self._cooled_down(self._opened_at):
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """The service answered."""
        self._failures = 0
        self._opened_at = None
        self._probing = False

    def failed(self) -> None:
        """The service did not answer; at the limit, or as a probe, this opens the breaker anew."""
        self._failures += 1
        if self._failures >= self._limit or self._probing:
            self._opened_at = self._clock()
        self._probing = False

    def abandoned(self) -> None:
        """Where the caller went away before there was an outcome, the next one may probe."""
        self._probing = False

    def _cooled_down(self, opened_at: float) -> bool:
        return self._clock() - opened_at >= self._cooldown_s
