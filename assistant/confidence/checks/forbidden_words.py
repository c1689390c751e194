"""Words the writer never wants to see."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_BAN = re.compile(
    r"\b(?:(?:do not|don't|never|must not|avoid)\s+(?:use|using|mention|mentioning|say|saying|write|writing|"
    r"include|including)|avoid|without(?:\s+(?:using|mentioning|saying))?)\s+(?:any of\s+)?(?:the\s+)?"
    r"(?:words?|terms?|phrases?|expressions?)\s*+(?::\s*+)?(?P<list>[^.\n;]+)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"[\"\u201c\u201e\u00ab']([^\"\u201c\u201d\u201e\u00ab\u00bb']+)[\"\u201d\u201c\u00bb']"
)
_FIRST_WORD = re.compile(r"[^\W_][\w-]*")


def forbidden_words(reading: Reading) -> CheckResult | None:
    """Applies to words banned by the request or named by the instruction ("without the word X")."""
    named = (*reading.request.style.banned, *_named(reading.instruction))
    banned = dict.fromkeys(word.strip() for word in named if word.strip())
    if not banned or not reading.words:
        return None
    folded = reading.text.casefold()
    used = [word for word in banned if _occurs(word.casefold(), folded)]
    if used:
        return failed("forbidden_words", f"uses {quoted(used)}")
    return passed("forbidden_words", f"none of {len(banned)} forbidden words used")


def _named(instruction: str) -> list[str]:
    found: list[str] = []
    for match in _BAN.finditer(instruction.replace("\u2019", "'")):
        listed = match["list"]
        first = _FIRST_WORD.match(listed)
        found += _QUOTED.findall(listed) or ([first.group()] if first else [])
    return found


def _occurs(word: str, folded: str) -> bool:
    # Scripts without spaces have no word boundary to look for.
    if not word.isascii() and not word[0].islower():
        return word in folded
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded) is not None
