"""Bounds how many generations of a tier run and wait at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import anyio

from assistant.errors import TierOverloaded, TierTimeout
from assistant.tiers.base import (
    Capabilities,
    EngineLoad,
    GenerationRequest,
    Health,
    ScoreTextRequest,
    TextScore,
    Tier,
    TierEvent,
)


class LimitedTier:
    """Runs at most `max_concurrency` generations of `inner`; at most `max_queue` more may wait.

    A text that is only read counts as a generation.
    """

    def __init__(self, inner: Tier, *, max_concurrency: int, max_queue: int) -> None:
        self._inner = inner
        self._max_concurrency = max_concurrency
        self._max_queue = max_queue
        self._slots = anyio.Semaphore(max_concurrency)
        self._in_flight = 0
        self._queued = 0

    @property
    def name(self) -> str:
        """The inner tier's name."""
        return self._inner.name

    @property
    def model(self) -> str:
        """The inner tier's model."""
        return self._inner.model

    @property
    def capabilities(self) -> Capabilities:
        """What the inner tier can do."""
        return self._inner.capabilities

    @property
    def in_flight(self) -> int:
        """Generations running now, those that wait not counted."""
        return self._in_flight

    @property
    def queued(self) -> int:
        """Generations waiting for a place now."""
        return self._queued

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[TierEvent, None]:
        """The inner tier's stream; waiting for a place counts against `timeout_s`.

        Raises:
            TierOverloaded: as many wait already as may.
            TierTimeout: no place was free in time.
        """
        async with self._place(request.timeout_s) as left_s:
            rest = replace(request, timeout_s=left_s)
            async with aclosing(self._inner.stream(rest)) as events:
                async for event in events:
                    yield event

    async def score_text(self, request: ScoreTextRequest) -> TextScore:
        """The inner tier's score; reading a text takes a place as writing one does.

        Raises:
            TierOverloaded: as many wait already as may.
            TierTimeout: no place was free in time.
        """
        async with self._place(request.timeout_s) as left_s:
            return await self._inner.score_text(replace(request, timeout_s=left_s))

    def load(self) -> EngineLoad | None:
        """What the inner tier knows of its engines."""
        return self._inner.load()

    async def health(self) -> Health:
        """The inner tier's health; asking takes no place."""
        return await self._inner.health()

    async def aclose(self) -> None:
        """Closes the inner tier."""
        await self._inner.aclose()

    @asynccontextmanager
    async def _place(self, timeout_s: float) -> AsyncIterator[float]:
        """Holds a place; the seconds that waiting for it left."""
        deadline = anyio.current_time() + timeout_s
        await self._take_place(timeout_s)
        self._in_flight += 1
        try:
            yield max(0.0, deadline - anyio.current_time())
        finally:
            self._in_flight -= 1
            self._slots.release()

    async def _take_place(self, timeout_s: float) -> None:
        if self._in_flight + self._queued >= self._max_concurrency + self._max_queue:
            raise TierOverloaded(tier=self.name)
        self._queued += 1
        try:
            with anyio.move_on_after(timeout_s):
                await self._slots.acquire()
                return
        finally:
            self._queued -= 1
        raise TierTimeout(tier=self.name, after_s=timeout_s)
