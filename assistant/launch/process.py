"""One server as a child process that cannot outlive this one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from assistant.errors import LaunchError
from assistant.launch import guard_process

GRACE_S: Final = 20.0
"""SGLang looks for SIGTERM every 5 s, lets running requests end, and gives its workers 15 s."""

_MARGIN_S: Final = 5.0
"""For the guard itself, after the grace time it gives the server."""

_KILLED_S: Final = 30.0
"""A killed worker is there until the driver has taken back its memory: seconds for a full card. One
that is still there later hangs in the driver, and waiting would not help."""

_POLL_S: Final = 0.02
"""Between two looks at processes that are ending."""

_ENDED: Final = ("Z", "X")
"""Letters of the kernel for processes that hold nothing any more."""


class ServerProcess:
    """A started server, its log in a file that only this user may read (it holds the key)."""

    def __init__(self, process: subprocess.Popen[bytes], *, log: Path, grace_s: float) -> None:
        self._process = process
        self._grace_s = grace_s
        self.log = log

    @property
    def exit_status(self) -> int | None:
        """The server's exit status as the shell counts it; None while it runs."""
        if self._process.returncode is not None:
            return self._process.returncode
        # Without reaping, so that the number of the group stays ours until it is killed.
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        ended = os.waitid(os.P_PID, self._process.pid, options)
        return None if ended is None else ended.si_status

    async def stop(self) -> None:
        """Asks the server to leave, then kills what is left of its group; ends when all is gone."""
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._stop)

    def _stop(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        _wait_until(lambda: self.exit_status is not None, self._grace_s + _MARGIN_S)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        _wait_until(lambda: not _has_members(self._process.pid), _KILLED_S)
        self._process.wait()


def _wait_until(is_so: Callable[[], bool], timeout_s: float) -> None:
    """Returns once it is so, or after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while not is_so() and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def _has_members(group: int) -> bool:
    """Whether a process of the group still runs or is on its way out: kill returns before it is gone."""
    return any(_is_member(stat, group) for stat in Path("/proc").glob("[0-9]*/stat"))


def _is_member(stat: Path, group: int) -> bool:
    try:
        # The name before the bracket may hold anything; behind it: state, parent, group.
        state, _, of = (
            stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
        )
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        # Gone meanwhile, or another user's and hidden (`hidepid`).
        return False
    return int(of) == group and state not in _ENDED


def start_server(
    command: Sequence[str],
    *,
    log: Path,
    variables: Mapping[str, str],
    grace_s: float = GRACE_S,
) -> ServerProcess:
    """Starts `command` with `variables` added to the environment; its output goes to `log`.

    Raises:
        LaunchError: the log cannot be written or the program not be started.
    """
    guard = [sys.executable, "-I", "-S", guard_process.__file__, str(grace_s)]
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        message = f"the log {str(log)!r} cannot be written ({error.strerror}); choose --log-dir"
        raise LaunchError(message) from error
    try:
        process = subprocess.Popen(
            [*guard, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **variables},
            process_group=0,
        )
    finally:
        os.close(output)
    return ServerProcess(process, log=log, grace_s=grace_s)
