"""What a check is and how its outcome is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from assistant.confidence.reading import Reading
from assistant.types import CheckResult

Verify: TypeAlias = Callable[[Reading], CheckResult | None]
"""Judges one thing; None where it does not apply to this text."""

_SHOWN = 3
"""Lost things listed before "and N more": a writer wants to see which, not all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A registered check. A text that fails a `gross` one is unusable whatever else is good."""

    name: str
    verify: Verify
    gross: bool = False


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
