"""Recognizes what a continuation repeats of the text before it, while it is being written."""

from __future__ import annotations

import re

from assistant.workflow.segments.characters import is_unspaced

_REACH = 600
"""Characters at the end of the text in which an echo may begin: a few sentences."""

_LEAST_ECHO = 3
"""Words of an echo; fewer are often meant: had had, a refrain of a word or two."""

_LEAST_RESTART = 8
"""Words from the beginning of the text that show that it was begun again."""

_MOST_OF_IT = 0.8
"""Share of the text that is written again by who begins anew; what leaves it earlier, as the second question of
a list may, begins like the text and is another."""

_LEAST_LINE = 2
"""Words of a last line that is repeated whole; one with a mark of its own (heading, item) may be shorter."""

_WORD_CHARACTERS = 2
"""Characters of a script without spaces that count as a word."""

_STRAIGHT = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
_WORD = re.compile(r"\S+")
_MARK = r"(?:#{1,6}|[-*+\u2022>]|\d{1,9}[.)])"
_MARKED_LINE = re.compile(rf"{_MARK}(?:\s|$)")
_MARKER = re.compile(rf"{_MARK}$")


class Echo:
    """Follows a continuation from its first letter on for as long as it may repeat `before`.

    A blank is the same as any other, and a curly quotation mark the same as a straight one.
    """

    def __init__(self, before: str) -> None:
        last_line = _folded(before[before.rfind("\n") + 1 :])
        self._known = _folded(before)
        self._needs_blank = _MARKER.match(last_line) is not None
        self._alive = _starts(self._known, last_line)
        self._restarts = bool(self._known)
        self._read: list[int] = []
        self._raw = 0
        self._in_blank = False
        self._found = 0

    def follow(self, text: str) -> int | None:
        """Further characters of the continuation.

        Returns:
            How many characters from its beginning on are a repetition, once that is sure.
        """
        for char in text:
            if not self._follow(" " if char.isspace() else char.translate(_STRAIGHT)):
                return self._found
        return None

    def finish(self) -> int:
        """The same where nothing follows any more."""
        for start in self._alive:
            if start + len(self._read) == len(self._known):
                return self._raw
        if self._restarts and _size(self._known[: len(self._read)]) >= _LEAST_RESTART:
            return self._raw
        return self._found

    def _follow(self, char: str) -> bool:
        """Whether the text may still be a repetition, or a longer one than is found."""
        blank = char == " "
        if blank and self._in_blank:
            self._raw += 1
            return True
        read = len(self._read)
        going = [start for start in self._alive if self._goes_on(start + read, char)]
        if self._restarts and not (read < len(self._known) and self._known[read] == char):
            self._restarts = False
            self._found = max(self._found, self._restarted(char))
        self._alive = going
        self._raw += 1
        self._in_blank = blank
        self._read.append(self._raw)
        return bool(self._alive) or self._restarts

    def _goes_on(self, at: int, char: str) -> bool:
        if at < len(self._known):
            return self._known[at] == char
        ends_word = char == " " if self._needs_blank else not _in_word(self._known[-1], char)
        if ends_word:
            self._found = max(self._found, self._raw)
        return False

    def _restarted(self, char: str) -> int:
        """How much repeats the beginning of the text, which `char` does not any more."""
        same = len(self._read)
        expected = self._known[same : same + 1]
        last = self._known[same - 1 : same]
        if _in_word(last, expected) or _in_word(last, char):
            same = self._known.rfind(" ", 0, same)
        repeated = self._known[: max(0, same)].rstrip()
        if _size(repeated) < _LEAST_RESTART or len(repeated) < _MOST_OF_IT * len(self._known):
            return 0
        return self._read[len(repeated) - 1]


def _starts(known: str, last_line: str) -> list[int]:
    """Where an echo may begin: words with enough words behind them, and the whole last line."""
    words = [match.span() for match in _WORD.finditer(known, max(0, len(known) - _REACH))]
    found = sorted(
        {start for start, _ in words}
        | {at for start, end in words for at in range(start, end) if is_unspaced(known[at])}
    )
    while found and _size(known[found[-1] :]) < _LEAST_ECHO:
        found.pop()
    if _MARKED_LINE.match(last_line) or len(last_line.split()) >= _LEAST_LINE:
        found.append(len(known) - len(last_line))
    return found


def _size(text: str) -> int:
    return sum(max(1, sum(map(is_unspaced, word)) // _WORD_CHARACTERS) for word in text.split())


def _in_word(before: str, after: str) -> bool:
    return before.isalnum() and after.isalnum() and not (is_unspaced(before) or is_unspaced(after))


def _folded(text: str) -> str:
    return " ".join(text.split()).translate(_STRAIGHT)
