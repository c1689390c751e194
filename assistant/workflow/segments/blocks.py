"""The blocks of a Markdown text as its lines begin: what the place before each line is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from assistant.workflow.segments.characters import Strength

_DEEP = 4
"""Columns from which on a line is code: https://spec.commonmark.org/0.31.2/#indented-code-blocks"""

_INNER = 2
"""Columns from which on a line belongs to the list item above it."""

_FIRST_KEY = 2
"""The line of front matter that must hold a key: the one below its first mark."""

_FRONT_LINES = 60
"""Front matter longer than this is a text between two rules."""


class Kind(Enum):
    """How a line begins; `LATER_ITEM` is a numbered one that is not the first of its list."""

    TEXT = auto()
    ITEM = auto()
    LATER_ITEM = auto()
    HEADING = auto()
    FENCE = auto()
    RULE = auto()
    ROW = auto()


class Block(Enum):
    """What a line belongs to; `CLOSED`: what comes next is a block of its own, as below a rule."""

    NONE = auto()
    TEXT = auto()
    HEADING = auto()
    TABLE = auto()
    FENCE = auto()
    CODE = auto()
    FRONT = auto()
    CLOSED = auto()


_OPENINGS = (
    (Kind.HEADING, re.compile(r"#{1,6}\s")),
    (Kind.FENCE, re.compile(r"```|~~~")),
    (Kind.ITEM, re.compile(r"[-*+\u2022\u25e6\u25aa\u2023]\s|0?1[.)]\s")),
    (Kind.LATER_ITEM, re.compile(r"\d{1,9}[.)]\s")),
    (Kind.RULE, re.compile(r"---|===|\+\+\+|--\|")),
    (Kind.ROW, re.compile(r"\|")),
)
_UNSURE = re.compile(r"#{1,6}|`{1,2}|~{1,2}|--?|==?|\+\+?|[*\u2022\u25e6\u25aa\u2023]|\d{1,9}[.)]?")
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)", re.DOTALL)
_FENCED_ITEM = re.compile(r"(?:[-*+\u2022\u25e6\u25aa\u2023]|\d{1,9}[.)])\s+((?:```|~~~)[^`]*)$")
_KEY = re.compile(r"[\"'\w][\w \"'.-]*[:=]")


@dataclass(frozen=True, slots=True)
class Line:
    """How a line begins: columns of blank before it, marks of quoted blocks, and a blank line above it."""

    kind: Kind
    indent: int
    depth: int
    blank: bool


def opening(head: str) -> Kind | None:
    """What a line is that begins so, None where its next character must be seen."""
    for kind, pattern in _OPENINGS:
        if pattern.match(head):
            return kind
    return None if _UNSURE.fullmatch(head) else Kind.TEXT


class Blocks:
    """Follows the blocks of a text line by line.

    `block` is what the present line belongs to; `opens_item`: an item begins with it.
    """

    def __init__(self) -> None:
        self.block = Block.NONE
        self._in_list = False
        self._depth = 0
        self._fence = ""
        self._fence_depth = 0
        self._front_lines = 0
        self.opens_item = False
        self._underlines = False

    @property
    def is_whole(self) -> bool:
        """Whether the line must not be cut anywhere: code, a table, a heading, front matter."""
        return self.block is not Block.TEXT and self.block is not Block.NONE

    @property
    def is_kept(self) -> bool:
        """Whether it should not be cut: part of a list item or of a quoted paragraph."""
        return self._in_list or self._depth > 0

    def begin(self, line: Line) -> Strength:
        """What the place before this line is; `LINE`: a line break within a paragraph."""
        if self._holds(line):
            return Strength.NEVER
        was, was_in_list = self.block, self._in_list
        kind = line.kind
        if kind is Kind.LATER_ITEM:
            wraps = was is Block.TEXT and not (was_in_list or line.blank)
            kind = Kind.TEXT if wraps else Kind.ITEM
        joined = was is Block.TEXT and not line.blank
        lazy = joined and kind is Kind.TEXT and line.depth <= self._depth
        inner = was_in_list and line.indent >= _INNER
        self._depth = self._depth if lazy else line.depth
        self._in_list = kind is Kind.ITEM or inner or (was_in_list and lazy)
        self.block = self._block_of(line, kind, was)
        self.opens_item = kind is Kind.ITEM
        self._underlines = joined and kind is Kind.RULE
        if lazy:
            return Strength.LINE
        if was is Block.NONE or self._underlines or self._is_same(was, blank=line.blank):
            return Strength.NEVER
        if was is Block.HEADING:
            return Strength.LOOSE
        if was_in_list:
            return _within_list(kind, inner=inner)
        return Strength.PARAGRAPH

    @property
    def may_be_table(self) -> bool:
        """Whether the line looks like the underline of a heading, and a bar in it would tell a table."""
        return self._underlines

    def divide(self) -> None:
        """A bar stands in the line."""
        if self._underlines:
            self.block, self._underlines = Block.TABLE, False

    def end(self, text: str) -> None:
        """The line is over; `text`: its beginning without indentation, empty for a blank line."""
        fenced = _FENCED_ITEM.match(text) if self.opens_item else None
        if fenced:
            self.block = Block.FENCE
            self._end_of_fence_line(fenced[1])
        elif self.block is Block.FENCE:
            self._end_of_fence_line(text)
        elif self.block is Block.FRONT:
            self._front_lines += 1
            keyed = self._front_lines != _FIRST_KEY or _KEY.match(text)
            if not keyed or self._front_lines > _FRONT_LINES:
                self.block = Block.TEXT if text else Block.CLOSED
        self.opens_item = self._underlines = False

    def _holds(self, line: Line) -> bool:
        if self.block is Block.FENCE and self._fence:
            if line.depth >= self._fence_depth:
                return True
            self._fence = ""
        if self.block is Block.FRONT:
            if line.kind is Kind.RULE and self._front_lines:
                self.block = Block.CLOSED
            return True
        if self.block is Block.NONE and line.kind is Kind.RULE:
            self.block = Block.FRONT
            return True
        return False

    def _end_of_fence_line(self, text: str) -> None:
        found = _FENCE.match(text)
        if self._fence:
            if found and found[1].startswith(self._fence) and not found[2].strip():
                self._fence, self.block = "", Block.CLOSED
        elif found and not (found[1][0] == "`" and "`" in found[2]):
            self._fence, self._fence_depth = found[1], self._depth
        else:
            self.block = Block.TEXT

    def _is_same(self, was: Block, *, blank: bool) -> bool:
        return self.block is was and (was is Block.CODE or (was is Block.TABLE and not blank))

    def _block_of(self, line: Line, kind: Kind, was: Block) -> Block:
        if line.indent >= _DEEP and not self._in_list and (line.blank or was is Block.CODE):
            return Block.CODE
        if kind is Kind.TEXT:
            in_table = was is Block.TABLE and not line.blank
            return Block.TABLE if in_table else Block.TEXT
        if kind is Kind.RULE:
            underlines = was is Block.TEXT and not line.blank
            return Block.HEADING if underlines else Block.CLOSED
        return _BLOCKS[kind]


_BLOCKS = {
    Kind.ITEM: Block.TEXT,
    Kind.HEADING: Block.HEADING,
    Kind.FENCE: Block.FENCE,
    Kind.ROW: Block.TABLE,
}


def _within_list(kind: Kind, *, inner: bool) -> Strength:
    if kind is Kind.ITEM:
        return Strength.ITEM
    return Strength.LOOSE if inner else Strength.PARAGRAPH
