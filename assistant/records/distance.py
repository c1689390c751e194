"""How much of a text was changed, in words; told from digests, so that the text need not be kept. Pure."""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Final

DIGEST_BYTES: Final = 4
"""Per word. Two different words of one text share a digest once in four billion pairs."""

LONGEST_WORDS: Final = 250_000
"""Most words of a text that is compared: about 1.5 MB of prose, a megabyte of digests."""

BLOCK_WORDS: Final = 4_096
"""Words compared at once, fifteen pages: some 30 ms of work, which grows with the square."""

# Scripts written without blanks: each character of theirs counts as a word.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
_WORD: Final = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]++|[^\w\s]")


def word_digests(text: str, *, key: bytes) -> tuple[int, ...] | None:
    """Keyed digests of the words and marks of `text`, in order; None for one of too many words.

    White space and the way that accents are composed do not count. `key` has at most 64 bytes; with a
    key per text, equal words of two texts have nothing in common.
    """
    found = _WORD.finditer(unicodedata.normalize("NFC", text))
    words = [match[0] for match in islice(found, LONGEST_WORDS + 1)]
    if len(words) > LONGEST_WORDS:
        return None
    known = {word: _digest(word, key) for word in set(words)}
    return tuple(known[word] for word in words)


def packed(digests: Sequence[int]) -> bytes:
    """The digests as bytes, four each."""
    return struct.pack(f"<{len(digests)}I", *digests)


def unpacked(data: bytes) -> tuple[int, ...]:
    """What `packed` was given.

    Raises:
        ValueError: no digests were packed into these bytes.
    """
    if len(data) % DIGEST_BYTES:
        message = f"{len(data)} bytes are no whole number of digests of {DIGEST_BYTES} bytes"
        raise ValueError(message)
    return struct.unpack(f"<{len(data) // DIGEST_BYTES}I", data)


def normalised_distance(first: Sequence[int], second: Sequence[int]) -> float:
    """Levenshtein distance over the longer length: 0 for equal sequences, 1 where nothing is left.

    Exact where the parts that differ have at most `BLOCK_WORDS` items. Longer ones are cut into blocks
    that are compared pair by pair: the sum is never below the exact distance, and the time grows with
    the length instead of its square.
    """
    longest = max(len(first), len(second))
    if longest == 0:
        return 0.0
    first, second = _differing(first, second)
    blocks = -(-max(len(first), len(second)) // BLOCK_WORDS)
    pairs = zip(_cut(first, blocks), _cut(second, blocks), strict=True)
    return min(longest, sum(_distance(*_differing(a, b)) for a, b in pairs)) / longest


def _digest(word: str, key: bytes) -> int:
    # Half of a surrogate pair has no UTF-8 of its own.
    data = word.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, key=key, digest_size=DIGEST_BYTES).digest())


def _differing(first: Sequence[int], second: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Both without what they begin and end with in common, which no best alignment changes."""
    shorter = min(len(first), len(second))
    start = next((at for at in range(shorter) if first[at] != second[at]), shorter)
    left = shorter - start
    end = next((at for at in range(left) if first[-1 - at] != second[-1 - at]), left)
    return first[start : len(first) - end], second[start : len(second) - end]


def _cut(items: Sequence[int], blocks: int) -> list[Sequence[int]]:
    edges = [len(items) * at // blocks for at in range(blocks + 1)] if blocks else []
    return [items[start:end] for start, end in pairwise(edges)]


def _distance(first: Sequence[int], second: Sequence[int]) -> int:
    """Levenshtein distance, by integers whose bits are a column of the table.

    Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", 2003.
    """
    if not first or not second:
        return len(first) + len(second)
    places: dict[int, int] = {}
    for at, item in enumerate(first):
        places[item] = places.get(item, 0) | 1 << at
    every = (1 << len(first)) - 1
    last = 1 << (len(first) - 1)
    # Bit i of `rises` and `falls`: whether cell i of the column is one more or less than the one above.
    rises, falls, distance = every, 0, len(first)
    for item in second:
        matches = places.get(item, 0)
        diagonal = (((matches & rises) + rises) ^ rises) | matches | falls
        right_rises = falls | (every & ~(diagonal | rises))
        right_falls = diagonal & rises
        distance += bool(right_rises & last) - bool(right_falls & last)
        right_rises = right_rises << 1 | 1
        right_falls <<= 1
        rises = every & (right_falls | ~(diagonal | right_rises))
        falls = every & right_rises & diagonal
    return distance
