"""Bounds how many generations of a tier run and wait at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import anyio

from assistant.errors import TierOverloaded, TierTimeout
from assistant.tiers.base import Capabilities, GenerationRequest, Health, Tier, TierEvent


class LimitedTier:
    """Runs at most `max_concurrency` generations of `inner`; at most `max_queue` more may wait."""

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
        deadline = anyio.current_time() + request.timeout_s
        await self._take_place(request, deadline)
        self._in_flight += 1
        try:
            rest = replace(request, timeout_s=max(0.0, deadline - anyio.current_time()))
            async with aclosing(self._inner.stream(rest)) as events:
                async for event in events:
                    yield event
        finally:
            self._in_flight -= 1
            self._slots.release()

    async def health(self) -> Health:
        """The inner tier's health; asking takes no place."""
        return await self._inner.health()

    async def aclose(self) -> None:
        """Closes the inner tier."""
        await self._inner.aclose()

    async def _take_place(self, request: GenerationRequest, deadline: float) -> None:
        if self._in_flight + self._queued >= self._max_concurrency + self._max_queue:
            raise TierOverloaded(tier=self.name)
        self._queued += 1
        try:
            with anyio.CancelScope(deadline=deadline):
                await self._slots.acquire()
                return
        finally:
            self._queued -= 1
        raise TierTimeout(tier=self.name, after_s=request.timeout_s)
