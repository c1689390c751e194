"""What a check is and how its outcome is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from assistant.confidence.reading import Reading
from assistant.types import CheckResult, Task

Verify: TypeAlias = Callable[[Reading], CheckResult | None]
"""Judges one thing; None where it does not apply to this text."""

_SHOWN = 3
"""Lost things listed before "and N more": a writer wants to see which, not all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A registered check. A text that fails a `gross` one is unusable whatever else is good.

    `tasks` and `languages` (ISO 639-1 codes of the draft's language it knows) limit where it applies,
    None meaning everywhere. `on_prefix` says that its failure on a beginning is final: no
    continuation can heal it. `so_far` verifies a beginning, where less of it is final than of a whole.
    """

    name: str
    verify: Verify
    gross: bool = False
    on_prefix: bool = False
    so_far: Verify | None = None
    tasks: frozenset[Task] | None = None
    languages: frozenset[str] | None = None

    def run(self, reading: Reading, *, beginning: bool = False) -> CheckResult | None:
        """The outcome on this draft, or on the beginning of one; None where the check does not apply."""
        if self.tasks is not None and reading.task not in self.tasks:
            return None
        if self.languages is not None and reading.language[0] not in self.languages:
            return None
        if beginning and self.so_far is not None:
            return self.so_far(reading)
        return self.verify(reading)


def passed(name: str, evidence: str) -> CheckResult:
    """The outcome of a check that holds."""
    return CheckResult(name=name, passed=True, evidence=evidence)


def failed(name: str, evidence: str) -> CheckResult:
    """The outcome of a check that does not hold."""
    return CheckResult(name=name, passed=False, evidence=evidence)


def quoted(found: Iterable[str]) -> str:
    """The first few of many things, in quotes."""
    every = list(found)
    shown = ", ".join(f'"{thing}"' for thing in every[:_SHOWN])
    return f"{shown} and {len(every) - _SHOWN} more" if len(every) > _SHOWN else shown
