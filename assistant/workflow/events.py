"""Events of a run as bytes, for those in other processes who follow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from assistant.cache.flights.base import Codec
from assistant.types import (
    DraftCompleted,
    DraftStarted,
    Event,
    Progress,
    RungJudged,
    TierStarted,
)


@dataclass(frozen=True, slots=True)
class _Started:
    event: DraftStarted
    kind: Literal["draft.started"] = "draft.started"


@dataclass(frozen=True, slots=True)
class _Tier:
    event: TierStarted
    kind: Literal["tier.started"] = "tier.started"


@dataclass(frozen=True, slots=True)
class _Progress:
    event: Progress
    kind: Literal["progress"] = "progress"


@dataclass(frozen=True, slots=True)
class _Judged:
    event: RungJudged
    kind: Literal["rung.judged"] = "rung.judged"


@dataclass(frozen=True, slots=True)
class _Completed:
    event: DraftCompleted
    kind: Literal["draft.completed"] = "draft.completed"


_Tagged: TypeAlias = Annotated[
    _Started | _Tier | _Progress | _Judged | _Completed, Field(discriminator="kind")
]
_ADAPTER: Final[TypeAdapter[_Tagged]] = TypeAdapter(_Tagged)


def encode_event(event: Event) -> bytes:
    """The event as JSON, with its kind."""
    return _ADAPTER.dump_json(_tagged(event))


def decode_event(data: bytes) -> Event:
    """What `encode_event` was given.

    Raises:
        ValueError: it was not written by this version.
    """
    return _ADAPTER.validate_json(data).event


def _tagged(event: Event) -> _Tagged:
    match event:
        case DraftStarted():
            return _Started(event)
        case TierStarted():
            return _Tier(event)
        case Progress():
            return _Progress(event)
        case RungJudged():
            return _Judged(event)
        case DraftCompleted():
            return _Completed(event)


EVENT_CODEC: Final[Codec[Event]] = Codec(
    encode=encode_event,
    decode=decode_event,
    completes=lambda event: isinstance(event, DraftCompleted),
    # An answer that is not stored is meant for one time only.
    lasts=lambda event: not isinstance(event, DraftCompleted) or bool(event.entry),
)
"""How followers of a run in other processes are told of it."""
