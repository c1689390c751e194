"""What one process knows of a flight: the items so far, its end, and how many listen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from types import TracebackType
from typing import Generic

from assistant.cache.flights.base import Item, Role


class Channel(Generic[Item]):
    """Every listener reads the same items at its own pace; none waits for another.

    Items are those of the latest attempt alone.
    """

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.attempt = 1
        self.completed = False
        """The last item that others wait for is there, though the generator may still tidy up."""
        self.lasting = True
        """Whether somebody may still join once it is completed."""
        self.over = False
        self.deserted = False
        """Nobody listens any more, and nobody ever will."""
        self.role: Role | None = None
        """Of the request that opened the channel, once that is known."""
        self._writing = False
        self.news = asyncio.Event()
        """Set at the next change, and replaced by a new one."""
        self.error: BaseException | None = None
        self._listeners = 0
        self._traceback: TracebackType | None = None

    @property
    def is_past(self) -> bool:
        """What was written is for those who listen by now."""
        return self.completed and not self.lasting

    def add(self, items: Iterable[Item], *, completed: bool = False, lasting: bool = True) -> None:
        """They come next; with `completed`, others wait for no more."""
        self.items.extend(items)
        self.completed |= completed
        self.lasting &= lasting
        self._changed()

    def restart(self) -> None:
        """The items so far, if there are any, are void: those of another attempt follow."""
        if self.items:
            self.attempt += 1
            self.items = []
            self._changed()

    def finish(self, error: BaseException | None = None) -> None:
        """Nothing follows; `error` is raised to every listener. Only the first end counts."""
        if not self.over:
            self.over = True
            self.error = error
            self._traceback = None if error is None else error.__traceback__
            self._changed()

    def enter(self) -> None:
        """One more listens."""
        self._listeners += 1

    def leave(self) -> None:
        """One listens no more; a channel that its last listener left is entered by nobody again."""
        self._listeners -= 1
        if not self._listeners:
            self.deserted = True
            self._changed()

    def writes(self) -> None:
        """The generation runs in this process, for this channel."""
        self._writing = True

    def released(self) -> None:
        """The generation goes on without listeners here: others follow."""
        self._writing = False
        self._changed()

    async def parted(self) -> None:
        """Returns once no generation runs here for the sake of those who listened."""
        while self._writing and not (self.over or self.completed):
            await self.news.wait()

    async def listen(self) -> AsyncGenerator[tuple[int, Item], None]:
        """Every item with its attempt, from the first one, then as they come.

        Raises:
            Exception: the one that the flight ended with.
        """
        attempt, position = self.attempt, 0
        while True:
            news = self.news
            if attempt != self.attempt:
                attempt, position = self.attempt, 0
            if position < len(self.items):
                position += 1
                yield attempt, self.items[position - 1]
            elif not self.over:
                await news.wait()
            elif self.error is None:
                return
            else:
                # Raised to many, it would otherwise gather the traceback of each.
                raise self.error.with_traceback(self._traceback)

    def _changed(self) -> None:
        self.news.set()
        self.news = asyncio.Event()
