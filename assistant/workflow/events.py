"""Events of a run as bytes, for those in other processes who follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from assistant.cache.flights.base import Codec
from assistant.types import (
    CheckFailed,
    Delta,
    DraftCompleted,
    DraftStarted,
    Event,
    Progress,
    RungJudged,
    SegmentAccepted,
    TierStarted,
)

_KINDS: Final[Mapping[bytes, type[Event]]] = {
    b"draft.started": DraftStarted,
    b"tier.started": TierStarted,
    b"progress": Progress,
    b"delta": Delta,
    b"segment.accepted": SegmentAccepted,
    b"check": CheckFailed,
    b"rung.judged": RungJudged,
    b"draft.completed": DraftCompleted,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_ADAPTERS: Final[Mapping[bytes, TypeAdapter[Any]]] = {
    name: TypeAdapter(kind) for name, kind in _KINDS.items()
}


def encode_event(event: Event) -> bytes:
    """The name of its kind, a blank, and the event as JSON."""
    name = _NAMES[type(event)]
    return name + b" " + _ADAPTERS[name].dump_json(event)


def decode_event(data: bytes) -> Event:
    """What `encode_event` was given.

    Raises:
        ValueError: it was not written by this version.
    """
    name, _, body = data.partition(b" ")
    if name not in _ADAPTERS:
        message = "an event of a kind that this version does not know"
        raise ValueError(message)
    event: Event = _ADAPTERS[name].validate_json(body)
    return event


EVENT_CODEC: Final[Codec[Event]] = Codec(
    encode=encode_event,
    decode=decode_event,
    completes=lambda event: isinstance(event, DraftCompleted),
    # An answer that is not stored is meant for one time only.
    lasts=lambda event: not isinstance(event, DraftCompleted) or bool(event.entry),
)
"""How followers of a run in other processes are told of it."""
