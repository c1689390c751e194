"""Word-level edits that turn a source into an answer exactly. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from assistant.types import Edit

_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
# White space rides on the word before it: as tokens of their own, blanks match everywhere and make the
# search quadratic.


def edits(source: str, target: str) -> tuple[Edit, ...]:
    """Edits in order and without overlap; offsets refer to `source`, in code points and UTF-16."""
    before = _WORDS.findall(source)
    after = _WORDS.findall(target)
    starts = _offsets(before)
    found = []
    matcher = SequenceMatcher(None, before, after)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        start, end = starts[i1], starts[i2]
        found.append(
            Edit(
                start=start,
                end=end,
                start_utf16=_utf16_units(source[:start]),
                end_utf16=_utf16_units(source[:end]),
                text="".join(after[j1:j2]),
            )
        )
    return tuple(found)


def apply(source: str, changes: tuple[Edit, ...]) -> str:
    """The text that `changes`, made from `source`, lead to."""
    parts = []
    position = 0
    for change in changes:
        parts += [source[position : change.start], change.text]
        position = change.end
    return "".join([*parts, source[position:]])


def _offsets(words: list[str]) -> list[int]:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return starts


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
