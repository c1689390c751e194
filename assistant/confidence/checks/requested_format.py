"""Another form than the one asked for: no table, no letter, prose where verse was wanted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from types import MappingProxyType

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.confidence.text.forms import Form
from assistant.types import CheckResult, Task

OWN_FORM: frozenset[Task] = frozenset({"titles", "outline", "proofread", "fill", "continue"})
"""Tasks whose form is given by the task or by the text around the draft."""

_BULLET = re.compile(r"^(?:[*+\u2022\u25e6\u2013-]|\d{1,3}[.):])\s*\S")
_NUMBERED = re.compile(r"^[#*_\s]*(?:step\s+)?\d{1,3}[.):]", re.IGNORECASE)
_SPEAKER = re.compile(
    r"^[*_(\[]*[^\W\d_][\w .'\u2019-]{0,40}[*_]*\s*(?:\([^()\n]{0,80}\))?\s*[*_]*:"
)
_DIALOGUE_MARKS = ('"', "\u201c", "\u201d", "\u201e", "\u00ab", "\u2014", "\u2013 ", "- ", "\u300c")
_COLUMNS = re.compile(r"\S(?:\t| {3,})\S")
_MARKDOWN = re.compile(r"^#{1,6}\s|\*\*[^*\n]{1,200}\*\*|^```|\]\(https?:", re.MULTILINE)
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,9}[\s>/]", re.IGNORECASE)
_HEADING = re.compile(r"^(?:#|\*\*[^*]+\*\*:?$)")

_ROWS = 2
"""A table has a head and at least one row; a list and a conversation take two as well."""

_VERSE_WORDS = 16
"""No line of verse is longer; prose lines are whole paragraphs."""

_HAIKU_LINES = 3

_LETTER_HEAD_LINES = 8
"""The greeting stands behind sender, date and subject at most."""

_GREETING_WORDS = 8

_SIGNATURE_WORDS = 6

_DIALOGUE_LINES = 3

_MOST_VERSE_PROSE = 0.34
"""Share of long lines (a title, a line of explanation) that a poem may have."""


def requested_format(reading: Reading) -> CheckResult | None:
    """Judges forms the instruction clearly asks for, and `request.format`."""
    wanted = reading.asked.forms
    given = reading.request.format
    if (not wanted and given in {None, "markdown"}) or not reading.words:
        return None
    missing: list[str] = [form for form in wanted if not _GIVEN[form](reading)]
    if given == "plain" and "plain text" not in wanted and not _is_plain(reading):
        missing.append("plain text")
    if given == "html" and not _TAG.search(reading.text):
        missing.append("HTML")
    if missing:
        return failed("requested_format", f"asked for {' and '.join(missing)}, got another form")
    return passed("requested_format", f"has the form asked for: {', '.join(wanted) or given}")


def _has_list(reading: Reading) -> bool:
    return sum(1 for line in reading.lines if _BULLET.match(line)) >= _ROWS


def _is_numbered(reading: Reading) -> bool:
    return sum(1 for line in reading.lines if _NUMBERED.match(line)) >= _ROWS


def _has_table(reading: Reading) -> bool:
    rows = sum(1 for line in reading.lines if line.count("|") >= _ROWS)
    columns = sum(1 for line in reading.text.splitlines() if _COLUMNS.search(line))
    return max(rows, columns) >= _ROWS or "<table" in reading.text.casefold()


def _is_letter(reading: Reading) -> bool:
    letter = reading.letter
    if letter.greetings or letter.closed or "ubject:" in reading.text:
        return True
    head = reading.lines[:_LETTER_HEAD_LINES]
    greeted = any(
        line.endswith((",", ":", "\uff0c", "\uff1a")) and len(line.split()) <= _GREETING_WORDS
        for line in head
    )
    return greeted and len(reading.lines[-1].split()) <= _SIGNATURE_WORDS


def _is_dialogue(reading: Reading) -> bool:
    spoken = sum(1 for line in reading.lines if _SPEAKER.match(line))
    opened = sum(1 for line in reading.lines if line.startswith(_DIALOGUE_MARKS))
    capitals = sum(1 for line in reading.lines if line.isupper())
    quotes = sum(reading.text.count(mark) for mark in ('"', "\u201d", "\u00bb", "\u300d")) // 2
    # An interview may set its questions apart and leave the names away.
    questions = sum(1 for line in reading.lines if line.rstrip("*_ ").endswith("?"))
    several = max(spoken, opened, capitals, quotes) >= _DIALOGUE_LINES
    return several or max(spoken, questions) >= _ROWS


def _is_verse(reading: Reading) -> bool:
    long = sum(1 for line in reading.lines if len(line.split()) > _VERSE_WORDS)
    return len(reading.lines) >= _ROWS and long <= _MOST_VERSE_PROSE * len(reading.lines)


def _is_haiku(reading: Reading) -> bool:
    # Some write the three lines on one, with slashes between them.
    parts = len(reading.lines) + reading.text.count(" / ")
    return (parts >= _HAIKU_LINES and _is_verse(reading)) or reading.text.count(" / ") >= _ROWS


def _is_json(reading: Reading) -> bool:
    body = reading.text.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _is_one_paragraph(reading: Reading) -> bool:
    return sum(1 for block in reading.paragraphs if not _HEADING.match(block)) <= 1


def _is_plain(reading: Reading) -> bool:
    return _MARKDOWN.search(reading.text) is None


_GIVEN: MappingProxyType[Form, Callable[[Reading], bool]] = MappingProxyType(
    {
        "bullets": _has_list,
        "numbered list": _is_numbered,
        "table": _has_table,
        "letter": _is_letter,
        "dialogue": _is_dialogue,
        "verse": _is_verse,
        "haiku": _is_haiku,
        "JSON": _is_json,
        "one paragraph": _is_one_paragraph,
        "plain text": _is_plain,
    }
)
