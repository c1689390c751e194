"""Keeps drafts behind the answers, many at a time, and finds them again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import anyio

from assistant.telemetry import get_logger
from assistant.types import Caller
from assistant.upgrades.base import Found, Keeping, News, Owner, UpgradeStore

GATHERED_S: Final = 0.01
"""How long drafts wait for others: stored answers are served by the thousand, and a round trip for each
costs more than finding one."""

MOST_PENDING: Final = 1_024
"""Drafts on their way to the store: a second of a busy server's answers. More are dropped."""

SETTLE_S: Final = 5.0
"""How long a closing process, or a wish for a draft that is still on its way, waits for it."""

_log = get_logger("upgrades")


class Keeper:
    """Drafts over a store. `owner` tells what stands for a caller in names."""

    keeps = True

    def __init__(
        self,
        store: UpgradeStore,
        owner: Callable[[Caller], Owner],
        *,
        most_pending: int = MOST_PENDING,
    ) -> None:
        self._store = store
        self._owner = owner
        self._most_pending = most_pending
        self._batch: list[Keeping] = []
        self._gathering: asyncio.Task[None] | None = None
        self._pending: dict[tuple[Caller, str], asyncio.Task[None]] = {}

    def owner(self, caller: Caller) -> Owner:
        """What stands for the caller in names."""
        return self._owner(caller)

    def note(self, keeping: Keeping) -> None:
        """Keeps the draft some time soon; drops it where too many are on their way."""
        if len(self._pending) >= self._most_pending:
            _log.warning("draft.not_kept", id=keeping.id, reason="too_many")
            return
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._keep())
        self._batch.append(keeping)
        self._pending[keeping.caller, keeping.id] = self._gathering

    async def read(self, caller: Caller, answer_id: str) -> Found | None:
        """What the caller has under that id; errors as of the store."""
        await self._arrived(caller, answer_id)
        return await self._store.read(caller, answer_id)

    async def settle(self, caller: Caller, answer_id: str, news: News | None) -> bool:
        """Notes what became of a draft, while that is kept."""
        await self._arrived(caller, answer_id)
        return await self._store.settle(caller, answer_id, news)

    async def forget(self, caller: Caller, answer_id: str) -> bool:
        """Erases all under that id; errors as of the store."""
        await self._arrived(caller, answer_id)
        return await self._store.forget(caller, answer_id)

    async def aclose(self) -> None:
        """Waits a little for drafts on their way, and closes the store."""
        await _wait(set(self._pending.values()))
        for task in set(self._pending.values()):
            task.cancel()
        await self._store.aclose()

    async def _keep(self) -> None:
        await asyncio.sleep(GATHERED_S)
        batch, self._batch, self._gathering = self._batch, [], None
        try:
            if not await self._store.keep(batch):
                _log.warning("draft.not_kept", drafts=len(batch), reason="not_stored")
        finally:
            for keeping in batch:
                self._pending.pop((keeping.caller, keeping.id), None)

    async def _arrived(self, caller: Caller, answer_id: str) -> None:
        task = self._pending.get((caller, answer_id))
        await _wait([] if task is None else [task])


async def _wait(tasks: Iterable[asyncio.Task[None]]) -> None:
    pending = list(tasks)
    if pending:
        with anyio.move_on_after(SETTLE_S):
            await asyncio.wait(pending)
