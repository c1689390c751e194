"""Tells the other processes what this one writes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Generic

import anyio

from assistant.bounded import Down
from assistant.cache.flights.base import Item, Times
from assistant.cache.flights.batches import Batches
from assistant.cache.flights.channel import Channel
from assistant.cache.flights.store import EntryState, FlightStore, Led, entry_id

_PATIENCE: Final = 3
"""Times in a row that the store may not say whether anybody follows before nobody is assumed to."""


_LAST_WORDS: Final = 2
"""A batch whose arrival is not sure, and the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    entry: str
    state: EntryState
    items: bytes
    count: int


class Publisher(Generic[Item]):
    """Leads in the store for as long as it can. What fails there costs this process's listeners nothing."""

    def __init__(
        self, channel: Channel[Item], store: FlightStore, batches: Batches[Item], times: Times
    ) -> None:
        self._channel = channel
        self._store = store
        self._batches = batches
        self._times = times
        self._attempt: int | None = None
        self._unsure: _Batch | None = None
        self._told = 0
        self._number = 0
        self._heard_at = anyio.current_time()
        self._watched_at = -math.inf
        self._silent = 0
        self._over = False

    async def run(self, attempt: int | None) -> None:
        """Publishes what the channel gets until its end is told, another process leads, or nobody listens.

        Without an `attempt` the lock could not be asked for: it is asked for again.
        """
        self._attempt = attempt
        while not self._over and not self._is_vain:
            news = self._channel.news
            if self._is_watch_due and await self._abandoned():
                return
            if self._attempt is not None:
                await self._tell(self._attempt)
            if self._attempt is None:
                await self._claim()
            with anyio.move_on_after(self._patience_s):
                await news.wait()
            # What comes meanwhile travels together.
            pause_s = self._times.batch_s if self._is_calm else self._times.watch_s
            await anyio.sleep_until(self._heard_at + pause_s)

    async def give_up(self) -> None:
        """Where the end was not told yet, tells it, or that somebody else must write."""
        for _ in range(_LAST_WORDS):
            if self._over or self._attempt is None:
                return
            if self._state() == "going":
                await self._void(self._attempt)
            else:
                await self._tell(self._attempt)

    @property
    def _is_vain(self) -> bool:
        """Nothing comes any more, and the store does not hear."""
        return self._channel.over and (self._attempt is None or self._silent >= _PATIENCE)

    @property
    def _is_wanted_by_nobody(self) -> bool:
        return self._channel.deserted and not self._channel.completed

    @property
    def _is_watch_due(self) -> bool:
        quiet_s = anyio.current_time() - self._watched_at
        return self._is_wanted_by_nobody and quiet_s >= self._times.watch_s

    @property
    def _is_calm(self) -> bool:
        return not self._silent and self._attempt is not None

    @property
    def _patience_s(self) -> float:
        if not self._is_calm:
            return 0.0
        return self._times.watch_s if self._is_wanted_by_nobody else self._times.heartbeat_s

    async def _abandoned(self) -> bool:
        reply: bool | Down = True
        self._watched_at = anyio.current_time()
        if self._attempt is not None:
            reply = await self._store.abandon(attempt=self._attempt)
        if isinstance(reply, Down):
            self._silent += 1
            reply = self._silent >= _PATIENCE
        if reply:
            self._over = True
        else:
            self._channel.released()
        return reply

    async def _claim(self) -> None:
        claim = await self._store.claim(seen=0, following=False)
        self._heard_at = anyio.current_time()
        if isinstance(claim, Led):
            # Whoever follows begins anew with this attempt.
            self._attempt, self._told, self._number, self._unsure = claim.attempt, 0, 0, None
        elif not isinstance(claim, Down):
            self._over = True

    async def _tell(self, attempt: int) -> None:
        try:
            batch = self._unsure or self._next(attempt)
        except ValueError:
            # An item that cannot travel: who follows must write for itself.
            await self._void(attempt)
            return
        if batch is not None:
            await self._tell_batch(attempt, batch)
        elif anyio.current_time() - self._heard_at >= self._times.heartbeat_s or self._silent:
            self._heard(await self._store.tell("going", attempt=attempt))

    async def _void(self, attempt: int) -> None:
        self._over = True
        entry = entry_id(attempt, self._number + 1)
        await self._store.tell("abandoned", attempt=attempt, entry=entry)

    async def _tell_batch(self, attempt: int, batch: _Batch) -> None:
        # Until the reply is there, the same bytes are told again under the same id.
        self._unsure = batch
        reply = await self._store.tell(
            batch.state,
            attempt=attempt,
            entry=batch.entry,
            items=batch.items,
            lasting=self._channel.lasting,
        )
        self._heard(reply)
        if reply is True:
            self._unsure = None
            self._told += batch.count
            self._number += 1
            self._over = batch.state != "going"

    def _heard(self, reply: bool | Down) -> None:
        self._heard_at = anyio.current_time()
        if isinstance(reply, Down):
            self._silent += 1
            return
        self._silent = 0
        if not reply:
            # The store forgot us, or somebody else leads: the next claim tells.
            self._attempt = None

    def _next(self, attempt: int) -> _Batch | None:
        channel = self._channel
        items = channel.items[self._told :]
        state = self._state()
        if not items and state == "going":
            return None
        entry = entry_id(attempt, self._number + 1)
        data = self._batches.pack(items, entry=entry) if items else b""
        return _Batch(entry=entry, state=state, items=data, count=len(items))

    def _state(self) -> EntryState:
        channel = self._channel
        if channel.completed or (channel.over and channel.error is None):
            return "ended"
        return "failed" if channel.over else "going"
