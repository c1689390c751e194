"""Spans within a block that a cut must not part: code, links, tags, formulas, emphasis, quotations.

Whether a mark opens a span is known only at its other end. Until then the span is held; one that is
not closed within its limit, or within its block, was none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from assistant.workflow.segments.characters import is_unspaced

_SHORT, _MEDIUM, _LONG = 200, 400, 4000
"""Characters a span may have: code or speech in single marks; most others; a comment or an element."""

_RUNS = "`*_~$\\<\"'\u2019"
"""Marks whose meaning depends on their number and on what stands on both sides."""

_EMPHASIS = "*_~"
_SPEECH = {'"': '"', "'": "'", "\u2019": "\u2019"}

_PAIRS = {"\u201c": "\u201d", "\u201e": "\u201c\u201d", "\u00ab": "\u00bb", "\u00bb": "\u00ab", "\u2039": "\u203a",
          "\u2018": "\u2019", "\u201a": "\u2018\u2019", "\u300c": "\u300d", "\u300e": "\u300f",
          "\u300a": "\u300b", "\u3008": "\u3009"}  # fmt: skip
"""Quotation marks and what closes them."""

_CLOSING = frozenset("".join(_PAIRS.values()))
_BEFORE_OPENING = "([{\u2014\u2013-/\uff08\"'\u201c\u2018\u201e\u00ab*_"
_URL = "://"
_COMMENT = "<!--"
_REACH = 16
"""Characters behind the present one that are looked at: a closing tag, the beginning of a comment."""

_MARKS = frozenset(_RUNS + "[](/").union(_PAIRS, _CLOSING)
"""Characters that mean something where no span is open."""

_MOST_OPEN = 12
"""Spans within each other; what opens more of them is not Markdown, and costs time."""

_RAW_ELEMENT = re.compile(r"<(pre|script|style|table|svg|math|code)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Span:
    """One that is held: where its mark stands and what closes it.

    `hard`: it is never cut; `raw`: no marks are read in it; `across`: it may reach over blank lines.
    """

    start: int
    closer: str
    limit: int = _MEDIUM
    hard: bool = True
    raw: bool = False
    across: bool = False
    opening: str = ""


class Closed(NamedTuple):
    """A span that ended: places behind `start` lie in it; `hard`: none of them is fit for a cut."""

    start: int
    hard: bool


class Spans:
    """Follows the spans of a text character by character."""

    def __init__(self) -> None:
        self._open: list[_Span] = []
        self._closed: list[Closed] = []
        self._run = ""
        self._run_at = 0
        self._before = ""
        self._recent = ""
        self._bracket: tuple[int, int] = (0, -1)
        self._escaped = False

    @property
    def held_from(self) -> float:
        """Places behind this one are not settled."""
        return self._open[0].start if self._open else inf

    @property
    def barred_from(self) -> float:
        """Places behind this one may lie in what is never cut."""
        return next((span.start for span in self._open if span.hard), inf)

    def skip(self, letters: str) -> None:
        """Passes over letters that stand behind another letter."""
        self._recent = (self._recent + letters)[-_REACH:]
        if self._open and self._open[-1].raw:
            span = self._open[-1]
            span.opening = (span.opening + letters)[:_REACH]

    def read(self, char: str, at: int) -> list[Closed]:
        """The next character, and the spans that it shows to be closed."""
        self._closed = []
        if not (self._open or self._run or self._escaped or char in _MARKS):
            self._recent = (self._recent + char)[-_REACH:]
            return self._closed
        if self._run and char == self._run[0]:
            self._run += char
        else:
            if self._run:
                run, self._run = self._run, ""
                self._resolve(run, char)
            self._take(char, at)
        self._recent = (self._recent + char)[-_REACH:]
        return self._closed

    def end_block(self) -> bool:
        """Drops what may not reach over the end of a block; whether there was any."""
        return self._keep([span for span in self._open if span.across])

    def expire(self, at: int) -> bool:
        """Drops what is held for longer than its limit; whether there was any."""
        if not self._open:
            return False
        return self._keep([span for span in self._open if at - span.start <= span.limit])

    def _keep(self, kept: list[_Span]) -> bool:
        changed = len(kept) < len(self._open)
        self._open = kept
        return changed

    def _hold(self, span: _Span) -> None:
        if len(self._open) < _MOST_OPEN:
            self._open.append(span)

    def _take(self, char: str, at: int) -> None:
        escaped, self._escaped = self._escaped, False
        raw = self._open[-1] if self._open and self._open[-1].raw else None
        if char in _RUNS and not escaped:
            self._run, self._run_at, self._before = char, at, self._recent[-1:]
        if raw is not None:
            self._take_raw(raw, char)
        elif not escaped:
            self._take_bracket(char, at)
            self._take_address(char, at)
            if char in _CLOSING or char in _PAIRS:
                self._take_quote(char, at)

    def _take_raw(self, raw: _Span, char: str) -> None:
        raw.opening = (raw.opening + char)[:_REACH]
        if raw.opening == _COMMENT:
            raw.closer, raw.limit, raw.across = "-->", _LONG, True
        # Runs close what is closed by a run: ``a ` b`` is one span.
        if raw.closer[0] in "`$" or not (self._recent + char).casefold().endswith(raw.closer):
            return
        self._close(raw)
        element = _RAW_ELEMENT.match(raw.opening) if raw.closer == ">" else None
        if element:
            closer = f"</{element[1].casefold()}>"
            self._hold(_Span(raw.start, closer, _LONG, raw=True, across=True))

    def _take_bracket(self, char: str, at: int) -> None:
        start, end = self._bracket
        if char == "[":
            self._hold(_Span(start if end == at else at, "]"))
        elif char == "]":
            span = self._last("]")
            if span is not None:
                self._close(span)
                self._bracket = (span.start, at + 1)
        elif char == "(" and end == at:
            self._hold(_Span(start, ")", raw=True))

    def _take_address(self, char: str, at: int) -> None:
        if char == "/" and (self._recent + char).endswith(_URL):
            if self._last(_URL) is None:
                self._hold(_Span(at - len(_URL), _URL, _LONG))
        elif char.isspace() or char in ")]>" or not char.isascii():
            span = self._last(_URL)
            if span is not None:
                self._close(span)

    def _take_quote(self, char: str, at: int) -> None:
        for span in reversed(self._open):
            if char in span.closer and span.closer not in _SPEECH:
                self._close(span)
                return
        if char in _PAIRS and self._may_open(self._recent[-1:]):
            self._hold(_Span(at, _PAIRS[char], hard=False))

    def _resolve(self, run: str, after: str) -> None:
        raw = self._open[-1] if self._open and self._open[-1].raw else None
        mark = run[0]
        if raw is not None:
            if run == raw.closer:
                self._close(raw)
        elif mark == "\\":
            self._resolve_escape(run, after)
        elif mark == "`":
            self._hold(_Span(self._run_at, run, _SHORT, raw=True))
        elif mark == "$":
            self._resolve_formula(run, after)
        elif mark == "<":
            self._resolve_tag(after)
        elif mark in _EMPHASIS:
            self._resolve_emphasis(run, after)
        else:
            self._resolve_speech(run, after)

    def _resolve_tag(self, after: str) -> None:
        if after.isalpha() or after in "/!?":
            self._hold(_Span(self._run_at, ">", raw=True, opening="<"))

    def _resolve_escape(self, run: str, after: str) -> None:
        self._escaped = len(run) % 2 == 1
        if self._escaped and after in "([":
            closer = "\\)" if after == "(" else "\\]"
            self._hold(_Span(self._run_at, closer, raw=True))

    def _resolve_formula(self, run: str, after: str) -> None:
        # "$5" is a price; a formula that begins with a digit holds no end of a sentence.
        single = self._may_open(self._before) and not after.isspace() and not after.isdigit()
        if len(run) > 1 or single:
            self._hold(_Span(self._run_at, run, _MEDIUM, raw=True))

    def _resolve_emphasis(self, run: str, after: str) -> None:
        left = len(run)
        if not self._before.isspace():
            while left > 0 and (span := self._emphasis(run[0])) is not None:
                left -= len(span.closer)
                self._close(span)
        if left == len(run) and not after.isspace() and self._may_open(self._before):
            self._hold(_Span(self._run_at, run, hard=False))

    def _resolve_speech(self, run: str, after: str) -> None:
        if len(run) > 1:
            return
        span = self._last(run)
        speaks = not self._before.isspace()
        if run != '"':
            if span is not None and speaks and not after.isalnum():
                self._close(span)
            elif span is None and run == "'" and after.isupper() and self._may_open(self._before):
                self._hold(_Span(self._run_at, run, _SHORT, hard=False))
            return
        if span is not None and (speaks or after.isspace()):
            self._close(span)
        elif not after.isspace() and self._may_open(self._before):
            if span is not None:
                self._open.remove(span)
            self._hold(_Span(self._run_at, run, hard=False))

    def _close(self, span: _Span) -> None:
        del self._open[self._open.index(span) :]
        self._closed.append(Closed(span.start, span.hard))

    def _last(self, closer: str) -> _Span | None:
        return next((span for span in reversed(self._open) if span.closer == closer), None)

    def _emphasis(self, mark: str) -> _Span | None:
        return next((span for span in reversed(self._open) if span.closer[0] == mark), None)

    @staticmethod
    def _may_open(before: str) -> bool:
        return not before or before.isspace() or before in _BEFORE_OPENING or is_unspaced(before)
