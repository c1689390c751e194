"""The blank between a text and its continuation."""

from __future__ import annotations

from assistant.confidence.text.markup import marked
from assistant.workflow.segments.blocks import Kind, opening
from assistant.workflow.segments.characters import (
    CLAUSE_MARKS,
    CLOSERS,
    TERMINATORS,
    WIDE_CLAUSE_MARKS,
    WIDE_TERMINATORS,
    is_unspaced,
    joins,
)

_PARAGRAPH = "\n\n"
_FENCES = ("```", "~~~")
_LONG_MARKS = "#`~"
"""What a heading or fence begins with, which stand on lines of their own wherever they are met."""

_ITEMS = frozenset({Kind.ITEM, Kind.LATER_ITEM})
_OWN_BLOCK = frozenset({Kind.HEADING, Kind.FENCE})

_BOTH_SIDES = "\"'*_`~\u2019"
"""Marks that open and close alike."""

_RUNS = "*_`~"
"""Those of them that mean something by their number."""

_OPENERS = "([{\u201c\u201e\u00ab\u2018\u201a\u300c\u300e\uff08\u300a\u3008\u3010\u00bf\u00a1"
_TIED = _OPENERS + "-/\u2013\u2014\u2010\u2011" + WIDE_CLAUSE_MARKS + WIDE_TERMINATORS
"""What nothing is set apart from that stands behind it."""

_NEVER_APART = frozenset(CLOSERS + TERMINATORS + CLAUSE_MARKS + "%") - frozenset(
    _BOTH_SIDES + _OPENERS + "\u2013\u2014"
)
"""What no blank stands before that a writer has not set."""


def joint_of(before: str, lead: str, *, blank: str, gap: str, final: bool) -> str | None:
    """What stands between `before` and the first letters of its continuation, `lead`.

    `blank` is what the continuation begins with, `gap` what stood there in another one, empty where
    that is not known. None: more of the lead must be seen.
    """
    if marked(before).open_fence:
        return blank or gap or _before_fence(lead, final=final)
    breaks = blank.count("\n")
    if breaks:
        return min(breaks, len(_PARAGRAPH)) * "\n" + blank[blank.rfind("\n") + 1 :]
    return _joint_without_break(before, lead, blank=blank, gap=gap, final=final)


def _joint_without_break(
    before: str, lead: str, *, blank: str, gap: str, final: bool
) -> str | None:
    last_line = before[before.rfind("\n") + 1 :]
    kind = opening(lead)
    if kind is None and not final and (lead[0] in _LONG_MARKS or _may_list(last_line, gap)):
        return None
    line_break = _line_break(kind or Kind.TEXT, lead, gap=gap, last_line=last_line)
    if line_break or blank:
        return line_break or (blank if len(blank) == 1 else " ")
    if lead[0] in _RUNS and not lead.strip(lead[0]) and not final:
        return None
    return (gap or " ") if _is_apart(before, lead, gap) else ""


def _before_fence(lead: str, *, final: bool) -> str | None:
    """What stands between code and a lead that may close it."""
    if lead.startswith(_FENCES):
        return "\n"
    return "" if final or not any(fence.startswith(lead) for fence in _FENCES) else None


def _may_list(last_line: str, gap: str) -> bool:
    return "\n" in gap or opening(f"{last_line.lstrip()} ") in _ITEMS


def _line_break(kind: Kind, lead: str, *, gap: str, last_line: str) -> str:
    """What sets a lead apart that needs a line of its own; nothing for one that does not."""
    if kind in _OWN_BLOCK:
        return gap if "\n" in gap else _PARAGRAPH
    quoted = lead[0] == ">"
    if kind is Kind.TEXT and not quoted:
        return ""
    if "\n" in gap:
        return gap
    written = last_line.lstrip()
    last = opening(f"{written} ") or Kind.TEXT
    alike = written.startswith(">") if quoted else last is kind or {last, kind} <= _ITEMS
    return "\n" + last_line[: len(last_line) - len(written)] if alike else ""


def _is_apart(before: str, lead: str, gap: str) -> bool:
    """Whether something stands between a text and a lead that begins without a blank."""
    last, first = before[-1], lead[0]
    if first in _NEVER_APART or joins(last, first) or _closes(before, lead):
        return False
    if gap:
        return True
    if is_unspaced(first) or is_unspaced(last) or last in _TIED:
        return False
    return _begins_word(last, before[-2:-1], first)


def _begins_word(last: str, last_but_one: str, first: str) -> bool:
    """Whether `first` begins a word behind `last`, which no blank is known to have followed."""
    opens = first in _OPENERS or first in _BOTH_SIDES
    if not (opens or first.isalnum()):
        return False
    if last.isalnum():
        return last.islower() and (opens or first.isupper())
    if first.isdigit() and last_but_one.isdigit() and last in ".,:":
        return False
    return last != "." or not first.islower()


def _closes(before: str, lead: str) -> bool:
    """Whether a lead begins with a mark that ends what was opened in this paragraph."""
    mark = lead[0]
    if mark not in _BOTH_SIDES:
        return False
    if mark in "'\u2019":
        return before[-1].isalnum()
    run = lead[: len(lead) - len(lead.lstrip(mark))] if mark in _RUNS else mark
    return before[before.rfind(_PARAGRAPH) + 1 :].count(run) % 2 == 1
