"""Keeps decision records behind the answers, and takes the verdicts of writers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

import anyio
from anyio import CapacityLimiter, to_thread

from assistant.errors import RequestError
from assistant.records.base import Given, Held, Kept, Noted, Outcome, Record, RecordStore, Settled
from assistant.records.distance import normalised_distance, packed, unpacked, word_digests
from assistant.records.keys import group_of, record_id_of, word_key
from assistant.telemetry import get_logger
from assistant.types import Caller

MOST_PENDING: Final = 256
"""Records on their way to the store: seconds of a busy server's answers. More are dropped."""

SETTLE_S: Final = 5.0
"""How long a closing process, or a verdict on a record that is still on its way, waits for it."""

DISTANCE_DIGITS: Final = 6
TIME_DIGITS: Final = 3

_log = get_logger("records")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long things are kept, in seconds; `compare_for_s` of 0 holds no word digests."""

    keep_s: float
    compare_for_s: float


class Recorder:
    """Records over a store. `secret` keys what stands for requests and words."""

    def __init__(
        self,
        store: RecordStore,
        *,
        secret: bytes,
        keeping: Keeping,
        most_pending: int = MOST_PENDING,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._secret = secret
        self._keeping = keeping
        self._most_pending = most_pending
        self._wall_clock = wall_clock
        self._pending: dict[tuple[Caller, str], asyncio.Task[None]] = {}
        self._dropped = 0
        # Of its own and of one: texts are compared one after the other, behind the answers.
        self._thread = CapacityLimiter(1)

    @property
    def dropped(self) -> int:
        """Records that could not be kept, since this process began."""
        return self._dropped

    def note(self, noted: Noted) -> None:
        """Keeps the record some time soon; drops and counts it where too many are on their way."""
        if len(self._pending) >= self._most_pending:
            self._drop(noted.record.id, reason="too_many")
            return
        record = replace(noted.record, created=round(self._wall_clock(), TIME_DIGITS))
        name = (record.caller, record.id)
        task = asyncio.create_task(self._keep(replace(noted, record=record)))
        self._pending[name] = task
        task.add_done_callback(lambda _: self._pending.pop(name, None))

    async def read(self, caller: Caller, record_id: str) -> Kept:
        """The caller's record; `record_id` as clients know it.

        Raises:
            RequestError: (`not_found`) there is none of that name, or no longer, or it is not theirs.
            RecordsUnavailable: the store does not answer.
        """
        name = record_id_of(record_id)
        kept = None
        if name is not None:
            task = self._pending.get((caller, name))
            await _wait([] if task is None else [task])
            kept = await self._store.read(caller, name)
        if kept is None:
            message = "no draft of yours has this id, or its record has expired"
            raise RequestError(message, param="id", code="not_found")
        return kept

    async def give(self, caller: Caller, record_id: str, given: Given) -> Settled:
        """Stores the verdict, the last one counts; the final text is measured and forgotten.

        Raises:
            RequestError: (`not_found`) as `read`; (`missing`) nothing tells how much was edited.
            RecordsUnavailable: the store does not answer.
        """
        record = (await self.read(caller, record_id)).record
        distance = given.edit_distance
        if given.final_text is not None:
            measured = await self._measure(record, given.final_text)
            distance = distance if measured is None else measured
        if given.verdict == "edited" and distance is None:
            raise _unmeasured(given)
        outcome = Outcome(
            verdict=given.verdict,
            edit_distance=distance,
            created=round(self._wall_clock(), TIME_DIGITS),
        )
        await self._store.settle(record, outcome, keep_s=self._keeping.keep_s)
        return Settled(record=record, outcome=outcome)

    async def forget(self, caller: Caller, record_id: str) -> None:
        """Erases a record and all that hangs on it; errors as of `read`."""
        record = (await self.read(caller, record_id)).record
        await self._store.forget(record)

    async def aclose(self) -> None:
        """Waits a little for records on their way, drops those that take longer, and closes the store."""
        await _wait(self._pending.values())
        for (_, record_id), task in [*self._pending.items()]:
            task.cancel()
            self._drop(record_id, reason="closing")
        await self._store.aclose()

    async def _keep(self, noted: Noted) -> None:
        kept = await self._keep_repeat(noted) if noted.record.repeats else None
        if not (await self._keep_measured(noted) if kept is None else kept):
            self._drop(noted.record.id, reason="not_stored")

    async def _keep_measured(self, noted: Noted) -> bool:
        record, held = await to_thread.run_sync(self._measured, noted, limiter=self._thread)
        return await self._store.write(record, keep_s=self._keeping.keep_s, held=held)

    async def _keep_repeat(self, noted: Noted) -> bool | None:
        """Whether the record is stored; None where its text has to be looked at once more.

        Usually not: the digests that were held when it was written, or last served, are held on. A thread
        for each stored answer would take longer than the answer.
        """
        group = group_of(self._secret, noted.request)
        stored = await self._store.repeat(
            replace(noted.record, group=group),
            keep_s=self._keeping.keep_s,
            held_s=min(self._keeping.compare_for_s, self._keeping.keep_s),
        )
        return None if stored == "unheld" else stored == "stored"

    def _measured(self, noted: Noted) -> tuple[Record, Held | None]:
        key = word_key(self._secret, noted.record.text_id)
        steps = list(noted.record.path)
        for one in noted.revised:
            distance = _distance(one.draft, one.revision, key)
            steps[one.step] = replace(steps[one.step], revision=distance)
        group = group_of(self._secret, noted.request)
        return replace(noted.record, path=tuple(steps), group=group), self._held(noted.text, key)

    def _held(self, text: str, key: bytes) -> Held | None:
        if self._keeping.compare_for_s <= 0:
            return None
        words = word_digests(text, key=key)
        return (
            None
            if words is None
            else Held(
                digests=packed(words),
                seconds=min(self._keeping.compare_for_s, self._keeping.keep_s),
            )
        )

    async def _measure(self, record: Record, final_text: str) -> float | None:
        """How far the final text lies from the served one; None where that is no longer known."""
        held = await self._store.held(record.caller, record.text_id)
        if held is None:
            return None
        key = word_key(self._secret, record.text_id)

        def measure() -> float | None:
            final = word_digests(final_text, key=key)
            return None if final is None else _rounded(unpacked(held), final)

        return await to_thread.run_sync(measure, limiter=self._thread)

    def _drop(self, record_id: str, *, reason: str) -> None:
        self._dropped += 1
        _log.warning("record.dropped", id=record_id, reason=reason, dropped=self._dropped)


async def _wait(tasks: Iterable[asyncio.Task[None]]) -> None:
    pending = list(tasks)
    if pending:
        with anyio.move_on_after(SETTLE_S):
            await asyncio.wait(pending)


def _distance(first: str, second: str, key: bytes) -> float | None:
    before, after = word_digests(first, key=key), word_digests(second, key=key)
    return None if before is None or after is None else _rounded(before, after)


def _rounded(before: tuple[int, ...], after: tuple[int, ...]) -> float:
    return round(normalised_distance(before, after), DISTANCE_DIGITS)


def _unmeasured(given: Given) -> RequestError:
    if given.final_text is None:
        message = "verdict 'edited' needs final_text, or edit_distance: the share of words changed, 0 to 1"
    else:
        message = (
            "the served text is no longer held for comparison (policy feedback.compare_for);"
            " send edit_distance, the share of words changed, 0 to 1"
        )
    return RequestError(message, param="edit_distance", code="missing")
