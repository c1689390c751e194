"""Where a text that is being written may be cut: Markdown, sentences and clusters put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf
from typing import Protocol
from unicodedata import category

from assistant.workflow.segments.blocks import Blocks, Kind, Line, opening
from assistant.workflow.segments.characters import Strength, is_unspaced, joins
from assistant.workflow.segments.places import Places
from assistant.workflow.segments.sentences import TAIL, beside, between
from assistant.workflow.segments.spans import Spans

_LETTERS = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u0481\u048a-\u052f]+")
"""Runs of letters that need no look each: none of them joins, ends or opens anything."""

_TAB = 4
"""Columns of a tab: https://spec.commonmark.org/0.31.2/#tabs"""

_LINE_CHARACTERS = 120
"""What is kept of a line of code or front matter: its marks, or its key."""

_LONG_WORD = 40
"""Characters after which a word is taken for one without a sense: longer than the words of any language
that is written with blanks, and than what an address begins with."""


class Reader(Protocol):
    """Reads a text in pieces and tells the places where it may be cut."""

    at: int
    late_at: float
    places: Places

    @property
    def settled(self) -> float:
        """Places up to here stay as they are."""

    @property
    def open(self) -> float:
        """Places up to here may be taken when it is late."""

    def read(self, text: str) -> Iterator[None]:
        """Reads a further piece; stops wherever a place is new or settled."""


