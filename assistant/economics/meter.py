"""Shares the time of an engine among the requests it serves at once, and learns a tier's cost.

Each moment of an engine with n requests in flight is charged 1/n to each of them: processor
sharing. The charge of one request is the difference of the engine's *virtual time* between its start
and its end, where virtual time advances at 1/n of real time (Parekh and Gallager, "A generalized
processor sharing approach to flow control", 1993). Charges of all requests add up to the time the
engine was busy, whatever the overlap. A request that waits for a place counts as in flight: the sum
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
    """GPU-seconds of one run; final once its `with` block is left."""

    gpu_s: float = 0.0


@dataclass(slots=True)
class EngineMeter:
    """Virtual time of one engine, shared by every tier it serves. `clock` in seconds."""

    clock: Callable[[], float]
    in_flight: int = 0
    _virtual_s: float = field(default=0.0, init=False)
    _updated_s: float = field(default=0.0, init=False)

    @contextmanager
    def run(self) -> Iterator[Charge]:
        """Charges the time inside the block, shared with the other runs of this engine."""
        self._advance()
        self.in_flight += 1
        started = self._virtual_s
        charge = Charge()
        try:
            yield charge
        finally:
            self._advance()
            self.in_flight -= 1
            charge.gpu_s = self._virtual_s - started

    def _advance(self) -> None:
        now = self.clock()
        if self.in_flight:
            self._virtual_s += (now - self._updated_s) / self.in_flight
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
