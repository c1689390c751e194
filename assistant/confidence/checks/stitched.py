"""The text ends and begins again."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import LISTS, Reading
from assistant.confidence.text.words import folded_words
from assistant.types import CheckResult

_ANOTHER = re.compile(
    r"^\W{0,6}(?:alternatively,? here(?:'s| is)|(?:or,? )?here(?:'s| is) (?:another|an alternative|a second|a different) "
    r"(?:version|option|draft|take|attempt)|(?:version|draft|option|variant|variante|alternative|entwurf|versi\u00f3n)\s*(?:2|two|b|ii|zwei|dos|deux)\s*[:.)*]*$|"
    r"(?:revised|rewritten|corrected|improved|final|second) (?:version|draft)\s*[:*]+)",
    re.IGNORECASE,
)
_END = re.compile(r"^\W{0,4}(?:the end|fin|ende)\W{0,4}$", re.IGNORECASE)
_HEADING_MARKS = "#*_ "
_TITLE_WORDS = 3
"""A shorter title may return as a heading."""

_OPENING_WORDS = 14
"""Words of the opening that, at the start of a later paragraph, begin the text anew; conclusions take
up fewer."""

_READ_CHARACTERS = 200
"""More than the words of an opening take."""

_REFRAIN_LINE_WORDS = 10
"""Openings of stanzas return; those of paragraphs do not."""

_LEAST_AFTER_END = 20
"""Words behind "The End" that are more than a date or a note."""


def stitched(reading: Reading) -> CheckResult | None:
    """Looks for a second greeting, title, opening or version where one text was asked for."""
    if len(reading.lines) < 2 or reading.task in LISTS or reading.asked.several:  # noqa: PLR2004
        return None
    found = _second_letter(reading) or _second_title(reading) or _second_opening(reading)
    found = found or _second_version(reading) or _after_the_end(reading)
    if found:
        return failed("stitched", f"begins again: {found}")
    return passed("stitched", "is one text")


def _second_letter(reading: Reading) -> str:
    letter = reading.letter
    # A story may quote letters; a letter of its own starts with its greeting.
    if letter.greetings > 1 and letter.opens:
        return "greets a second time"
    return ""


def _second_title(reading: Reading) -> str:
    first = reading.lines[0]
    title = first.strip(_HEADING_MARKS).casefold()
    marked = first.startswith("#") or (first.startswith("**") and first.endswith("**"))
    if not marked or len(title.split()) < _TITLE_WORDS:
        return ""
    again = any(
        line[0] in "#*" and line.strip(_HEADING_MARKS).casefold() == title
        for line in reading.lines[1:]
    )
    return "has its title twice" if again else ""


def _second_opening(reading: Reading) -> str:
    if reading.repeated_runs < _OPENING_WORDS - 4:
        return ""
    starts = [
        folded_words(one[:_READ_CHARACTERS])[:_OPENING_WORDS]
        for one in reading.paragraphs
        if not _is_stanza(one)
    ]
    starts = [start for start in starts if len(start) == _OPENING_WORDS]
    return "repeats its opening" if starts and starts[0] in starts[1:] else ""


def _is_stanza(paragraph: str) -> bool:
    rows = paragraph.count("\n") + 1
    return rows > 1 and len(paragraph.split()) / rows < _REFRAIN_LINE_WORDS


def _second_version(reading: Reading) -> str:
    for line in reading.lines[1:]:
        if len(line) < 120 and _ANOTHER.match(line.replace("\u2019", "'")):  # noqa: PLR2004
            return f'"{line[:60]}"'
    return ""


def _after_the_end(reading: Reading) -> str:
    ends = [at for at, line in enumerate(reading.lines) if len(line) < 16 and _END.match(line)]  # noqa: PLR2004
    if not ends:
        return ""
    after = reading.lines[ends[0] + 1 :]
    return "goes on after its end" if len(" ".join(after).split()) >= _LEAST_AFTER_END else ""
