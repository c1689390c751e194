"""Cuts a finished text into pieces to send one by one. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MIN_PIECE_CHARS = 24
"""About five words: small enough to appear smoothly, large enough not to drown in framing."""

_BOUNDARY = re.compile(r"\s+|[。！？，、；：]+")  # noqa: RUF001 - these are the marks of Chinese and Japanese


def pieces(text: str) -> Iterator[str]:
    """Pieces that joined give `text`, cut after spaces or CJK punctuation only.

    So no word is cut, and no character that is written as several code points. An empty text is
    one empty piece.
    """
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        end = boundary.end()
        if end - start >= MIN_PIECE_CHARS and end < len(text) and not _joins(text[end]):
            yield text[start:end]
            start = end
    yield text[start:]


def _joins(char: str) -> bool:
    """Whether a code point belongs to the one before it: accents, variation selectors, joiners."""
    return unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf", "Sk")
