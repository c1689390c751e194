"""Events of a run as bytes, for those in other processes who follow it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter

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
class _Delta:
    event: Delta
    kind: Literal["delta"] = "delta"


@dataclass(frozen=True, slots=True)
class _Segment:
    event: SegmentAccepted
    kind: Literal["segment.accepted"] = "segment.accepted"


@dataclass(frozen=True, slots=True)
class _Check:
    event: CheckFailed
    kind: Literal["check"] = "check"


@dataclass(frozen=True, slots=True)
class _Judged:
    event: RungJudged
    kind: Literal["rung.judged"] = "rung.judged"


@dataclass(frozen=True, slots=True)
class _Completed:
    event: DraftCompleted
    kind: Literal["draft.completed"] = "draft.completed"


_Tagged: TypeAlias = Annotated[
    _Started | _Tier | _Progress | _Delta | _Segment | _Check | _Judged | _Completed,
    Field(discriminator="kind"),
]
_ADAPTER: Final[TypeAdapter[_Tagged]] = TypeAdapter(_Tagged)


def encode_event(event: Event) -> bytes:
    """The event as JSON, with its kind."""
    return _ADAPTER.dump_json(_TAGS[type(event)](event))


def decode_event(data: bytes) -> Event:
    """What `encode_event` was given.

    Raises:
        ValueError: it was not written by this version.
    """
    return _ADAPTER.validate_json(data).event


_TAGS: Final[Mapping[type[Event], Callable[[Any], _Tagged]]] = {
    DraftStarted: _Started,
    TierStarted: _Tier,
    Progress: _Progress,
    Delta: _Delta,
    SegmentAccepted: _Segment,
    CheckFailed: _Check,
    RungJudged: _Judged,
    DraftCompleted: _Completed,
}


EVENT_CODEC: Final[Codec[Event]] = Codec(
    encode=encode_event,
    decode=decode_event,
    completes=lambda event: isinstance(event, DraftCompleted),
    # An answer that is not stored is meant for one time only.
    lasts=lambda event: not isinstance(event, DraftCompleted) or bool(event.entry),
)
"""How followers of a run in other processes are told of it."""
