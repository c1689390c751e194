"""Which texts wait for their vectors, for whom, and which of them are next. Knows no thread or loop."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field

from assistant.embedding.vectors import Key, Vector

URGENT_TEXTS = 8
"""Texts of one pass somebody waits for. One is computed alone for a fifth more than as one of two, and
nothing is gained beyond that, while all wait for the last of them."""

EARLY_TEXTS = 2
"""Texts of one pass nobody waits for yet: what becomes urgent meanwhile waits for its end, some 20 ms."""


@dataclass(eq=False, slots=True)
class Ticket:
    """One caller's texts. `done` gets their vectors by key; None where nobody waits for them."""

    done: Future[dict[Key, Vector]] | None = None
    found: dict[Key, Vector] = field(default_factory=dict)
    missing: set[Key] = field(default_factory=set)

    def give(self, key: Key, vector: Vector) -> None:
        """Hands over one vector."""
        if key in self.missing:
            self.missing.discard(key)
            if self.done is not None:
                self.found[key] = vector
                self.finish_if_complete()

    def finish_if_complete(self) -> None:
        """Wakes the caller once nothing is missing."""
        if self.done is not None and not self.missing and not self.done.done():
            self.done.set_result(self.found)

    def fail(self, error: Exception) -> None:
        """Tells the caller that one of its texts has no vector."""
        if self.done is not None and not self.done.done():
            self.done.set_exception(error)


class EmbeddingQueue:
    """Texts in the order they came, the urgent ones first, each held once for all who want it."""

    def __init__(self) -> None:
        """Begins empty."""
        self._urgent: dict[Key, str] = {}
        self._early: dict[Key, str] = {}
        self._wanted: dict[Key, list[Ticket]] = {}

    def __len__(self) -> int:
        """Texts that wait."""
        return len(self._urgent) + len(self._early)

    def add(self, ticket: Ticket, key: Key, text: str) -> None:
        """Queues a text for a ticket, or has the ticket wait with the others who want it."""
        if key in ticket.missing:
            return
        ticket.missing.add(key)
        known = key in self._wanted
        self._wanted.setdefault(key, []).append(ticket)
        if not known:
            lane = self._early if ticket.done is None else self._urgent
            lane[key] = text
        elif ticket.done is not None and key in self._early:
            self._urgent[key] = self._early.pop(key)

    def drop(self, ticket: Ticket) -> None:
        """Forgets a caller, and those of its texts that nobody else wants and that were not begun."""
        for key in ticket.missing:
            others = [one for one in self._wanted.pop(key, ()) if one is not ticket]
            if others:
                self._wanted[key] = others
            else:
                self._urgent.pop(key, None)
                self._early.pop(key, None)
        ticket.missing.clear()

    def next(self) -> dict[Key, str]:
        """Takes the texts of the next pass out; empty when none waits."""
        lane, most = (self._urgent, URGENT_TEXTS) if self._urgent else (self._early, EARLY_TEXTS)
        return {key: lane.pop(key) for key in list(lane)[:most]}

    def served(self, key: Key) -> list[Ticket]:
        """Those who waited for a text that was taken out."""
        return self._wanted.pop(key, [])

    def clear(self) -> set[Ticket]:
        """Drops all texts; those who waited for them."""
        waiting = {ticket for tickets in self._wanted.values() for ticket in tickets}
        self._urgent.clear()
        self._early.clear()
        self._wanted.clear()
        return waiting
