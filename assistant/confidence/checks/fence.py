"""The whole text sits in a code fence."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_FENCED = re.compile(r"^(```|~~~)[^\n]*\n.*\n\1$", re.DOTALL)
_CODE_ASKED = re.compile(
    r"\b(?:code|fence[ds]?|snippet|script|program|function|regex|sql|html|css|json|ya?ml|xml|csv|bash|python|"
    r"java(?:script)?|latex|markdown block)\b|```",
    re.IGNORECASE,
)


def fence(reading: Reading) -> CheckResult | None:
    """Fails when one fence wraps everything although no code or markup was asked for."""
    if not reading.words:
        return None
    text = reading.text.strip()
    if not text.startswith(("```", "~~~")) or not _FENCED.match(text):
        return passed("fence", "no fence around the text")
    if _CODE_ASKED.search(reading.instruction) or "```" in reading.source:
        return None
    return failed("fence", "the whole text sits in a code fence")
