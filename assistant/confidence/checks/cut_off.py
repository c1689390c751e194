"""The text stops before its end."""

from __future__ import annotations

import re
from statistics import median

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.reading import AT_CURSOR, LISTS, Reading
from assistant.confidence.text.words import ends_like_a_sentence, words
from assistant.types import CheckResult

_COMPLETION_WORDS = 60
"""A shorter continuation is a completion at the cursor and may stop anywhere."""

_PROSE_LINE_WORDS = 10
"""A last line this long without an end mark is prose; shorter ones are signatures or headings."""

_VERSE_LINE_WORDS = 9
"""Where half the lines are shorter than this the text is verse or a list and needs no full stop."""

_LONG_VERSE_WORDS = 14
"""No line of verse is this long; the body of a short email is."""

_STRUCTURED = re.compile(
    r"^(?:[#>|*+\u2022\u25e6-]|\d+[.)]|[a-z][.)]\s|\[|<|```|\$\$|\\)|[|>\]}$:]$|https?://|\*\*$|^\*\*"
)
_ENTRY = re.compile(r"^(?:[*+\u2022\u25e6-]|\d+[.)])\s")
_HEADING = re.compile(r"^#{1,6}\s")
_END = re.compile(r"^[#\s*_]*+(?:the end|fin|ende)\b", re.IGNORECASE)
_FRAGMENT_WORDS = 4
"""A shorter last line may be a signature or "The end"."""

_NAME = r"[^\W\d_][\w'\u2019.-]*+"
# The marks between the sentence and the closing are bounded, so that a dotted line costs little.
_SIGNED = re.compile(
    rf"(?:^|[.!?]\W{{0,40}}\s)(?:\w+\s){{0,3}}\w+,\s*+{_NAME}(?:\s{_NAME}){{0,2}}\s?$"
)
"""A closing and a name behind the last sentence on the same line: "... soon. Best wishes, Tom"."""

_GOES_ON = re.compile(
    r"[a-z]{3}[.!?][\"'\u2019\u201d)*]{0,3}\s+(?:[\w(\"'\u201c*][^.!?\n]{0,400}\s)?[\w'\u2019,-]*[a-z,;-]\*{0,2}$"
)
"""A line that has ended one sentence and stops within the next: no list entry or heading does that."""

_LINK_END = re.compile(r"\S*[/@]\S*$|:\s*\S+$")

_ENOUGH_LINES = 4
"""Other lines needed to see how a text ends its lines."""

_NEARLY_ALL = 0.85
"""Share of them that must end properly for one that does not to stand out."""

DANGLING = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "from",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "that",
        "which",
        "who",
        "their",
        "his",
        "her",
        "its",
        "my",
        "your",
        "our",
        "this",
        "these",
        "into",
        "than",
        "because",
        "if",
        "when",
        "while",
        "where",
        "und",
        "oder",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "mit",
        "von",
        "zu",
        "et",
        "ou",
        "le",
        "la",
        "les",
        "un",
        "une",
        "de",
        "des",
        "y",
        "o",
        "el",
        "los",
        "las",
        "con",
    ]
)
"""Words no line ends on."""


def cut_off(reading: Reading) -> CheckResult | None:
    """Fails when the token limit stopped the text, or its last line breaks off or is only a heading.

    Titles, outlines, gaps to fill and short completions at the cursor are never judged, nor is a
    text that ends where the caller's own `max_tokens` or `stop` wanted it to.
    """
    count = len(reading.words)
    if not count or reading.task in LISTS or reading.task == "fill":
        return None
    if _ended_by_caller(reading.draft):
        return None
    if reading.task in AT_CURSOR and count < _COMPLETION_WORDS:
        return None
    if reading.draft.finish == "length":
        return failed("cut_off", "stopped at the token limit")
    last = reading.lines[-1]
    if len(reading.lines) > 1 and _HEADING.match(last) and not _END.match(last):
        return failed("cut_off", f'nothing below "{_tail(last)}"')
    cut = _breaks_off(last, reading.lines)
    return (
        failed("cut_off", f'ends mid-sentence: "...{_tail(last)}"')
        if cut
        else passed("cut_off", "comes to an end")
    )


def _ended_by_caller(draft: ScoringInput) -> bool:
    asked = draft.request.sampling
    if draft.finish == "stop":
        return bool(asked.stop)
    # One log-probability a token; where there are none, the caller's limit is taken at its word.
    written = len(draft.logprobs) or asked.max_tokens
    return asked.max_tokens is not None and (written or 0) >= asked.max_tokens


def _breaks_off(last: str, every: list[str]) -> bool:
    tokens = words(last)
    if ends_like_a_sentence(last) or not tokens or _is_signed(last):
        return False
    if _dangles(last, tokens, every):
        return True
    if _STRUCTURED.search(last) or len(tokens) < _PROSE_LINE_WORDS:
        return False
    if len(tokens) < _LONG_VERSE_WORDS and _is_verse(every):
        return False
    return last[-1].isalpha() or last[-1] in ",;-\u2014"


def _dangles(last: str, tokens: list[str], every: list[str]) -> bool:
    """Whether the last line alone shows that its sentence goes on."""
    if last[-1].isalpha() and tokens[-1].casefold() in DANGLING:
        return len(tokens) > 1 or len(every) > 1
    if _GOES_ON.search(last) and not _LINK_END.search(last):
        return True
    fragment = last[-1].islower() and len(tokens) >= _FRAGMENT_WORDS
    return fragment and _others_end(last, every[:-1])


def _is_signed(last: str) -> bool:
    found = _SIGNED.search(last)
    names = found[0].rpartition(",")[2].split() if found else []
    return bool(names) and all(name[0].isupper() for name in names)


def _is_verse(every: list[str]) -> bool:
    return len(every) > 1 and median(len(words(line)) for line in every) < _VERSE_LINE_WORDS


def _others_end(last: str, others: list[str]) -> bool:
    """Whether nearly all other lines of the same kind (list entries or prose) end properly."""
    listed = _ENTRY.match(last) is not None
    alike = [line for line in others if (_ENTRY.match(line) is not None) is listed]
    ending = sum(map(ends_like_a_sentence, alike))
    return len(alike) >= _ENOUGH_LINES and ending >= _NEARLY_ALL * len(alike)


def _tail(line: str) -> str:
    return " ".join(line.split()[-4:])
