"""What is stored of an answer: its JSON, packed. Bytes in, bytes out."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from assistant.cache.keys import SCHEMA_VERSION
from assistant.types import Answer

LEVEL: Final = 6
"""Of zlib: 9 saves less than one byte in a thousand more."""

LONGEST: Final = 16 * 2**20
"""Bytes that an entry may unpack to: far beyond any answer, for a broken one must not fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An answer and what its request said; `version` is that of the keys."""

    version: Literal[2]
    instruction: str = field(repr=False)
    answer: Answer = field(repr=False)


_ADAPTER: Final = TypeAdapter(Body)


def encode(answer: Answer, *, instruction: str) -> bytes | None:
    """The bytes to store; None for a text that is not Unicode, such as one with half a surrogate."""
    body = Body(version=SCHEMA_VERSION, instruction=instruction, answer=answer)
    try:
        data = _ADAPTER.dump_json(body)
    except PydanticSerializationError:
        return None
    packer = zlib.compressobj(LEVEL, zdict=_dictionary())
    return packer.compress(data) + packer.flush()


def decode(data: bytes) -> Body | None:
    """What `encode` was given; None for anything of another version or not written by it."""
    unpacker = zlib.decompressobj(zdict=_dictionary())
    try:
        text = unpacker.decompress(data, LONGEST)
        return _ADAPTER.validate_json(text) if unpacker.eof else None
    except (zlib.error, ValidationError):
        return None


@cache
def _dictionary() -> bytes:
    """What the JSON of nearly every answer holds: names of fields and checks, usual words.

    zlib notes its checksum in what it packs, so that a change of the file makes older entries unreadable
    and never wrong.
    """
    return files("assistant.cache.store").joinpath("entry.dictionary").read_bytes()
