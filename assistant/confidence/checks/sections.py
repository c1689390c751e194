"""Sections of a Markdown text: headings with nothing below them, and headings that come twice."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import LISTS, Reading
from assistant.types import CheckResult

_HEADING = re.compile(r"^(#{1,6})\s+(\S.*)$")
_OUTLINE = re.compile(
    r"\b(?:outline|table of contents|toc|headings?|skeleton|structure|template|syllabus|agenda|gliederung|plan)\b",
    re.IGNORECASE,
)
_TITLE_WORDS = 8
"""A longer heading says something itself."""

_LEAST_HEADINGS = 3
"""A title and a section or two may stand close together; from here on a text has a structure."""


def empty_section(reading: Reading) -> CheckResult | None:
    """Fails on a heading with another of the same or a higher level right behind it."""
    headings = _headings(reading)
    if len(headings) < _LEAST_HEADINGS or _OUTLINE.search(reading.instruction):
        return None
    # The title may be followed by a subtitle of the same level.
    for (at, level, title), (following, next_level, _) in pairwise(headings[1:]):
        if following == at + 1 and next_level <= level and title.count(" ") < _TITLE_WORDS:
            return failed("empty_section", f'nothing below "{title[:60]}"')
    return passed("empty_section", f"{len(headings)} headings, each with text")


def repeated_heading(reading: Reading) -> CheckResult | None:
    """Fails where a heading stands twice below the same parent, numbers included."""
    headings = _headings(reading)
    if len(headings) < _LEAST_HEADINGS or reading.asked.several:
        return None
    seen: set[tuple[str, ...]] = set()
    path: list[tuple[int, str]] = []
    for _, level, title in headings:
        path = [(above, name) for above, name in path if above < level]
        path.append((level, title.strip("*_: ").casefold()))
        named = tuple(name for _, name in path)
        if named in seen:
            return failed("repeated_heading", f'has "{title[:60]}" twice')
        seen.add(named)
    return passed("repeated_heading", "no heading comes twice")


def _headings(reading: Reading) -> list[tuple[int, int, str]]:
    """Line number, level and title of each; none for tasks whose lines are all headings."""
    if reading.task in LISTS or "#" not in reading.text:
        return []
    # Behind a fence a hash begins a comment.
    prose = takewhile(lambda line: not line.startswith("```"), reading.lines)
    found = [(at, _HEADING.match(line)) for at, line in enumerate(prose) if line[0] == "#"]
    return [(at, len(match[1]), match[2]) for at, match in found if match]
