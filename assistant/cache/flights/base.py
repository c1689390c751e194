"""What a flight is about: where it lies, how its items travel, and how long things may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, Literal, Protocol, TypeAlias, TypeVar

from assistant.bounded import Limits
from assistant.errors import AssistantError

Item = TypeVar("Item")

Role: TypeAlias = Literal["led", "joined", "taken_over"]
"""Of one request: it caused the generation, shared that of another, or caused a second one because the
process that led the first was lost or failed."""


class FlightsClosed(AssistantError):
    """The generation ended because this process stops."""

    def __init__(self) -> None:
        super().__init__("this server process stops: ask again")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlace:
    """Whose requests are the same: digests of the partition and of the request, safe in key names.

    `tenant` chooses the key that items are sealed with. One that is not `lasting` cannot be joined after
    its end, not even for a moment.
    """

    partition: str
    key: str
    tenant: str
    lasting: bool = True

    @property
    def lock(self) -> str:
        """Name of the string that says who leads, or that it is done."""
        return f"ink:{{{self.partition}}}:f:{self.key}"

    @property
    def items(self) -> str:
        """Name of the stream of what was written."""
        return f"ink:{{{self.partition}}}:q:{self.key}"

    @property
    def watchers(self) -> str:
        """Name of the sorted set of processes that follow, each with the time it counts until."""
        return f"ink:{{{self.partition}}}:w:{self.key}"


def _never(_: object) -> bool:
    return False


def _always(_: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Codec(Generic[Item]):
    """How items travel between processes.

    `decode` raises ValueError for bytes that it cannot read. An item for which `completes` says yes is
    the last that others wait for: it and the end are told in one step, so that no second attempt can
    follow it, and what the generator still does after it is never cancelled for want of listeners. Where
    `lasts` says no of it, it is for those alone who waited for it: who comes later writes anew.
    """

    encode: Callable[[Item], bytes]
    decode: Callable[[bytes], Item]
    completes: Callable[[Item], bool] = _never
    lasts: Callable[[Item], bool] = _always


class Seals(Protocol):
    """Encryption of what lies in the store."""

    def seal(self, data: bytes, *, tenant: str, place: str) -> bytes:
        """The data, readable only with this tenant's key and at this place."""
        ...

    def open(self, data: bytes, *, tenant: str, place: str) -> bytes | None:
        """The data again; None where it is not ours, or was changed or moved."""
        ...


READ_LIMITS: Final = Limits(timeout_s=0.5, connections=64)
"""For connections that followers wait on, one for each flight; flights beyond them are polled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long things take, in seconds."""

    lock_s: float = 3.0
    """A leader that gave no sign of life for so long is lost: longer than any pause of a living process."""

    heartbeat_s: float = 1.0
    """A leader without news renews its lock so often: two may fail before it is lost."""

    batch_s: float = 0.02
    """What is written meanwhile travels together: a stream of tokens costs 50 round trips a second at most."""

    wait_s: float = 0.2
    """A follower waits so long for news before it shows that it lives, and looks whether the leader does."""

    poll_s: float = 0.02
    """A follower that has no connection to wait on asks so often."""

    silence_s: float = 0.5
    """A follower whose store says nothing for so long writes for itself: a moment of load must not make
    every process write, nor a store that died keep anybody waiting."""

    sign_s: float = 0.8
    """A follower that was not heard of for so long has gone."""

    watch_s: float = 0.1
    """A leader that nobody in its process listens to looks so often whether anybody else does."""

    done_s: float = 1.0
    """For who missed the cache just before the answer was stored: longer than that look-up can take."""

    kept_s: float = 10.0
    """Items stay so long after the last news of them: followers read the rest."""
