"""Nothing was written."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult


def empty(reading: Reading) -> CheckResult:
    """Fails when the text holds no word at all, only spaces or marks."""
    count = len(reading.words)
    return passed("empty", f"{count} words") if count else failed("empty", "no words at all")
