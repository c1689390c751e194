"""A real Valkey server that tests may stop, kill and start again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from support.valkey_process import ValkeyProcess


class Valkey(ValkeyProcess):
    """A server on a Unix socket; it keeps nothing over a restart."""

    def __init__(self) -> None:
        super().__init__()
        self._socket = self.folder / "v.sock"
        self._disk = self.folder / "disk"

    @property
    def url(self) -> str:
        """Where it listens, also while it is not running."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Starts it and returns once it accepts connections."""
        self._disk.mkdir(exist_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "dir": str(self._disk),
            "save": "",
            "appendonly": "no",
        }
        self.launch(settings)

    def lose_disk(self) -> None:
        """Takes away the folder that it would save to."""
        self._disk.rmdir()

    def run(self, *command: str | int) -> object:
        """The reply to a command, given by an administrator."""
        with redis.Redis.from_url(self.url) as client:
            return client.execute_command(*command)

    def text(self, *command: str | int) -> bytes:
        """The reply to a command that is answered with a text."""
        with redis.Redis.from_url(self.url) as client:
            client.response_callbacks.clear()
            reply = client.execute_command(*command)
        return reply if isinstance(reply, bytes) else b""


@contextmanager
def running_valkey() -> Iterator[Valkey]:
    """A server of one's own for a while."""
    server = Valkey()
    try:
        server.start()
        yield server
    finally:
        server.close()
