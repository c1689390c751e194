"""Brings one flight of this process to its end: follows whoever leads, and leads where nobody does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from functools import partial
from typing import Generic

from assistant.bounded import DOWN, Down
from assistant.cache.flights.base import Codec, FlightsClosed, Item, Times
from assistant.cache.flights.batches import Batches
from assistant.cache.flights.channel import Channel
from assistant.cache.flights.follower import Follower
from assistant.cache.flights.publisher import Publisher
from assistant.cache.flights.store import FlightStore, Held, Led


class Pilot(Generic[Item]):
    """Fills one channel; leaves no task and no sign of life behind."""

    def __init__(
        self,
        channel: Channel[Item],
        *,
        store: FlightStore | None,
        batches: Batches[Item],
        times: Times,
        counts: Counter[str],
    ) -> None:
        self._channel = channel
        self._store = store
        self._batches = batches
        self._times = times
        self._counts = counts

    async def fly(
        self, make: Callable[[], AsyncGenerator[Item, None]], *, codec: Codec[Item], lasting: bool
    ) -> None:
        """Fills the channel to its end, or until nobody listens here or follows elsewhere."""
        publisher = None
        claim: Led | Down = DOWN
        if self._store is not None:
            found = await self._follow(self._store)
            if found is None:
                return
            claim = found
            publisher = Publisher(self._channel, self._store, self._batches, self._times)
        self._leads(alone=publisher is not None and isinstance(claim, Down))
        attempt = claim.attempt if isinstance(claim, Led) else None
        await self._lead(
            partial(_write, make=make, codec=codec, lasting=lasting), publisher, attempt
        )

    async def _follow(self, store: FlightStore) -> Led | Down | None:
        """Follows until this process must lead, with or without the lock; None where it need not."""
        claim = await _claim(store, seen=0)
        if not isinstance(claim, Held):
            return claim
        self._channel.role = "joined"
        self._counts["joined"] += 1
        follower = Follower(self._channel, store, self._batches, self._times)
        try:
            while isinstance(claim, Held):
                parting = await follower.follow(claim.attempt)
                if parting in {"over", "deserted"}:
                    return None
                claim = DOWN if parting == "lost" else await _claim(store, seen=follower.attempt)
        finally:
            await store.leave()
        self._channel.restart()
        return claim

    def _leads(self, *, alone: bool) -> None:
        channel = self._channel
        channel.role = "led" if channel.role is None else "taken_over"
        self._counts["alone" if alone else channel.role] += 1

    async def _lead(
        self,
        write: Callable[[Channel[Item]], Coroutine[None, None, None]],
        publisher: Publisher[Item] | None,
        attempt: int | None,
    ) -> None:
        channel = self._channel
        channel.writes()
        writer = asyncio.create_task(write(channel))
        writer.add_done_callback(self._written)
        try:
            if publisher is not None:
                await publisher.run(attempt)
            while not channel.over and (channel.completed or not channel.deserted):
                await channel.news.wait()
        finally:
            if not writer.done():
                writer.remove_done_callback(self._written)
                # Once: a second cancellation would end the clean-up before it has reached the engine.
                writer.cancel()
                await asyncio.wait([writer])
            if publisher is not None:
                await publisher.give_up()

    def _written(self, writer: asyncio.Task[None]) -> None:
        error = FlightsClosed() if writer.cancelled() else writer.exception()
        self._counts["failed"] += error is not None
        self._channel.finish(error)


async def _claim(store: FlightStore, *, seen: int) -> Led | Held | Down:
    # Twice: a pause of this process lets a reply seem late, and a second generation costs far more.
    claim = await store.claim(seen=seen, following=True)
    return await store.claim(seen=seen, following=True) if isinstance(claim, Down) else claim


async def _write(
    channel: Channel[Item],
    *,
    make: Callable[[], AsyncGenerator[Item, None]],
    codec: Codec[Item],
    lasting: bool,
) -> None:
    async with aclosing(make()) as items:
        async for item in items:
            lasts = lasting and codec.lasts(item)
            channel.add([item], completed=codec.completes(item), lasting=lasts)
