"""A gap left for the writer to fill in."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.reading import Reading
from assistant.confidence.text.placeholders import placeholders
from assistant.types import CheckResult

_SENDER = re.compile(
    r"\b(?:your|my|sender'?s?|dein|ihr|votre|su|phone|e-?mail|address|city|signature|title|position)\b",
    re.IGNORECASE,
)
_ADDRESSEE = re.compile(
    r"\b(?:recipient|friend|teacher|manager|boss|landlord|client|customer|name|company|date)\b",
    re.IGNORECASE,
)


def placeholder(reading: Reading) -> CheckResult | None:
    """Does not apply where gaps are welcome; those of the writer's own text may stay."""
    return _judged(reading, _left_to_sign)


def placeholder_so_far(reading: Reading) -> CheckResult | None:
    """Takes a beginning for that of a letter, which may not have greeted yet."""
    return _judged(reading, _may_be_left_to_sign)


def _judged(reading: Reading, left_open: Callable[[str, Reading], bool]) -> CheckResult | None:
    if not reading.words:
        return None
    found = placeholders(reading.text)
    if not found:
        return passed("placeholder", "leaves nothing to fill in")
    if reading.asked.template:
        return None
    left = [
        gap for gap in found if gap not in reading.asked.source_gaps and not left_open(gap, reading)
    ]
    if left:
        return failed("placeholder", f"left to fill in: {quoted(left)}")
    return passed("placeholder", "leaves nothing more to fill in")


def _left_to_sign(gap: str, reading: Reading) -> bool:
    """Whether only the writer can fill it: who signs a letter, or is greeted, and was never named."""
    return reading.letter.is_one and _may_be_left_to_sign(gap, reading)


def _may_be_left_to_sign(gap: str, reading: Reading) -> bool:
    known = reading.asked.correspondents
    if _SENDER.search(gap):
        return not known.sender
    return bool(_ADDRESSEE.search(gap)) and not known.to
