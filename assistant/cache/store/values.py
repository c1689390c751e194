"""What the store hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from assistant.types import Answer

EntryState: TypeAlias = Literal["provisional", "accepted", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """A stored answer; times in seconds since 1970.

    `instruction` is what its request said, for comparison with another one. `text` is the digest of the
    answer's text, `exact`, `canonical` and `bucket` those of its request, empty where there is none.
    """

    partition: str
    id: str
    answer: Answer = field(repr=False)
    instruction: str = field(repr=False)
    created: float
    state: EntryState
    text: str
    exact: str
    canonical: str
    bucket: str
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An entry that was made findable in a bucket, or is findable no more."""

    op: Literal["add", "del"]
    id: str
    bucket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What happened in a partition since some place in its log; `last` is the place to go on from.

    With `reset` the log does not reach back to that place: what is known of the partition is to be
    dropped and read anew with `vectors`, after which changes since `last` may tell some of it again.
    """

    reset: bool
    last: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumCounts:
    """Semantic hits of one stratum over all processes: seen, wrong among them, and whether hits are withdrawn."""

    seen: int = 0
    wrong: int = 0
    withdrawn: bool = False
