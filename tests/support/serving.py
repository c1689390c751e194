"""A real `inkladder serve` in its own process, as a user starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INKLADDER = Path(sys.executable).with_name("inkladder")
"""The console script of the environment under test."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """A server that listens: its address, its process, and where its log goes."""

    url: str
    process: subprocess.Popen[str]
    log: Path


@contextmanager
def serving(
    folder: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Serves on a free port with its data in `folder`, and ends with SIGTERM."""
    log = folder / "serve.log"
    settings = {
        "INKLADDER_DATA_DIR": str(folder / "data"),
        "INKLADDER_KEYS_FILE": str(folder / "keys.json"),
        "INKLADDER_LOG_FORMAT": "json",
    }
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [str(INKLADDER), "serve", "--port", "0", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**clean_environment(), **settings, **(environment or {})},
        )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "http://" in first, log.read_text(encoding="utf-8")
        yield Served(url=first.split()[3], process=process, log=log)
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def clean_environment() -> dict[str, str]:
    """This environment without settings of ours that the machine may have."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("INKLADDER_") and name != "REDIS_URL"
    }


def descendants(pid: int) -> set[int]:
    """All living processes below `pid`, from /proc."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parent = _parent(entry)
            if parent is not None:
                children.setdefault(parent, []).append(int(entry.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting += below
    return found


def _parent(entry: Path) -> int | None:
    try:
        # The name may hold blanks and brackets: count from the last one.
        return int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
