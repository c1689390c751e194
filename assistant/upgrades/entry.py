"""Kept drafts and better texts as bytes, the form they are stored in. Pure."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from assistant.types import Answer
from assistant.upgrades.base import KeptDraft, Upgrade

T = TypeVar("T")

LEVEL: Final = 1
"""Of zlib: what is kept here lives for minutes, and most answers leave something."""

LONGEST: Final = 16 * 2**20
"""Bytes that a value may unpack to: far beyond any request, for a broken one must not fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """The version is raised whenever values change their meaning; older ones are then not read."""

    draft: KeptDraft = field(repr=False)
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Better:
    answer: Answer = field(repr=False)
    version: Literal[1] = 1


_DRAFT: Final = TypeAdapter(_Draft)
_BETTER: Final = TypeAdapter(_Better)
_UPGRADE: Final = TypeAdapter(Upgrade)


def encode_draft(draft: KeptDraft) -> bytes | None:
    """The bytes to store; None for a text that is not Unicode, such as one with half a surrogate."""
    return _packed(_DRAFT, _Draft(draft=draft))


def decode_draft(data: bytes) -> KeptDraft | None:
    """What `encode_draft` was given; None for anything of another version or not written by it."""
    value = _unpacked(_DRAFT, data)
    return None if value is None else value.draft


def encode_better(answer: Answer) -> bytes | None:
    """The bytes to store; None for a text that is not Unicode."""
    return _packed(_BETTER, _Better(answer=answer))


def decode_better(data: bytes) -> Answer | None:
    """What `encode_better` was given; None for anything of another version or not written by it."""
    value = _unpacked(_BETTER, data)
    return None if value is None else value.answer


def encode_upgrade(upgrade: Upgrade) -> bytes:
    """The bytes to store; they hold no text."""
    return _UPGRADE.dump_json(upgrade)


def decode_upgrade(data: bytes) -> Upgrade | None:
    """What `encode_upgrade` was given; None for anything not written by it."""
    try:
        return _UPGRADE.validate_json(data)
    except ValidationError:
        return None


def _packed(adapter: TypeAdapter[T], value: T) -> bytes | None:
    try:
        return zlib.compress(adapter.dump_json(value), LEVEL)
    except PydanticSerializationError:
        return None


def _unpacked(adapter: TypeAdapter[T], data: bytes) -> T | None:
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, LONGEST)
        return adapter.validate_json(text) if unpacker.eof else None
    except (zlib.error, ValidationError):
        return None
