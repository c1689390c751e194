"""Fewer items than the text itself announces, or numbering that skips or starts again."""

from __future__ import annotations

import re
from itertools import pairwise

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.checks.items import counted
from assistant.confidence.reading import REWRITING, Reading
from assistant.confidence.text.demands import SMALL_NUMBERS
from assistant.types import CheckResult

_ANNOUNCED = re.compile(
    rf"\b(?:here are|these are|below are|the following|following are)\s+(?:(?:my|the|some|our|top)\s+){{0,2}}"
    rf"(\d{{1,2}}|{'|'.join(SMALL_NUMBERS)})\s+[^.:\n]{{2,80}}:\W*$",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBERED = re.compile(r"^(\d{1,2})[.)]\s", re.MULTILINE)
_LEAST_STEPS = 3
"""Numbers in a row that make it a list and not two years or a lone note."""

_LARGEST_GAP = 4
"""A larger jump is no slip: numbers of rooms, verses or rules."""


def unfilled_count(reading: Reading) -> CheckResult | None:
    """Judges lists the text announces with a number, and its top-level numbering."""
    numbers = [int(number) for number in _NUMBERED.findall(reading.text)]
    announced = _ANNOUNCED.search(reading.text) if ":" in reading.text else None
    if announced is None and len(numbers) < _LEAST_STEPS:
        return None
    if reading.task in REWRITING and _slip(_numbers(reading.source)):
        return None
    slip = _slip(numbers) or (_restart(reading.text) if numbers.count(1) > 1 else "")
    if slip:
        return failed("unfilled_count", slip)
    return _fulfilled(reading, announced)


def _fulfilled(reading: Reading, announced: re.Match[str] | None) -> CheckResult:
    if announced is not None:
        said = announced[1].casefold()
        asked = int(said) if said.isdigit() else SMALL_NUMBERS[said]
        got = counted(reading)
        if got is not None and 1 < got < asked:
            return failed("unfilled_count", f"announces {asked} items, gives {got}")
    return passed("unfilled_count", "gives what it counts")


def _numbers(text: str) -> list[int]:
    return [int(number) for number in _NUMBERED.findall(text)]


def _slip(numbers: list[int]) -> str:
    """A single number left out of an otherwise regular list."""
    steps = [(one, other) for one, other in pairwise(numbers) if other != 1]
    jumps = [(one, other) for one, other in steps if other - one != 1]
    if len(steps) < _LEAST_STEPS or len(jumps) != 1:
        return ""
    if not 1 < jumps[0][1] - jumps[0][0] <= _LARGEST_GAP:
        return ""
    return f"counts {jumps[0][0]}, then {jumps[0][1]}"


def _restart(text: str) -> str:
    """A numbered line right behind another that begins to count again."""
    previous = 0
    for line in text.splitlines():
        found = _NUMBERED.match(line)
        if found is None:
            previous = 0
            continue
        number = int(found[1])
        # All ones is how Markdown may be written.
        if number == 1 and previous > 1:
            return f"counts to {previous}, then begins at 1 again"
        previous = number
    return ""
