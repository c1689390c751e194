"""Writes every result as soon as it is known: JSON lines for programs, a log for people."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

Outcome: TypeAlias = Literal["proven", "not proven", "done", "broken", "skipped"]
"""Of a check: proven or not; of a part or step: done, broken off, or skipped."""

Evidence: TypeAlias = Mapping[str, Any]
"""What was seen, ready for JSON."""

RESULTS = "results.jsonl"
LOG = "prove.log"

_SHOWN_CHARACTERS = 400
"""Longer evidence is cut in the log; the results keep all of it."""


class Journal:
    """The results of one run, appended to those of earlier ones in the same folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._results = folder / RESULTS
        self._log = folder / LOG
        self._began_s = time.monotonic()
        self.counts: dict[Outcome, int] = {}

    def note(self, text: str) -> None:
        """A line of the log, and of standard output, with the seconds since the start."""
        line = f"{time.monotonic() - self._began_s:7.1f} s  {text}"
        with self._log.open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def result(
        self, part: str, name: str, outcome: Outcome, *, seconds: float, evidence: Evidence
    ) -> None:
        """One result, in both files; `seconds` is what finding it took."""
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        row = {
            "part": part,
            "name": name,
            "outcome": outcome,
            "seconds": round(seconds, 3),
            "evidence": dict(evidence),
        }
        with self._results.open("a", encoding="utf-8") as results:
            results.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        shown = json.dumps(dict(evidence), ensure_ascii=False, default=str)
        if len(shown) > _SHOWN_CHARACTERS:
            shown = shown[:_SHOWN_CHARACTERS] + " ..."
        self.note(f"{outcome.upper():10} {part}: {name} ({seconds:.1f} s) {shown}")

    def finished(self, part: str) -> bool:
        """Whether an earlier run in this folder got to the end of `part`."""
        if not self._results.exists():
            return False
        rows = map(json.loads, self._results.read_text(encoding="utf-8").splitlines())
        return any(
            (row["part"], row["name"], row["outcome"]) == (part, "all of it", "done")
            for row in rows
        )
