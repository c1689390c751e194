"""Shares the time of a tier's engines among the requests they serve at once, and learns its cost.

Each moment of k engines with n requests in flight is charged min(k, n)/n to each of them: processor
sharing over evenly used engines. The charge of one request is the difference of the engine's *virtual time* between its start
and its end, where virtual time advances at that fraction of real time (Parekh and Gallager, "A generalized
processor sharing approach to flow control", 1993). Charges of all requests add up to the time the
engines were busy, whatever the overlap. A request that waits for a place counts as in flight: the sum
stays exact, its own share is a little high.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

RUNNING_MEAN_WEIGHT = 0.1
"""Weight of the newest run in a tier's mean cost per token: about the last twenty runs count."""


@dataclass(slots=True)
class Charge:
    """Seconds of one run, of the clock and of one engine; final once its `with` block is left."""

    wall_s: float = 0.0
    engine_s: float = 0.0

    @property
    def in_flight(self) -> float:
        """Requests that shared the engine, at least 1: their harmonic mean over the run."""
        return max(1.0, self.wall_s / self.engine_s) if self.engine_s > 0 else 1.0


@dataclass(slots=True)
class EngineMeter:
    """Virtual time of equal engines, shared by every tier they serve. `clock` in seconds."""

    clock: Callable[[], float]
    engines: int = 1
    in_flight: int = 0
    _virtual_s: float = field(default=0.0, init=False)
    _updated_s: float = field(default=0.0, init=False)

    @contextmanager
    def run(self) -> Iterator[Charge]:
        """Charges the time inside the block, shared with the other runs of this engine."""
        self._advance()
        self.in_flight += 1
        started, started_s = self._virtual_s, self._updated_s
        charge = Charge()
        try:
            yield charge
        finally:
            self._advance()
            self.in_flight -= 1
            charge.engine_s = self._virtual_s - started
            charge.wall_s = self._updated_s - started_s

    def _advance(self) -> None:
        now = self.clock()
        if self.in_flight:
            shared = min(self.engines, self.in_flight) / self.in_flight
            self._virtual_s += (now - self._updated_s) * shared
        self._updated_s = now


@dataclass(slots=True)
class TokenCost:
    """Running mean of GPU-seconds per token of text a tier served. Empty until it has run once."""

    _mean_s: float | None = None

    def observe(self, *, gpu_s: float, tokens: int) -> None:
        """Adds one run that ended in a text of `tokens` tokens."""
        if tokens <= 0:
            return
        newest = gpu_s / tokens
        if self._mean_s is None:
            self._mean_s = newest
        else:
            self._mean_s += RUNNING_MEAN_WEIGHT * (newest - self._mean_s)

    def estimate(self, tokens: int) -> float | None:
        """GPU-seconds this tier would need for a text of `tokens` tokens, None before its first run."""
        return None if self._mean_s is None else self._mean_s * tokens
