"""Runs commands of ours beside this process, and leaves none of them, nor their children, behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import anyio
from anyio import to_thread

from assistant.embedded import leave_with_parent
from deploy.gpu.prove.waiting import until

GRACE_S = 40.0
"""Time to end by itself after SIGTERM: an SGLang server takes some seconds, two twice that."""

_SHOWN_LINES = 25
_START = 19
"""Place of the start time after the name in /proc/PID/stat."""


class CommandFailed(Exception):
    """A command did not do what it was started for; the message holds the end of its output."""


class Process(NamedTuple):
    """A process of this host; the start, in clock ticks since boot, tells it from a later namesake."""

    pid: int
    started: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A running command, with what it says (both streams) in `log`.

    `left` is what it left running when it ended, and what had to be killed.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    left: set[Process] = field(default_factory=set)

    def said(self, lines: int = _SHOWN_LINES) -> str:
        """The last lines of its output."""
        return "\n".join(self.all_said().splitlines()[-lines:])

    def all_said(self) -> str:
        """Its whole output so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def processes(self) -> set[Process]:
        """Every living process below it."""
        return below(self.process.pid)

    async def ended(self, *, within_s: float) -> int:
        """Its exit status, negative for a signal.

        Raises:
            CommandFailed: it still runs then.
        """
        try:
            await until(self._has_ended, within_s=within_s)
        except TimeoutError:
            message = f"{self.name} still runs after {within_s:g} s:\n{self.said()}"
            raise CommandFailed(message) from None
        return self.process.returncode

    async def _has_ended(self) -> bool:
        return self.process.poll() is not None

    def must_run(self) -> None:
        """Nothing while it runs.

        Raises:
            CommandFailed: it has ended.
        """
        status = self.process.poll()
        if status is not None:
            message = f"{self.name} ended with status {status}:\n{self.said()}"
            raise CommandFailed(message)


@asynccontextmanager
async def running(
    command: Sequence[str],
    *,
    name: str,
    log_dir: Path,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Child]:
    """The started command; when the block ends it gets SIGTERM, and what is left then SIGKILL.

    It also gets SIGTERM when this process is killed, so that no server outlives the proof.
    """
    log = log_dir / f"{name}.log"
    child = Child(name=name, process=_start(command, log, environment or {}), log=log)
    try:
        yield child
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(stop, child)


async def output_of(
    command: Sequence[str],
    *,
    name: str,
    log_dir: Path,
    within_s: float,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Exit status and whole output of a command that ends by itself.

    Raises:
        CommandFailed: it still runs after `within_s`; it is stopped then.
    """
    async with running(command, name=name, log_dir=log_dir, environment=environment) as child:
        status = await child.ended(within_s=within_s)
    return status, child.all_said()


def stop(child: Child, *, grace_s: float = GRACE_S) -> None:
    """Ends the command and all below it, politely for `grace_s` seconds, then at once."""
    known = child.processes()
    child.process.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.process.wait(grace_s)
    child.left.update(filter(alive, known | child.processes()))
    kill(child.left)
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def below(pid: int) -> set[Process]:
    """All living processes below `pid`, from /proc; none on systems without it."""
    children: dict[int, set[Process]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        read = _read(int(entry.name))
        if read is not None:
            parent, process = read
            children.setdefault(parent, set()).add(process)
    found: set[Process] = set()
    waiting = [pid]
    while waiting:
        new = children.get(waiting.pop(), set()) - found
        found |= new
        waiting += [process.pid for process in new]
    return found


def kill(processes: Iterable[Process]) -> None:
    """Kills those that still live, as the kernel does when memory runs out: without a word."""
    for process in processes:
        if alive(process):
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


def alive(process: Process) -> bool:
    """Whether it still runs, and is not another one that got its number."""
    read = _read(process.pid)
    return read is not None and read[1] == process


def _start(
    command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    wrapper = [sys.executable, str(leave_with_parent.__file__), str(os.getpid())]
    with log.open("wb") as output:
        return subprocess.Popen(
            [*wrapper, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )


def _read(pid: int) -> tuple[int, Process] | None:
    """The parent's number and the process, None if it has ended; zombies have."""
    try:
        told = (Path("/proc") / str(pid) / "stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in the middle may hold blanks and brackets: count from the last one.
    state, parent, *rest = told.rpartition(")")[2].split()
    return None if state in "ZX" else (int(parent), Process(pid, int(rest[_START - 2])))
