"""The events of a streamed draft, as the native API tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from assistant.types import (
    CheckFailed,
    Delta,
    DraftCompleted,
    DraftStarted,
    Event,
    How,
    SegmentAccepted,
    TierStarted,
)
from server.schemas.answers import DraftOut
from server.schemas.errors import ErrorBody


class DraftStartedOut(BaseModel):
    """The request is understood."""

    model_config = ConfigDict(frozen=True)

    id: str
    route: str = Field(description="The route of the policy that this request takes.")
    policy_revision: str


class DeltaOut(BaseModel):
    """Text that is final: all deltas, joined, are the text of the draft. Nothing is taken back."""

    model_config = ConfigDict(frozen=True)

    text: str


class SegmentAcceptedOut(BaseModel):
    """A segment met the bar; its text is in the deltas before."""

    model_config = ConfigDict(frozen=True)

    tier: str
    index: int
    start: int = Field(description="Where it begins in the text, in code points.")
    end: int = Field(description="Where it ends in the text, in code points.")
    tokens: int
    score: float = Field(
        description="Probability that the whole draft is acceptable, as far as its beginning tells."
    )


class TierChangedOut(BaseModel):
    """Another tier writes on, or a tier writes anew; not told of the first one."""

    model_config = ConfigDict(frozen=True)

    tier: str
    model: str
    rung: int = Field(description="Its place in the ladder, from 0.")
    how: How = Field(
        description="`continue`: it goes on from the text that was told. `fresh` and `repair` begin anew,"
        " which is only done where nothing was told; `resample`: the same tier writes several texts."
    )
    reason: str = Field(description="Why the draft before it was not accepted.")


class CheckOut(BaseModel):
    """A check that a draft, or the beginning of one, did not pass."""

    model_config = ConfigDict(frozen=True)

    tier: str
    name: str
    passed: bool
    evidence: str


Told: TypeAlias = tuple[str, BaseModel]
"""An event's name and its data."""

DRAFT_EVENTS: Final[Mapping[str, type[BaseModel]]] = {
    "draft.started": DraftStartedOut,
    "delta": DeltaOut,
    "segment.accepted": SegmentAcceptedOut,
    "tier.changed": TierChangedOut,
    "check": CheckOut,
    "draft.completed": DraftOut,
    "error": ErrorBody,
}
"""Every event by its name; the last one is `draft.completed` or `error`."""

_NAMES: Final = {model: name for name, model in DRAFT_EVENTS.items()}


def told(event: Event) -> Told | None:
    """The event as it is told; None for those that are not."""
    data: BaseModel | None = None
    match event:
        case DraftStarted():
            data = DraftStartedOut(
                id=event.id, route=event.route, policy_revision=event.policy_revision
            )
        case Delta() if event.text:
            data = DeltaOut(text=event.text)
        case SegmentAccepted():
            data = _segment(event)
        case TierStarted() if event.how != "first":
            data = _tier(event)
        case CheckFailed():
            data = _check(event)
        case DraftCompleted():
            data = DraftOut.of(event.answer)
    return None if data is None else (_NAMES[type(data)], data)


def _segment(event: SegmentAccepted) -> SegmentAcceptedOut:
    return SegmentAcceptedOut(
        tier=event.tier,
        index=event.index,
        start=event.start,
        end=event.end,
        tokens=event.tokens,
        score=event.score,
    )


def _tier(event: TierStarted) -> TierChangedOut:
    return TierChangedOut(
        tier=event.tier, model=event.model, rung=event.rung, how=event.how, reason=event.reason
    )


def _check(event: CheckFailed) -> CheckOut:
    found = event.check
    return CheckOut(tier=event.tier, name=found.name, passed=found.passed, evidence=found.evidence)
