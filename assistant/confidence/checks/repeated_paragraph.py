"""A paragraph that was already written."""

from __future__ import annotations

import re
from collections import Counter

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.confidence.text.words import folded_words, shingles
from assistant.types import CheckResult

_LEAST_WORDS = 12
"""Shorter paragraphs (a refrain, a heading, an answer) may well come again."""

_RUN = 5
"""Words in a run; as in `Reading.repeated_runs`, which tells at once when there is nothing to find."""

_LEAST_RUNS = 4
"""Runs that a paragraph of the least length and one changed word repeats."""

_NEARLY = 0.75
"""Share of the longer paragraph's runs that both have: an answer quoted from a list of them is less."""

_NEARLY_WORDS = 20
"""Shorter paragraphs count only word for word: steps and captions resemble each other."""

_ENTRY = re.compile(r"^(?:[*+\u2022#>|-]|\d|[^.\n]{1,30}:\s)")
"""Entries and labelled lines of a form may say the same of two things."""

_VERSE_LINE_WORDS = 10
"""A paragraph of several short lines is a stanza, and stanzas return."""

_MOST_PARAGRAPHS = 400
"""Paragraphs compared: some 20,000 words, more than any draft."""

_SHOWN_WORDS = 8


def repeated_paragraph(reading: Reading) -> CheckResult | None:
    """Finds paragraphs said again, word for word or nearly."""
    if len(reading.paragraphs) < 2:  # noqa: PLR2004 - one cannot repeat
        return None
    again = _again(reading) if reading.repeated_runs >= _LEAST_RUNS else None
    if again:
        return failed("repeated_paragraph", f'says again: "{again}..."')
    return passed("repeated_paragraph", "no paragraph comes twice")


def _again(reading: Reading) -> str | None:
    earlier: list[frozenset[tuple[str, ...]]] = []
    seen: dict[tuple[str, ...], list[int]] = {}
    for paragraph in reading.paragraphs[:_MOST_PARAGRAPHS]:
        tokens = folded_words(paragraph)
        if len(tokens) < _LEAST_WORDS or _is_stanza(paragraph):
            continue
        if len(tokens) < _NEARLY_WORDS and _ENTRY.match(paragraph):
            continue
        runs = frozenset(shingles(tokens, _RUN))
        share = 1.0 if len(tokens) < _NEARLY_WORDS else _NEARLY
        shared = Counter(number for run in runs for number in seen.get(run, ()))
        for number, count in shared.items():
            if count >= share * max(len(runs), len(earlier[number])):
                return " ".join(tokens[:_SHOWN_WORDS])
        for run in runs:
            seen.setdefault(run, []).append(len(earlier))
        earlier.append(runs)
    return None


def _is_stanza(paragraph: str) -> bool:
    rows = paragraph.count("\n") + 1
    return rows > 1 and len(paragraph.split()) / rows < _VERSE_LINE_WORDS
