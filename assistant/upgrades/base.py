"""An answered request, the better text that may follow it, and who keeps both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from assistant.types import Answer, Caller, DraftRequest, Finish, Rung, Surface

UpgradeStatus: TypeAlias = Literal["pending", "ready", "failed"]
"""A larger tier writes, has written, or could not write and may be asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """A request, and the text that a tier below the last of its ladder has given it.

    `tier` is the highest one that has written, `served` the step of the path whose text it is. `of` is the
    id of the answer that was written: its own, or that of the answer which this one repeats, so that
    repeats share one better text.
    """

    request: DraftRequest = field(repr=False)
    text: str = field(repr=False)
    finish: Finish
    tier: str
    served: int
    path: tuple[Rung, ...] = field(repr=False)
    surface: Surface
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """How it stands with the better text; `id` is that of its answer, empty where there will be none."""

    status: UpgradeStatus
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is kept under an id.

    `upgrade` is None while nobody asked for a better text. `better` is that text once it is ready.
    """

    draft: KeptDraft
    upgrade: Upgrade | None = None
    better: Answer | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What is to be kept, whose it is, and the id of its answer."""

    caller: Caller
    id: str
    draft: KeptDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What became of the wish for a better text.

    `better` comes with the status `ready`. `keep_s` is how long it is worth knowing, in seconds; None: as
    long as everything that is kept.
    """

    upgrade: Upgrade
    better: Answer | None = field(default=None, repr=False)
    keep_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Digests that stand for a tenant and one of its users in names."""

    tenant: str
    user: str


class UpgradeStore(Protocol):
    """Where it lies, each thing for the time that the policy says. Only its owner can name it."""

    async def keep(self, items: Sequence[Keeping]) -> bool:
        """Whether all are kept now; never raises for a store that is down."""
        ...

    async def read(self, caller: Caller, answer_id: str) -> Found | None:
        """What the caller has under that id.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        ...

    async def settle(self, caller: Caller, answer_id: str, news: News | None) -> bool:
        """Notes what became of a draft, which is kept its full time from then on; None: nothing will.

        False, and nothing is noted, where the draft is not kept any more, for it was erased meanwhile, or
        where the store does not answer.
        """
        ...

    async def forget(self, caller: Caller, answer_id: str) -> bool:
        """Erases all under that id, as a draft and as a better text; whether there was anything.

        Raises:
            RecordsUnavailable: the store does not answer.
        """
        ...

    async def aclose(self) -> None:
        """Closes connections."""
        ...


class Upgrades(Protocol):
    """What the assistant does with it."""

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        ...

    def owner(self, caller: Caller) -> Owner:
        """What stands for the caller in names."""
        ...

    def note(self, keeping: Keeping) -> None:
        """Keeps a draft some time soon. Never waits and never raises."""
        ...

    async def read(self, caller: Caller, answer_id: str) -> Found | None:
        """As of the store, once the draft of that id has been kept."""
        ...

    async def settle(self, caller: Caller, answer_id: str, news: News | None) -> bool:
        """As of the store."""
        ...

    async def forget(self, caller: Caller, answer_id: str) -> bool:
        """As of the store, once the draft of that id has been kept."""
        ...

    async def aclose(self) -> None:
        """Waits a little for drafts on their way, and closes connections."""
        ...
