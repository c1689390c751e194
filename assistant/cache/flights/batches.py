"""Items as they lie in the store: several in one entry, sealed where there is a key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic

from assistant.cache.flights.base import Codec, FlightPlace, Item, Seals

_LENGTH_BYTES = 4


class Unreadable(Exception):
    """An entry that this process cannot read: another key, another version, or not ours."""


class Batches(Generic[Item]):
    """Packs and unpacks the entries of one flight."""

    def __init__(self, place: FlightPlace, codec: Codec[Item], cipher: Seals | None) -> None:
        self._place = place
        self._codec = codec
        self._cipher = cipher

    def pack(self, items: Iterable[Item], *, entry: str) -> bytes:
        """The items as bytes that can be read only as the entry of this id."""
        data = b"".join(_framed(self._codec.encode(item)) for item in items)
        if self._cipher is None:
            return data
        return self._cipher.seal(data, tenant=self._place.tenant, place=self._where(entry))

    def unpack(self, data: bytes, *, entry: str) -> Sequence[Item]:
        """The items again.

        Raises:
            Unreadable: they were written with another key or by another version.
        """
        if self._cipher is not None:
            opened = self._cipher.open(data, tenant=self._place.tenant, place=self._where(entry))
            if opened is None:
                raise Unreadable
            data = opened
        try:
            return [self._codec.decode(frame) for frame in _frames(data)]
        except ValueError:
            # Without its cause, whose message may quote the text.
            raise Unreadable from None

    def _where(self, entry: str) -> str:
        return f"{self._place.items}:{entry}"


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(_LENGTH_BYTES) + data


def _frames(data: bytes) -> Iterable[bytes]:
    position = 0
    while position < len(data):
        begin = position + _LENGTH_BYTES
        position = begin + int.from_bytes(data[position:begin])
        yield data[begin:position]
