"""Text that comes in pieces, passed on as soon as no later piece can change its words."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SETTLES = re.compile(r"[\s\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
"""White space ends a word, and a Han or Kana character is one: behind either, words begin anew."""


class SettledText:
    """Cuts a stream into atoms that do not depend on how it was split into pieces.

    The words of the atoms, one after the other, are the words of the text. What stands behind the
    last blank or Han or Kana character is held: more of its word may come.
    """

    def __init__(self) -> None:
        """Nothing was fed yet."""
        self._held: list[str] = []

    def feed(self, piece: str) -> Iterator[str]:
        """The atoms that this piece completes; read all of them before the next piece."""
        start = 0
        for match in _SETTLES.finditer(piece):
            yield "".join((*self._held, piece[start : match.end()]))
            self._held.clear()
            start = match.end()
        if start < len(piece):
            self._held.append(piece[start:])
