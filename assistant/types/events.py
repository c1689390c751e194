"""What a run tells while it goes on. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from assistant.types.answers import Answer, How, Rung
from assistant.types.scores import CheckResult


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStarted:
    """The request is understood: its id, route and policy revision are known."""

    id: str
    route: str
    policy_revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierStarted:
    """A tier begins to write; `rung` counts from 0. `reason` is that of the deferral before it."""

    tier: str
    model: str
    rung: int
    how: How = "first"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Tokens written so far by the tier at work, over all its samples."""

    tier: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Text that is final: the deltas of a run, joined, are the text of its answer."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentAccepted:
    """A segment of a draft met the bar; its text is in the deltas before this event.

    `start` and `end` are offsets into the answer in code points, `tokens` are the tier's. `score` is the
    calibrated probability that the whole draft is acceptable, as far as its beginning tells.
    """

    tier: str
    index: int
    start: int
    end: int
    tokens: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFailed:
    """A check that a draft, or the beginning of one, did not pass; its evidence may quote the text."""

    tier: str
    check: CheckResult


@dataclass(frozen=True, slots=True, kw_only=True)
class RungJudged:
    """A rung is over: judged, or failed with its reason."""

    rung: Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCompleted:
    """The answer; `entry` is an opaque reference to where the cache keeps it, empty where it does not.

    `to_note`: the same request asks for another text once this one has reached its reader, so that is to
    be noted.
    """

    answer: Answer
    entry: str = field(default="", repr=False)
    to_note: bool = True


Event: TypeAlias = (
    DraftStarted
    | TierStarted
    | Progress
    | Delta
    | SegmentAccepted
    | CheckFailed
    | RungJudged
    | DraftCompleted
)
