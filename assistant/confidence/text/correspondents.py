"""Who writes to whom, as far as a request tells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.confidence.text.letters import names_in, read_letter
from assistant.confidence.text.words import lines

_NAME = r"(?P<name>(?:(?:Mr|Mrs|Ms|Dr|Prof|Miss)\.?\s+)?[A-Z][\w'\u2019-]{1,30}(?:\s[A-Z][\w'\u2019-]{1,30})?)"
_TO = re.compile(
    r"\b(?i:letter|e-?mail|note|message|invitation|card|reply)\s+(?:(?:[\w-]+\s+){0,3}?)(?:to|for)\s+"
    rf"(?:(?:my|our|the|a)\s+(?:(?!(?:from|about|and|to|for|in|on|at|of)\b)[a-z-]{{1,30}},?\s+){{1,4}}?)?{_NAME}"
)
_FROM = re.compile(
    r"(?:\b(?i:signed?(?:\s+(?:by|as|off as))?|my name is|i am|i'm|in the name of|on behalf of)|\bfrom)\s+"
    + _NAME
)
_NO_PERSON = frozenset(["english", "german", "french", "spanish", "italian", "monday", "tuesday", "wednesday",
                        "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may",
                        "june", "july", "august", "september", "october", "november", "december", "christmas",
                        "i", "the", "a"])  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondents:
    """Folded names of who shall be addressed and of who writes; empty where a request does not say."""

    to: frozenset[str] = frozenset()
    sender: frozenset[str] = frozenset()


def correspondents(instruction: str, source: str, *, replying: bool) -> Correspondents:
    """Reads them from the instruction, or for a reply from the letter that is answered.

    Who signed that letter is written to, and whom it greets writes back.
    """
    straight = instruction.replace("\u2019", "'")
    to, sender = _named(_TO, straight), _named(_FROM, straight)
    if replying and source:
        answered = read_letter(lines(source))
        to, sender = to or answered.signed, sender or answered.greets
    return Correspondents(to=to, sender=sender - to)


def _named(pattern: re.Pattern[str], instruction: str) -> frozenset[str]:
    found = pattern.search(instruction)
    return names_in(found["name"]) - _NO_PERSON if found else frozenset()
