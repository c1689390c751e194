"""Words, lines and sentences of a text in any script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

_HAN_KANA = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Scripts written without spaces where one character is roughly one word."""

# Separators are listed instead of letters: Indic vowel signs and Thai tone marks are not `\w`.
_SEPARATORS = (
    "\\s!-/:-@\\[-`{-~"  # ASCII punctuation
    "\u00a1\u00ab\u00b7\u00bb\u00bf\u0589\u05c3\u060c\u061b\u061f\u06d4\u0964\u0965"
    "\u2000-\u2018\u201a-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_WORD = re.compile(
    f"[{_HAN_KANA}]|[^{_SEPARATORS}{_HAN_KANA}]+(?:['\u2019.,-][^{_SEPARATORS}{_HAN_KANA}]+)*"
)

_TERMINATORS = ".!?\u2026\u061f\u06d4\u0964\u3002\uff01\uff1f\uff0e"
_WIDE_TERMINATORS = "\u3002\uff01\uff1f"
_CLOSERS = "\"'\u2019\u201d\u00bb\u203a)\\]\u300d\u300f\uff09*_`~"
# Dotted lines are long: each is tried once, from its first dot, and without giving dots back.
_SENTENCE_END = re.compile(
    f"(?<![{_TERMINATORS}])[{_TERMINATORS}]++[{_CLOSERS}]*+(?=\\s)|[{_WIDE_TERMINATORS}]+[{_CLOSERS}]*|\\n+"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|e\.g|i\.e|cf|No|Nr|Fig|approx|z\.B|bzw|"
    r"ca|Abs|Sra?|p\.ex)\.$",
    re.IGNORECASE,
)
SENTENCE_END_CHARACTERS = _TERMINATORS + _CLOSERS.replace("\\", "")
"""What a sentence may end with, line breaks set aside."""

_ABBREVIATION_CHARACTERS = 12
"""More than the longest abbreviation with its full stop and the mark before it."""


def words(text: str) -> list[str]:
    """Words in order, as written; a Han or Kana character counts as one word."""
    return _WORD.findall(text)


def folded_words(text: str) -> list[str]:
    """Words made comparable: case folded, curly apostrophes straight."""
    return _WORD.findall(text.casefold().replace("\u2019", "'"))


def sentences(text: str) -> list[str]:
    """Sentences in order, stripped; a line break always ends one, an abbreviation never does."""
    bounds = [0, *sentence_ends(text), len(text)]
    pieces = [text[start:end].strip() for start, end in pairwise(bounds)]
    return [piece for piece in pieces if piece]


def sentence_ends(text: str, start: int = 0, read: int = 0) -> Iterator[int]:
    """Where sentences end, the first of which begins at `start`.

    The text up to `read` holds no further end: it was looked at when it was all there was, and its
    last character was none of `SENTENCE_END_CHARACTERS`, which may belong to an end still to come.
    """
    for match in _SENTENCE_END.finditer(text, max(start, read)):
        end = text[max(start, match.end() - _ABBREVIATION_CHARACTERS) : match.end()]
        if "\n" in match.group() or not _ABBREVIATION.search(end):
            start = match.end()
            yield start


def lines(text: str) -> list[str]:
    """Lines that hold something, stripped."""
    return [line for line in map(str.strip, text.splitlines()) if line]


def ends_like_a_sentence(line: str) -> bool:
    """Whether a line closes with a terminator, looking through quotes, brackets and markdown."""
    return line.rstrip(_CLOSERS.replace("\\", "") + " ").endswith(tuple(_TERMINATORS))


def shingles(tokens: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Runs of `size` neighbouring tokens, in order; empty when there are fewer."""
    return list(zip(*(tokens[shift:] for shift in range(size)), strict=False))


def repeated_share(tokens: Sequence[str], size: int) -> float:
    """Share of runs of `size` tokens that occurred before, 0 for a text shorter than one run."""
    runs = shingles(tokens, size)
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def first_words(text: str, count: int) -> str:
    """The text up to its `count`-th word, as written."""
    end = 0
    for position, match in enumerate(_WORD.finditer(text), start=1):
        end = match.end()
        if position == count:
            return text[:end]
    return text
