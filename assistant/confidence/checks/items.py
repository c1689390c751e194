"""Fewer items than asked for."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_MARKER = re.compile(r"^[#>*_\s]*(?:\d+[.):]|[-*+\u2022\u25e6]|(?:[A-Z]\w+\s)?\d+:|#\s)")
# What may stand before the number ends with its line: over the blank lines of a long gap it would be
# tried from each of them.
_NUMBERED = re.compile(r"^(?:[#>*_]|[^\S\n])*+(?:[A-Z]\w++\s++)?(\d{1,3})[.):]", re.MULTILINE)

_ENOUGH = 0.8
"""Share of the items that must be there; a list may merge two."""


def items(reading: Reading) -> CheckResult | None:
    """Counts list entries, or the highest number given to one; None where there is no list."""
    asked = reading.items_asked
    if asked is None or not reading.words:
        return None
    got = counted(reading)
    if got is None:
        return None
    evidence = f"expected {asked} items, got {got}"
    return (passed if got >= asked * _ENOUGH else failed)("items", evidence)


def counted(reading: Reading) -> int | None:
    """The most generous count a reader could come to; None where the text is no list."""
    marked = sum(1 for line in reading.lines if _MARKER.match(line))
    highest = max((int(number) for number in _NUMBERED.findall(reading.text)), default=0)
    if reading.task == "titles":
        return max(marked, highest, len(reading.lines))
    return max(marked, highest) or None
