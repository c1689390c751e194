"""Records and verdicts as JSON, the form they are stored in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from assistant.records.base import Outcome, Record

SCHEMA_VERSION: Final = 1
"""Raised whenever stored values change their meaning; older ones are then not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoredRecord:
    version: Literal[1]
    record: Record


_RECORD: Final = TypeAdapter(_StoredRecord)
_OUTCOME: Final = TypeAdapter(Outcome)


def encode_record(record: Record) -> bytes | None:
    """The bytes to store; None where a name in it is not Unicode."""
    try:
        return _RECORD.dump_json(_StoredRecord(version=SCHEMA_VERSION, record=record))
    except PydanticSerializationError:
        return None


def decode_record(data: bytes | str) -> Record | None:
    """What `encode_record` was given; None for anything of another version or not written by it."""
    try:
        return _RECORD.validate_json(data).record
    except ValidationError:
        return None


def encode_outcome(outcome: Outcome) -> bytes:
    """The bytes to store."""
    return _OUTCOME.dump_json(outcome)


def decode_outcome(data: bytes | str) -> Outcome | None:
    """What `encode_outcome` was given; None for anything not written by it."""
    try:
        return _OUTCOME.validate_json(data)
    except ValidationError:
        return None
