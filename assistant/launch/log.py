"""What a starting SGLang server is doing, read from its log."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_PHASES: Final = (
    (re.compile(r"(?:Fetching \d+ files|Downloading).*?(\d+)%"), "downloading weights"),
    (re.compile(r"Load weight begin"), "loading weights"),
    (re.compile(r"(?:checkpoint )?shards:\s+(\d+)%"), "loading weights"),
    (re.compile(r"Load weight end"), "making room for the cache"),
    (re.compile(r"Capture \w+ prefill .*begin"), "capturing prefill graphs"),
    (re.compile(r"Capture \w+ decode .*begin"), "capturing decode graphs"),
    (re.compile(r"Capturing .*?(\d+)%"), "capturing graphs"),
    (re.compile(r"Application startup complete|Uvicorn running on"), "warming up"),
    (re.compile(r"fired up and ready"), "checking that it generates"),
)
"""Lines of SGLang 0.5.17, transformers and huggingface_hub; a group is a share in percent."""

_TAIL_BYTES: Final = 200_000
"""Enough for the traceback of every worker of an eight-card server."""


class LogReader:
    """Follows a log file that is still written to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._phase = "starting"

    def phase(self) -> str:
        """What the newest telling line says; the phase before where none is new."""
        with self._path.open("rb") as log:
            log.seek(self._offset)
            new = log.read()
        # Progress bars overwrite their line: each state of one counts as a line.
        complete = max(new.rfind(b"\n"), new.rfind(b"\r")) + 1
        self._offset += complete
        for line in re.split(r"[\r\n]+", new[:complete].decode(errors="replace")):
            self._phase = phase_of(line) or self._phase
        return self._phase


def phase_of(line: str) -> str | None:
    """What a line of the log says the server is doing; None for the many that do not tell."""
    for pattern, phase in _PHASES:
        found = pattern.search(line)
        if found is not None:
            return f"{phase}, {found[1]} %" if found.groups() else phase
    return None


def tail(path: Path) -> str:
    """The end of a log, as text."""
    with path.open("rb") as log:
        size = log.seek(0, 2)
        log.seek(max(size - _TAIL_BYTES, 0))
        return log.read().decode(errors="replace")
