"""What a Redis may cost, what is said where there is no reply, and scripts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, TypeAlias

import anyio
from redis.exceptions import RedisError

Argument: TypeAlias = str | bytes | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server may cost, times in seconds."""

    timeout_s: float = 0.02
    """For the reply, once sent: near servers answer in two milliseconds, local ones in a tenth of one."""

    connect_timeout_s: float = 0.1
    """Until it is sent: for its turn and a new connection, TLS included, which then serves many."""

    connections: int = 64
    """Of one process to one server; others wait for their turn."""

    @property
    def longest_s(self) -> float:
        """What a command may take at most."""
        return self.connect_timeout_s + self.timeout_s

    def send_by(self) -> float:
        """When a command that is given now must be sent, in the event loop's time."""
        return anyio.current_time() + self.connect_timeout_s


@dataclass(frozen=True, slots=True)
class Down:
    """There is no reply: the server is unwell, refused, or was left alone."""


DOWN: Final = Down()


class LeftAlone(RedisError):
    """The server was not asked: it failed a moment ago."""


class Crowded(RedisError):
    """The command's turn did not come in time: too many others of this process are under way."""


class Script:
    """A Lua script that runs as one step; its keys must lie in one slot of a cluster."""

    def __init__(self, source: str) -> None:
        """Servers know a script by its digest once they have run it."""
        self.source = source
        self.digest = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
