"""Texts for segments, and a gate that is fed with them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import strategies as st

from assistant.types import TokenLogprob
from assistant.workflow.segments import Segment, SegmentGate, Unit

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u9fff\uff00-\uffef"
_TOKEN = re.compile(rf"\s*[{_UNSPACED}]|\s*[^\s{_UNSPACED}]+|\s+")

_FRAGMENTS = (
    *("The ", "dog ", "ran. ", "It ", " was", "a", "B", "3.", "Dr. ", "Go on. ", "\n", "\n\n", " ", "  ", "    ", "\t", "\r\n"),
    *("- ", "1. ", "2) ", "# ", "```", "```\n", "~~~", "`", "*", "**", "_", "[", "](", ")", "$", "$$", "\\", "> ", ">"),
    *("| a |\n", "|---|\n", "---\n", "key: v\n", "<", "<!--", "-->", "<pre>", "</pre>", "https://x.y/z"),
    *('"', "'", "“", "”", "„", "«", "»", "’", "...", "…", "!", "?", ", ", "; "),
    *("。", "，", "「", "」", "漢", "字", "ก", "า", " ข", "한", "क्ष", "\u3000"),
    *("👩‍👩‍👧", "🇩🇪", "🇫", "é", "e\u0301", "\u0301", "\u200d", "\ufe0f", "\u0600"),
)  # fmt: skip

written = st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=4), max_size=40).map("".join)
"""Texts full of what a cut must heed."""

units: st.SearchStrategy[Unit] = st.sampled_from(("sentences", "paragraphs", "words"))

cuts = st.lists(st.integers(0, 200), max_size=20)
"""Where a text is taken into pieces."""


def pieces(text: str, places: Iterable[int]) -> list[tuple[int, str]]:
    """The text in pieces, each with the place where it begins."""
    bounds = [0, *sorted({place for place in places if 0 < place < len(text)}), len(text)]
    return [(start, text[start:end]) for start, end in pairwise(bounds) if start < end]


def numbered(start: int, count: int) -> list[TokenLogprob]:
    """Log-probabilities that tell which token they are of."""
    return [TokenLogprob(-float(start + number)) for number in range(count)]


def drained(gate: SegmentGate) -> list[Segment]:
    """The segments that are due, accepted one after the other."""
    found = []
    while (segment := gate.due()) is not None:
        assert gate.accept() == segment.gap + segment.text
        found.append(segment)
    return found


def in_characters(text: str, *, unit: Unit, tokens: int, before: str = "") -> list[Segment]:
    """The segments of a text each of whose characters is a token and a piece."""
    gate = SegmentGate(unit=unit, tokens=tokens, before=before)
    for start, char in enumerate(text):
        gate.feed(char, numbered(start, 1))
    gate.close()
    return drained(gate)


def tokens_of(text: str) -> list[str]:
    """Words with the blank before them and the marks behind them; characters of scripts without spaces."""
    return _TOKEN.findall(text)


def segments(
    text: str, *, unit: Unit = "sentences", tokens: int = 1, before: str = ""
) -> list[str]:
    """The segments of a text that comes in words, a token each, as they are released."""
    gate = SegmentGate(unit=unit, tokens=tokens, before=before)
    for token in tokens_of(text):
        gate.feed(token)
    gate.close()
    return [segment.gap + segment.text for segment in drained(gate)]
