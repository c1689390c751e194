"""A flight as the processes share it: who leads, what was written, who follows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final, Literal, TypeAlias, cast

from assistant.bounded import DOWN, BoundedRedis, Down, Script
from assistant.cache.flights.base import FlightPlace, Times

MOST_ENTRIES: Final = 10_000
"""Of one flight: at 50 a second more than three minutes of writing without a pause. Who comes when its
beginning has been dropped writes for itself."""

_TOKEN_BYTES: Final = 12


def _script(name: str) -> Script:
    source = resources.files("assistant.cache.flights").joinpath(f"{name}.lua")
    return Script(source.read_text(encoding="utf-8"))


_CLAIM, _TELL, _FOLLOW, _ABANDON = (
    _script(name) for name in ("claim", "tell", "follow", "abandon")
)

EntryState: TypeAlias = Literal["begun", "going", "ended", "failed", "abandoned"]
"""What an entry says of its attempt: `abandoned` means that nobody listened any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """This process leads."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Another process leads, or has led to the end."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was told at once; `number` counts the entries of an attempt from 0."""

    attempt: int
    number: int
    state: EntryState
    items: bytes

    @property
    def id(self) -> str:
        """Its name in the stream."""
        return entry_id(self.attempt, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """New entries; `led` says whether a leader lives, or the flight is done."""

    led: bool
    entries: Sequence[Entry]


class FlightStore:
    """One process's view of one flight; every answer takes a bounded time or is Down."""

    def __init__(
        self,
        redis: BoundedRedis,
        place: FlightPlace,
        times: Times,
        *,
        reads: BoundedRedis | None = None,
    ) -> None:
        self._redis = redis
        self._reads = reads
        self._place = place
        self._times = times
        self._token = secrets.token_hex(_TOKEN_BYTES)

    async def claim(self, *, seen: int, following: bool) -> Led | Held | Down:
        """Leads where nobody does; otherwise this process counts as a follower if it is `following`.

        `seen` is the latest attempt known here. A claim whose reply was lost can be made again.
        """
        times = self._times
        reply = await self._redis.run(
            "flight.claim",
            _CLAIM,
            keys=[self._place.lock, self._place.items, self._place.watchers],
            args=[
                *(self._token, seen, _ms(times.lock_s), _ms(times.kept_s)),
                *(self._token if following else "", _ms(times.sign_s)),
            ],
        )
        if isinstance(reply, Down):
            return reply
        words = cast(bytes, reply).decode().split()
        attempt = int(words[1])
        return Led(attempt=attempt) if words[2:] == [self._token] else Held(attempt=attempt)

    async def tell(
        self,
        state: EntryState,
        *,
        attempt: int,
        entry: str = "",
        items: bytes = b"",
        lasting: bool = True,
    ) -> bool | Down:
        """Adds an entry, if one is named, and renews the lock or ends the flight.

        An end that is not `lasting` is for those who follow by then. False where this process leads no more. Telling the same entry again changes nothing.
        """
        times = self._times
        reply = await self._redis.run(
            "flight.tell",
            _TELL,
            keys=[self._place.lock, self._place.items],
            args=[
                *(self._held(attempt), state, entry, items, _ms(times.lock_s)),
                *(_ms(times.kept_s), _ms(times.done_s), MOST_ENTRIES, int(lasting)),
            ],
        )
        return reply if isinstance(reply, Down) else reply == 1

    async def follow(self, *, after: str, sign: bool) -> Seen | Down:
        """What came after an entry; with `sign`, this process counts as a follower for some time more."""
        reply = await self._redis.run(
            "flight.follow",
            _FOLLOW,
            keys=[self._place.lock, self._place.items, self._place.watchers],
            args=[
                *(after, self._token if sign else ""),
                *(_ms(self._times.sign_s), _ms(self._times.kept_s)),
            ],
        )
        if isinstance(reply, Down):
            return reply
        lock, found = cast(tuple[bytes, list[tuple[bytes, list[bytes]]]], reply)
        entries = [
            _entry(name, dict(zip(fields[::2], fields[1::2], strict=True)))
            for name, fields in found
        ]
        return Seen(led=lock != b"", entries=entries)

    async def wait(self, *, after: str) -> Sequence[Entry] | Down:
        """What comes after an entry, as soon as it comes; nothing where nothing came for some time.

        Down also where there is no connection to wait on.
        """
        if self._reads is None:
            return DOWN
        place, wait_ms = self._place.items, _ms(self._times.wait_s)
        reply = await self._reads.ask(
            "flight.wait", lambda redis: redis.xread({place: after}, block=wait_ms)
        )
        if isinstance(reply, Down):
            return reply
        streams = cast(list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]], reply)
        return [_entry(name, fields) for _, found in streams for name, fields in found]

    async def abandon(self, *, attempt: int) -> bool | Down:
        """Ends the flight, unless another process follows; whether it is over for this process."""
        reply = await self._redis.run(
            "flight.abandon",
            _ABANDON,
            keys=[self._place.lock, self._place.items, self._place.watchers],
            args=[self._held(attempt), attempt, _ms(self._times.kept_s)],
        )
        return reply if isinstance(reply, Down) else reply == 1

    async def leave(self) -> None:
        """This process follows no more."""
        await self._redis.ask(
            "flight.leave", lambda redis: redis.zrem(self._place.watchers, self._token)
        )

    def _held(self, attempt: int) -> str:
        return f"led {attempt} {self._token}"


def entry_id(attempt: int, number: int) -> str:
    """Ids rise with attempts and count without gaps, so that a follower notices what it missed."""
    return f"{attempt}-{number}"


def _entry(name: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    attempt, number = name.decode().split("-")
    return Entry(
        attempt=int(attempt),
        number=int(number),
        state=cast(EntryState, fields[b"state"].decode()),
        items=fields.get(b"items", b""),
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
