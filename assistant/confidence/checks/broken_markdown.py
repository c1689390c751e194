"""Markdown that a reader would see fall apart."""

from __future__ import annotations

import re
from itertools import takewhile

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_MARKS = ("**", "```", "~~~", "|")
_ESCAPED_OR_CODE = re.compile(r"\\.|`[^`\n]{0,300}`")
_DELIMITER = frozenset("|-: \t")
_BLANK_LINES = re.compile(r"\n[ \t]*\n")
_OPENS = re.compile(r"(?:^|[\s(\"'\u201c])\*\*(?=[^\s*])")
_CLOSES = re.compile(r"(?<=[^\s*])\*\*(?!\*)(?:$|[\s).,;:!?\"'\u201d\u2019-])")
_SHOWN_CHARACTERS = 40


def broken_markdown(reading: Reading) -> CheckResult | None:
    """Applies where Markdown is used: a fence never closed, bold never closed, ragged table rows."""
    if not any(mark in reading.text for mark in _MARKS) or reading.request.format == "plain":
        return None
    if reading.told.marked.open_fence:
        return failed("broken_markdown", "a code fence is never closed")
    prose = reading.told.marked.prose
    found = _ragged(prose) or _unbalanced(prose)
    if found:
        return failed("broken_markdown", found)
    return passed("broken_markdown", "fences, bold and tables are whole")


def _unbalanced(prose: str) -> str:
    if prose.count("**") % 2 == 0 or "***" in prose:
        return ""
    for block in _BLANK_LINES.split(prose):
        if block.count("**") % 2 == 0:
            continue
        plain = _ESCAPED_OR_CODE.sub(" ", block)
        opens, closes = len(_OPENS.findall(plain)), len(_CLOSES.findall(plain))
        if plain.count("**") % 2 and opens != closes:
            start = plain.find("**")
            return f'bold never closed: "{plain[start : start + _SHOWN_CHARACTERS].strip()}"'
    return ""


def _ragged(prose: str) -> str:
    if "|" not in prose or "--" not in prose:
        return ""
    lines = prose.splitlines()
    for position, line in enumerate(lines[1:], start=1):
        if "--" not in line or "|" not in line or not _DELIMITER.issuperset(line):
            continue
        columns = _cells(lines[position - 1])
        rows = takewhile(lambda row: row.lstrip().startswith("|"), lines[position + 1 :])
        ragged = next((row for row in (line, *rows) if _cells(row) != columns), None)
        if ragged is not None:
            return f"a table of {columns} columns has a row of {_cells(ragged)}"
    return ""


def _cells(row: str) -> int:
    plain = _ESCAPED_OR_CODE.sub(" ", row).strip()
    return plain.removeprefix("|").removesuffix("|").count("|") + 1
