"""Kept drafts of one process in its memory: for a policy without a store, and for tests."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

from assistant.types import Answer, Caller
from assistant.upgrades.base import Found, Keeping, KeptDraft, News, Upgrade

T = TypeVar("T")

MOST_DRAFTS: Final = 1_000
"""Some ten megabytes of usual requests; what was not looked at for longest makes room."""

_Name: TypeAlias = tuple[Caller, str]


class _Slots(Generic[T]):
    """At most `most` values, each until its time."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._slots: OrderedDict[_Name, tuple[T, float]] = OrderedDict()
        self._most = most
        self._clock = clock

    def put(self, name: _Name, value: T, keep_s: float) -> None:
        self._slots[name] = (value, self._clock() + keep_s)
        self._slots.move_to_end(name)
        while len(self._slots) > self._most:
            self._slots.popitem(last=False)

    def get(self, name: _Name) -> T | None:
        value, until = self._slots.get(name, (None, 0.0))
        if value is None or until <= self._clock():
            self._slots.pop(name, None)
            return None
        self._slots.move_to_end(name)
        return value

    def pop(self, name: _Name) -> bool:
        return self._slots.pop(name, None) is not None


class MemoryUpgradeStore:
    """At most `most` drafts, each for `keep_s` seconds; `clock` tells seconds."""

    def __init__(
        self,
        *,
        keep_s: float,
        most: int = MOST_DRAFTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keep_s = keep_s
        self._drafts: _Slots[KeptDraft] = _Slots(most, clock)
        self._upgrades: _Slots[Upgrade] = _Slots(most, clock)
        self._better: _Slots[Answer] = _Slots(most, clock)

    async def keep(self, items: Sequence[Keeping]) -> bool:
        """Always keeps."""
        for item in items:
            self._drafts.put((item.caller, item.id), item.draft, self._keep_s)
        return True

    async def read(self, caller: Caller, answer_id: str) -> Found | None:
        """What the caller has under that id."""
        draft = self._drafts.get((caller, answer_id))
        if draft is None:
            return None
        upgrade = self._upgrades.get((caller, draft.of))
        if upgrade is None or upgrade.status != "ready":
            return Found(draft=draft, upgrade=upgrade)
        better = self._better.get((caller, upgrade.id))
        return Found(draft=draft, upgrade=upgrade if better else None, better=better)

    async def settle(self, caller: Caller, answer_id: str, news: News | None) -> bool:
        """Notes what became of a draft, while that is kept."""
        draft = self._drafts.get((caller, answer_id))
        if draft is None:
            return False
        if news is None:
            self._upgrades.pop((caller, draft.of))
            return True
        keep_s = self._keep_s if news.keep_s is None else news.keep_s
        self._drafts.put((caller, answer_id), draft, max(keep_s, self._keep_s))
        self._upgrades.put((caller, draft.of), news.upgrade, keep_s)
        if news.better is not None:
            self._better.put((caller, news.upgrade.id), news.better, keep_s)
        return True

    async def forget(self, caller: Caller, answer_id: str) -> bool:
        """Drops all under that id, and what followed from it."""
        found = await self.read(caller, answer_id)
        if found is not None and found.upgrade is not None:
            self._upgrades.pop((caller, found.draft.of))
            self._better.pop((caller, found.upgrade.id))
        was_draft = self._drafts.pop((caller, answer_id))
        return self._better.pop((caller, answer_id)) or was_draft

    async def aclose(self) -> None:
        """Nothing to close."""
