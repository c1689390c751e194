"""What a character is to a cut: part of a cluster, of a script without spaces, of a sentence end."""

from __future__ import annotations

from enum import IntEnum

import regex  # type: ignore[import-untyped]

_CLUSTER = regex.compile(r"\X")
"""What a reader takes for one character: https://unicode.org/reports/tr29/"""

_UNSPACED = regex.compile(
    r"[\p{Line_Break=Complex_Context}\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Yi}\p{Tibetan}\u30fc\uff9e\uff9f]"
)
_PHRASED = regex.compile(r"[\p{Thai}\p{Lao}]")

_FIRST_UNSPACED = "\u0e01"
"""Thai, the first of these scripts in Unicode."""

_LONGEST_CLUSTER = 64
"""A cluster with more marks than this is judged by its last ones: nothing that is read has so many."""

_HIGH_SURROGATES, _LOW_SURROGATES = range(0xD800, 0xDC00), range(0xDC00, 0xE000)

TERMINATORS = (
    ".!?\u2026\u2025\u203c\u203d\u2047\u2048\u2049"
    "\u0589\u061d\u061e\u061f\u06d4\u0964\u0965\u0df4\u0f0d\u0f0e\u104b\u17d4\u17d5"
    "\u1362\u1367\u1368\u1803\u1809\u3002\uff01\uff0e\uff1f\uff61"
)
"""Marks that end a sentence, in the scripts of the world."""

WIDE_TERMINATORS = "\u3002\uff01\uff1f\uff61\u104b\u17d4\u17d5"
"""Those that no blank follows."""

QUOTES = "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u300c\u300d\u300e\u300f"
"""Marks around what is quoted, on either side."""

CLOSERS = (
    QUOTES
    + ")]}\uff09\uff3d\u3011\u300b\u3009\u3015*_`~\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079"
)
"""What may stand between the end mark of a sentence and the blank: quotes, brackets, markup, a note."""

CLAUSE_MARKS = ",;:\u2013\u2014\u060c\u061b\u104a\u1363\u1364\u1365\u3001\uff0c\uff1a\uff1b\uff64"
"""Marks that end a part of a sentence."""

WIDE_CLAUSE_MARKS = "\u3001\uff0c\uff1a\uff1b\uff64\u104a"
"""Those that no blank follows."""

_GOES_ON = (
    ",;:.!?%)]}\u2013\u2014\u2026\u2019\u201d\u300d\u300f\uff09\u3001\u3002\uff0c\uff1a\uff1b"
)
"""What no sentence begins with."""


class Strength(IntEnum):
    """How good a place is for a cut, worst first.

    `LOOSE` is the end of a sentence within what should stay whole, or of what may not be a sentence.
    """

    NEVER = -1
    GRAPHEME = 0
    BLANK = 1
    CLAUSE = 2
    LINE = 3
    LOOSE = 4
    SENTENCE = 5
    ITEM = 6
    PARAGRAPH = 7


def is_unspaced(char: str) -> bool:
    """Whether a character is of a script that sets no blank between words."""
    return char >= _FIRST_UNSPACED and _UNSPACED.match(char) is not None


def is_phrased(char: str) -> bool:
    """Whether it is of a script whose blank stands between phrases: Thai, Lao."""
    return _PHRASED.match(char) is not None


def joins(cluster: str, char: str) -> bool:
    """Whether `char` belongs to the grapheme cluster that stands before it."""
    if char.isascii() and cluster.isascii():
        return char == "\n" and cluster[-1:] == "\r"
    if not cluster:
        return False
    if ord(cluster[-1]) in _HIGH_SURROGATES and ord(char) in _LOW_SURROGATES:
        return True
    cluster = cluster[-_LONGEST_CLUSTER:]
    found = _CLUSTER.match(cluster + char)
    return found is not None and found.end() > len(cluster)


def begins_sentence(char: str) -> bool:
    """Whether a sentence may begin with it; a name in lower case (iPhone) is taken for a word."""
    return not char.islower() and char not in _GOES_ON