class Boundaries:
    """Reads Markdown or plain text; depends on the text alone and not on the pieces it comes in.

    `late_at`: from this place on every cluster is a place, if nothing forbids it.
    """

    def __init__(self) -> None:
        self.at = 0
        self.late_at = inf
        self.places = Places()
        self._blocks = Blocks()
        self._spans = Spans()
        # The blank that was last met: where it begins, what stands before it, whether it breaks a line.
        self._end = 0
        self._ended = ""
        self._in_blank = True
        self._newline = False
        self._splits = True
        self._recent = ""
        self._cluster = ""
        self._word_at = 0
        self._line = ""
        # The beginning of a line: its marks until it is known what they are, columns, depth of quoting.
        self._head: str | None = ""
        self._indent = 0
        self._depth = 0
        self._blank_line = True

    @property
    def settled(self) -> float:
        """Places up to here stay as they are."""
        return self._spans.held_from

    @property
    def open(self) -> float:
        """Places up to here may be taken when it is late."""
        return self._spans.barred_from

    def read(self, text: str) -> Iterator[None]:
        """Reads a further piece; stops wherever a place is new or settled, and all along when it is late."""
        position = 0
        while position < len(text):
            skipped = self._skipped(text, position)
            if skipped:
                position += skipped
                continue
            char = text[position]
            position += 1
            changed = self._begin_line(char) if self._head is not None else self._go_on(char)
            # When it is late every character counts, so that pieces make no difference.
            if changed or self.at > self.late_at:
                yield

    def _skipped(self, text: str, position: int) -> int:
        """Passes over what needs no look, and tells how much that was."""
        if self._head is not None:
            return 0
        if self._blocks.is_whole:
            end = text.find("\n", position)
            run = text[position : len(text) if end < 0 else end]
            if not run or self._blocks.may_be_table:
                return 0
            self._note_whole(run)
            return len(run)
        letters = _LETTERS.match(text, position) if self._recent[-1:].isalpha() else None
        if letters is None or self.at + len(letters[0]) > self.late_at:
            return 0
        self._spans.skip(letters[0])
        self._note(letters[0])
        return len(letters[0])

    def _note_whole(self, run: str) -> None:
        written = run.rstrip()
        if written:
            self._note(written)
        if len(written) < len(run):
            self._note_blank(run[len(written) :])

    def _note(self, run: str) -> None:
        self.at += len(run)
        self._recent = (self._recent + run)[-TAIL:]
        one = len(run) == 1
        self._cluster = self._cluster + run if one and joins(self._cluster, run) else run[-1]
        self._in_blank = False
        self._note_line(run)
        if is_unspaced(run[-1]):
            self._word_at = self.at

    def _note_line(self, run: str) -> None:
        if len(self._line) < _LINE_CHARACTERS:
            self._line = (self._line + run)[:_LINE_CHARACTERS]

    def _note_blank(self, blank: str) -> None:
        if not self._in_blank:
            self._end, self._ended = self.at, self._recent
            self._newline = False
            self._in_blank = True
            self._splits = not joins(self._cluster, blank[0])
        self._newline = self._newline or "\n" in blank
        self.at += len(blank)
        self._word_at = self.at
        self._note_line(blank)
        self._cluster = blank[-1]
        self._recent = (self._recent + blank)[-TAIL:]

    def _go_on(self, char: str) -> bool:
        """A character within a line; whether a place is new or settled."""
        if char == "\n":
            return self._end_line()
        if self._blocks.is_whole:
            if char == "|":
                self._blocks.divide()
            self._note_whole(char)
            return False
        if char.isspace():
            changed = self._read_span(char)
            self._note_blank(char)
            return changed
        found = self._after_blank(char) if self._in_blank else Strength.NEVER
        if found is not Strength.NEVER:
            self.places.add(self._end, found)
        changed = self._read_span(char)
        if not self._in_blank:
            found = self._beside(char)
            if found is not Strength.NEVER:
                self.places.add(self.at, found)
        self._note(char)
        return changed or found is not Strength.NEVER

    def _read_span(self, char: str) -> bool:
        closed = self._spans.read(char, self.at)
        for span in closed:
            self.places.spoil(span.start, hard=span.hard)
        return self._spans.expire(self.at) or bool(closed)

    def _after_blank(self, char: str) -> Strength:
        if not self._splits:
            return Strength.NEVER
        return self._kept(between(self._ended, char, newline=self._newline))

    def _beside(self, char: str) -> Strength:
        if joins(self._cluster, char) or self._recent[-1:].isspace() or not self._recent:
            return Strength.NEVER
        found = self._kept(beside(self._recent, char))
        return Strength.GRAPHEME if found is Strength.NEVER and self._is_late(char) else found

    def _is_late(self, char: str) -> bool:
        """Whether a word may be cut before this character, as nothing else came for so long."""
        if self.at < self.late_at:
            return False
        if category(char).startswith("P") and char != self._recent[-1]:
            return False
        return is_unspaced(char) or self.at - self._word_at >= _LONG_WORD

    def _kept(self, strength: Strength) -> Strength:
        return min(strength, Strength.LOOSE) if self._blocks.is_kept else strength

    def _end_line(self) -> bool:
        changed = self._read_span("\n") if not self._blocks.is_whole else False
        self._note_blank("\n")
        self._blocks.end(self._line.rstrip())
        self._start_line()
        self._blank_line = False
        return changed

    def _start_line(self) -> None:
        self._head, self._line = "", ""
        self._indent = self._depth = 0

    def _begin_line(self, char: str) -> bool:
        """A character before the text of a line; whether a place is new or settled."""
        if not self._head:
            if char == "\n":
                return self._leave_blank_line()
            if char.isspace():
                self._indent += _TAB - self._indent % _TAB if char == "\t" else 1
                self._note_blank(char)
                return False
            if char == ">":
                self._depth += 1
                self._indent = 0
                self._note_mark(char)
                return False
        self._head = (self._head or "") + char
        kind = opening(self._head)
        return self._begin_block(kind, self._head) if kind else False

    def _note_mark(self, mark: str) -> None:
        # What is cut off ends before the mark, with the text above it.
        if not self._in_blank:
            self._note_blank(mark)
        else:
            self.at += len(mark)
        self._recent = (self._recent + mark)[-TAIL:]
        self._cluster = mark

    def _leave_blank_line(self) -> bool:
        self._note_blank("\n")
        self._blocks.end("")
        self._start_line()
        self._blank_line = True
        return self._spans.end_block()

    def _begin_block(self, kind: Kind, head: str) -> bool:
        line = Line(kind, self._indent, self._depth, blank=self._blank_line)
        strength = self._blocks.begin(line)
        changed = False
        if strength is not Strength.LINE:
            changed = self._spans.end_block()
            if strength is not Strength.NEVER and self._splits:
                self.places.add(self._end, strength)
                changed = True
            self._in_blank = False
        self._head, self._line = None, ""
        for char in head:
            changed = self._go_on(char) or changed
        # The mark of an item is nothing without its text.
        if self._blocks.opens_item and self._in_blank:
            self._splits = False
        return changed
