"""Decision records of one process in its memory: for a policy without a store, and for tests."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from assistant.records.base import Held, Kept, Outcome, Record, Repeated
from assistant.types import Caller

MOST_RECORDS: Final = 10_000
"""Some twenty megabytes; the oldest make room."""

_Name: TypeAlias = tuple[Caller, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    kept: Kept
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    digests: bytes
    until: float


class MemoryRecordStore:
    """At most `most` records, each for its time. `wall_clock` tells seconds since 1970."""

    def __init__(
        self, *, most: int = MOST_RECORDS, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._slots: OrderedDict[_Name, _Slot] = OrderedDict()
        self._words: OrderedDict[_Name, _Words] = OrderedDict()
        self._most = most
        self._wall_clock = wall_clock

    async def write(self, record: Record, *, keep_s: float, held: Held | None) -> bool:
        """Always stores."""
        now = self._wall_clock()
        slot = _Slot(kept=Kept(record=record), until=now + keep_s)
        self._slots[record.caller, record.id] = slot
        if held is not None:
            words = _Words(digests=held.digests, until=now + held.seconds)
            self._words[record.caller, record.text_id] = words
        for kept in (self._slots, self._words):
            while len(kept) > self._most:
                kept.popitem(last=False)
        return True

    async def repeat(self, record: Record, *, keep_s: float, held_s: float) -> Repeated:
        """Always stores; the words may be held no more."""
        digests = await self.held(record.caller, record.text_id)
        held = None if digests is None else Held(digests=digests, seconds=held_s)
        await self.write(record, keep_s=keep_s, held=held)
        return "stored" if held is not None or held_s <= 0 else "unheld"

    async def read(self, caller: Caller, record_id: str) -> Kept | None:
        """The caller's record of that name."""
        slot = self._slot(caller, record_id)
        return None if slot is None else slot.kept

    async def held(self, caller: Caller, text_id: str) -> bytes | None:
        """Digests of the words of a served text, while they are held."""
        words = self._words.get((caller, text_id))
        return None if words is None or words.until <= self._wall_clock() else words.digests

    async def settle(self, record: Record, outcome: Outcome, *, keep_s: float) -> None:
        """Keeps the verdict with its record."""
        del keep_s
        slot = self._slot(record.caller, record.id)
        if slot is not None:
            kept = replace(slot.kept, outcome=outcome)
            self._slots[record.caller, record.id] = replace(slot, kept=kept)

    async def forget(self, record: Record) -> None:
        """Drops the record and all that hangs on it."""
        self._slots.pop((record.caller, record.id), None)
        self._words.pop((record.caller, record.text_id), None)

    async def scored(self, *, since: float, tenant: str | None = None) -> AsyncIterator[Kept]:
        """Records with a scored draft, oldest first within each tenant."""
        now = self._wall_clock()
        records = [slot.kept for slot in self._slots.values() if slot.until > now]
        for kept in sorted(records, key=lambda one: (one.record.caller.tenant, one.record.created)):
            record = kept.record
            scored = any(step.log_odds is not None for step in record.path)
            if scored and record.created >= since and tenant in (None, record.caller.tenant):
                yield kept

    async def aclose(self) -> None:
        """Nothing to close."""

    def _slot(self, caller: Caller, record_id: str) -> _Slot | None:
        slot = self._slots.get((caller, record_id))
        return None if slot is None or slot.until <= self._wall_clock() else slot
