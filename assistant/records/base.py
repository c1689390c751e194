"""What is remembered of an answer and of its fate, and who keeps it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from assistant.types import CacheStatus, Caller, Cost, DraftRequest, Task, Verdict

WriterVerdict: TypeAlias = Literal["accepted", "edited", "rejected"]
"""What a writer did with a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one rung of the ladder did, in numbers and names.

    `score` is the calibrated one, before a failed check or another tier's opinion lowered it;
    `features` are its inputs, None where one does not apply. `forced`: the draft was accepted, and the
    next tier was asked to repair it all the same; it was chosen with probability `propensity`, which
    is 1 of a draft that was deferred. `revision` is how far the next tier's text lies from this draft,
    where that tier saw it: the normalised edit distance in words, 0 to 1.
    """

    tier: str
    model: str
    decision: Verdict
    reason: str
    score: float | None = None
    log_odds: float | None = None
    features: Mapping[str, float | None] = field(default_factory=dict)
    failed_checks: tuple[str, ...] = ()
    forced: bool = False
    propensity: float = 1.0
    revision: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The decision record of one answer; it holds no text.

    `created` in seconds since 1970. `served` is the step whose text was served; None for an answer
    from the cache. `group` is a keyed digest of the request: equal requests share it, and nobody
    without the key can tell what was asked. `entry` is where the cache keeps the text, if it does.
    `repeats` is the id of the answer whose text this one served again, empty where it was written for it.
    """

    id: str
    caller: Caller
    created: float
    task: Task
    route: str
    policy: str
    policy_revision: str
    artefact: str
    path: tuple[Step, ...]
    cost: Cost
    served: int | None = None
    cache: CacheStatus = "miss"
    group: str = ""
    entry: str = ""
    repeats: str = ""

    @property
    def text_id(self) -> str:
        """What the digests of its words are held and keyed by: a text served often has them once."""
        return self.repeats or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A writer's verdict; `edit_distance` is the share of words changed, None where it is not known."""

    verdict: WriterVerdict
    edit_distance: float | None
    created: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record, and what became of its text so far."""

    record: Record
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A verdict that was taken, and the record that it is about."""

    record: Record
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A verdict as a client sends it, with the text it ended up with or the distance to it."""

    verdict: WriterVerdict
    final_text: str | None = field(default=None, repr=False)
    edit_distance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A draft and what the next tier made of it; `step` is the draft's place in the path."""

    step: int
    draft: str = field(repr=False)
    revision: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A record in the making, with the texts that are measured for it and then forgotten."""

    record: Record
    request: DraftRequest = field(repr=False)
    text: str = field(repr=False)
    revised: tuple[Revised, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Digests of the words of a served text, held for `seconds` to be compared with its final form."""

    digests: bytes = field(repr=False)
    seconds: float


Repeated: TypeAlias = Literal["stored", "unheld", "lost"]
"""What became of the record of a repeated text: `unheld` is stored, but the digests of its words are gone."""


class RecordStore(Protocol):
    """Where records lie. Only the caller whom a record belongs to can name it."""

    async def write(self, record: Record, *, keep_s: float, held: Held | None) -> bool:
        """Whether the record is stored now, to be forgotten after `keep_s`; never raises for a store that is down.

        `held` is found by the record's `text_id`.
        """
        ...

    async def repeat(self, record: Record, *, keep_s: float, held_s: float) -> Repeated:
        """Stores the record of a text served again, and holds what is held of it `held_s` from now on.

        With 0 nothing is to be held. Never raises for a store that is down.
        """
        ...

    async def read(self, caller: Caller, record_id: str) -> Kept | None:
        """The caller's record of that name.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        ...

    async def held(self, caller: Caller, text_id: str) -> bytes | None:
        """Digests of the words of a text that was served to the caller, while they are held.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        ...

    async def settle(self, record: Record, outcome: Outcome, *, keep_s: float) -> None:
        """Stores the verdict for as long as its record stays; a later one replaces it.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        ...

    async def forget(self, record: Record) -> None:
        """Erases the record, the verdict on it and the digests of its words.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        ...

    def scored(self, *, since: float, tenant: str | None = None) -> AsyncIterator[Kept]:
        """Records with a scored draft made since that second, oldest first within each tenant.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        ...

    async def aclose(self) -> None:
        """Closes connections."""
        ...


class Records(Protocol):
    """What the assistant does with records."""

    def note(self, noted: Noted) -> None:
        """Keeps the record some time soon. Never waits and never raises."""
        ...

    async def read(self, caller: Caller, record_id: str) -> Kept:
        """The caller's record; errors as of `Recorder.read`."""
        ...

    async def give(self, caller: Caller, record_id: str, given: Given) -> Settled:
        """Takes a verdict; errors as of `Recorder.give`."""
        ...

    async def forget(self, caller: Caller, record_id: str) -> None:
        """Erases a record; errors as of `Recorder.read`."""
        ...

    @property
    def dropped(self) -> int:
        """Records that could not be kept, since this process began."""
        ...

    async def aclose(self) -> None:
        """Waits a little for records on their way."""
        ...
