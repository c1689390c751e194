"""What is stored under a key: an answer and when it was written, as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from assistant.cache.keys import SCHEMA_VERSION
from assistant.types import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An answer with the wall-clock second it was stored in; `version` is that of the keys."""

    version: Literal[1]
    created_at: float
    answer: Answer


_ADAPTER: Final = TypeAdapter(Entry)


def encode(answer: Answer, *, created_at: float) -> bytes | None:
    """The bytes to store; None for a text that is not Unicode, such as one with half a surrogate."""
    entry = Entry(version=SCHEMA_VERSION, created_at=created_at, answer=answer)
    try:
        return _ADAPTER.dump_json(entry)
    except PydanticSerializationError:
        return None


def decode(data: bytes | str) -> Entry | None:
    """What `encode` was given; None for anything of another version or not written by it."""
    try:
        return _ADAPTER.validate_json(data)
    except ValidationError:
        return None
