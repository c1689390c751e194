"""Hedging: where a first server is slow to begin, a second one is asked, too, and the faster one is kept.

Dean and Barroso, "The tail at scale", 2013. It trades the time of two cards for the worst waits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

import anyio

from assistant.errors import TierError


class Closable(Protocol):
    """Something begun that can be given up."""

    async def aclose(self) -> None:
        """Gives it up."""
        ...


_Begun = TypeVar("_Begun", bound=Closable)


async def first_to_begin(
    first: Callable[[], Awaitable[_Begun]],
    second: Callable[[], Awaitable[_Begun]],
    *,
    after_s: float,
) -> _Begun:
    """What begins first; `second` is called where `first` has not begun `after_s` seconds later.

    The other one is cancelled, or closed where it began in the same moment. An error of one leaves
    the matter to the other; that of `first` within its time is not hedged, as it was retried already.

    Raises:
        TierError: the first one of all that were asked.
    """
    race = _Race[_Begun]()
    try:
        async with anyio.create_task_group() as runners:
            race.start(runners, first)
            with anyio.move_on_after(after_s):
                await race.decided.wait()
            if not race.decided.is_set():
                race.start(runners, second)
                await race.decided.wait()
            runners.cancel_scope.cancel()
    except BaseException:
        await race.give_up()
        raise
    return race.result()


class _Race(Generic[_Begun]):
    def __init__(self) -> None:
        self.decided = anyio.Event()
        self._running = 0
        self._winner: _Begun | None = None
        self._errors: list[TierError] = []

    def start(self, runners: anyio.abc.TaskGroup, begin: Callable[[], Awaitable[_Begun]]) -> None:
        self._running += 1
        runners.start_soon(self._run, begin)

    async def give_up(self) -> None:
        if self._winner is not None:
            with anyio.CancelScope(shield=True):
                await self._winner.aclose()

    def result(self) -> _Begun:
        if self._winner is None:
            raise self._errors[0]
        return self._winner

    async def _run(self, begin: Callable[[], Awaitable[_Begun]]) -> None:
        try:
            begun = await begin()
        except TierError as error:
            self._errors.append(error)
            self._running -= 1
            if not self._running:
                self.decided.set()
            return
        if self._winner is None:
            self._winner = begun
            self.decided.set()
        else:
            with anyio.CancelScope(shield=True):
                await begun.aclose()
