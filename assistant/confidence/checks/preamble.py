"""The model talks about the text before writing it."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_ANNOUNCES = (
    r"here(?:'s| is| are)\b.{0,120}",
    r"(?:below|the following) (?:is|are)\b.{0,120}",
    r"hier (?:ist|sind)\b.{0,120}",
    r"voici\b.{0,120}",
    r"aquí (?:está|tienes|tiene)\b.{0,120}",
    r"ecco\b.{0,120}",
)
_AGREES = (
    r"(?:sure(?: thing)?|certainly|of course|absolutely|gladly|no problem|great question)\s*[!,.:]\s*"
    r"(?:here\b|i(?:'d|'ll| can| would| will| am|'m)\b|let me\b|let's\b|below\b|$)",
    r"i(?:'d| would) be (?:happy|glad|delighted) to (?:help|assist|write|provide|create)\b",
    r"(?:klar|gerne|natürlich)\s*[!,.]\s*(?:hier\b|$)",
    r"(?:claro|por supuesto|bien sûr|certo)\s*[!,.]\s*(?:aquí|voici|ecco|$)",
    r"(?:好的|当然)[\uff0c,\uff01!\u3002]",
)
_ANNOUNCEMENT = re.compile(rf"^(?:{'|'.join(_ANNOUNCES)}):\W*$", re.IGNORECASE)
_AGREEMENT = re.compile(rf"^(?:{'|'.join(_AGREES)})", re.IGNORECASE)
_SHOWN_CHARACTERS = 50


def preamble(reading: Reading) -> CheckResult | None:
    """Fails on an opening such as "Sure! Here is your email:"; in a conversation it is manners.

    "Here is the thing about winter: it ends" is prose: an announcement must fill its own line.
    """
    if not reading.words or reading.task == "chat":
        return None
    opening = reading.lines[0].replace("\u2019", "'").strip("*_ ")
    if (len(reading.lines) > 1 and _ANNOUNCEMENT.match(opening)) or _agrees(reading, opening):
        return failed("preamble", f'opens with: "{opening[:_SHOWN_CHARACTERS]}"')
    return passed("preamble", "starts with the text itself")


def _agrees(reading: Reading, opening: str) -> bool:
    # "Certainly." alone may be the answer itself, or a sentence that is still being written.
    found = _AGREEMENT.match(opening)
    return found is not None and (found.end() < len(opening) or len(reading.lines) > 1)
