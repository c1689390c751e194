"""Decision records of one process in its memory: for a policy without a store, and for tests."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from assistant.records.base import Held, Kept, Outcome, Record
from assistant.types import Caller

MOST_RECORDS: Final = 10_000
"""Some twenty megabytes; the oldest make room."""

_Name: TypeAlias = tuple[Caller, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    kept: Kept
    until: float
    held: bytes | None
    held_until: float


class MemoryRecordStore:
    """At most `most` records, each for its time. `wall_clock` tells seconds since 1970."""

    def __init__(
        self, *, most: int = MOST_RECORDS, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._slots: OrderedDict[_Name, _Slot] = OrderedDict()
        self._most = most
        self._wall_clock = wall_clock

    async def write(self, record: Record, *, keep_s: float, held: Held | None) -> bool:
        """Always stores."""
        now = self._wall_clock()
        self._slots[record.caller, record.id] = _Slot(
            kept=Kept(record=record),
            until=now + keep_s,
            held=None if held is None else held.digests,
            held_until=now + (0.0 if held is None else held.seconds),
        )
        while len(self._slots) > self._most:
            self._slots.popitem(last=False)
        return True

    async def read(self, caller: Caller, record_id: str) -> Kept | None:
        """The caller's record of that name."""
        slot = self._slot(caller, record_id)
        return None if slot is None else slot.kept

    async def held(self, caller: Caller, record_id: str) -> bytes | None:
        """Digests of the words of the served text, while they are held."""
        slot = self._slot(caller, record_id)
        return None if slot is None or slot.held_until <= self._wall_clock() else slot.held

    async def settle(self, record: Record, outcome: Outcome, *, keep_s: float) -> None:
        """Keeps the verdict with its record."""
        del keep_s
        slot = self._slot(record.caller, record.id)
        if slot is not None:
            kept = replace(slot.kept, outcome=outcome)
            self._slots[record.caller, record.id] = replace(slot, kept=kept)

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
