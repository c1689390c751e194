"""Reads what another process writes."""

from __future__ import annotations

from typing import Generic, Literal, TypeAlias

import anyio

from assistant.bounded import Down
from assistant.cache.flights.base import Item, Times
from assistant.cache.flights.batches import Batches, Unreadable
from assistant.cache.flights.channel import Channel
from assistant.cache.flights.store import Entry, FlightStore, Seen, entry_id

Parting: TypeAlias = Literal["over", "deserted", "free", "lost"]
"""Why following ended. `free`: nobody leads, somebody must; `lost`: this flight cannot be followed from
here, because the store is silent, or a part is missing or unreadable."""


class Follower(Generic[Item]):
    """Fills the channel of this process from the store.

    It waits on a connection of its own as long as there is one, and polls otherwise: polling brings an
    item later and costs twice the processor time or more.
    """

    def __init__(
        self, channel: Channel[Item], store: FlightStore, batches: Batches[Item], times: Times
    ) -> None:
        self._channel = channel
        self._store = store
        self._batches = batches
        self._times = times
        self._attempt = 0
        self._number = 0
        self._signed_at = anyio.current_time()
        self._heard_at = anyio.current_time()
        self._can_wait = True

    @property
    def attempt(self) -> int:
        """The latest attempt seen in the store."""
        return self._attempt

    async def follow(self, attempt: int) -> Parting:
        """Follows from the beginning of `attempt` on, and any later one."""
        self._begin(attempt)
        # The claim was a sign of life, too.
        self._signed_at = self._heard_at = anyio.current_time()
        while not self._channel.deserted:
            seen = await self._look()
            if not isinstance(seen, Down):
                parting = self._take(seen)
                if parting is not None:
                    return parting
            elif anyio.current_time() - self._heard_at >= self._times.silence_s:
                return "lost"
        return "deserted"

    async def _look(self) -> Seen | Down:
        after = entry_id(self._attempt, self._number)
        sign = anyio.current_time() - self._signed_at >= self._times.wait_s
        if not sign:
            if self._can_wait:
                entries = await self._store.wait(after=after)
                if not isinstance(entries, Down):
                    return Seen(led=True, entries=entries)
                self._can_wait = False
            news = self._channel.news
            with anyio.move_on_after(self._times.poll_s):
                await news.wait()
        return await self._ask(after, sign=sign)

    async def _ask(self, after: str, *, sign: bool) -> Seen | Down:
        seen = await self._store.follow(after=after, sign=sign)
        now = anyio.current_time()
        if sign:
            self._signed_at = now
        if not isinstance(seen, Down):
            self._heard_at = now
            # What did not work may work again, but is not tried at every poll.
            self._can_wait |= sign
        return seen

    def _take(self, seen: Seen) -> Parting | None:
        if not seen.entries and not seen.led:
            return "free"
        for entry in seen.entries:
            parting = self._read(entry)
            if parting is not None:
                return parting
        return None

    def _read(self, entry: Entry) -> Parting | None:
        if entry.number == 0 and entry.attempt > self._attempt:
            self._begin(entry.attempt)
            return None
        if (entry.attempt, entry.number) != (self._attempt, self._number + 1):
            return "lost"
        self._number = entry.number
        try:
            items = self._batches.unpack(entry.items, entry=entry.id) if entry.items else ()
        except Unreadable:
            return "lost"
        self._channel.add(items)
        if entry.state == "ended":
            self._channel.finish()
            return "over"
        return "free" if entry.state in {"failed", "abandoned"} else None

    def _begin(self, attempt: int) -> None:
        self._attempt = attempt
        self._number = 0
        self._channel.restart()
