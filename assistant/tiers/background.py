"""Small tasks beside the requests of a tier, which end with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine


class Background:
    """Runs at most one task of each name at a time, and none after it was closed.

    A tier is opened without a task group around it, so these are tasks of the event loop.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    def start(self, name: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Begins `work` unless one of that name runs, or there is no event loop to run it."""
        if self._closed or name in self._tasks:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        task = loop.create_task(work(), name=f"tier {name}")
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def aclose(self) -> None:
        """Cancels what runs and waits until it is gone."""
        self._closed = True
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
