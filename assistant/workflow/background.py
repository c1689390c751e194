"""Work that goes on after an answer has left: bounded, and never in its way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, Final

import anyio

from assistant.telemetry import get_logger

MOST_TASKS: Final = 16
"""At once; more are not begun. What runs here is bookkeeping that another request makes up for."""

SETTLE_S: Final = 2.0
"""How long a closing process waits for what has begun."""

_log = get_logger("background")


class Background:
    """Tasks that belong to no request."""

    def __init__(self, *, most: int = MOST_TASKS) -> None:
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Tasks that were not begun because too many ran, or that failed, since this process began."""
        return self._dropped

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> bool:
        """Whether `work` has begun; `name` says in logs what it is."""
        if len(self._tasks) >= self._most:
            work.close()
            self._drop(name, "too_many")
            return False
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, name))
        return True

    async def settled(self) -> None:
        """Waits for all that has begun."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def aclose(self) -> None:
        """Waits a little, then cancels."""
        with anyio.move_on_after(SETTLE_S):
            await self.settled()
        remaining = set(self._tasks)
        for task in remaining:
            task.cancel()
        if remaining:
            await asyncio.wait(remaining)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._drop(name, type(error).__name__)

    def _drop(self, name: str, reason: str) -> None:
        self._dropped += 1
        _log.warning("background.dropped", work=name, reason=reason, dropped=self._dropped)
