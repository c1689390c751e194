"""Features of how a draft is worded: rates of small things, per 100 words.

Each is a tendency with a reason, not a rule, so most have no sign of their own: judges agree less on
style than on content.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from assistant.confidence.features.base import NAN, Feature, View

_LEAST_WORDS = 40
"""Rates over fewer words jump with each hit."""

_FIGURES = re.compile(r"\d+(?:[.,]\d+)*+")
_HEADING = re.compile(r"^(?:#|\*\*[^*\n]+\*\*:?$)")
_NAMES = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")
_HEDGES = frozenset(
    ["may", "might", "could", "perhaps", "possibly", "generally", "often", "typically", "usually"]
)
_ADDRESSING = frozenset(["you", "your", "yours", "you're", "yourself"])


def _rate(count: Callable[[View], float]) -> Callable[[View], float]:
    """Hits per 100 words."""

    def measure(view: View) -> float:
        words = len(view.reading.words)
        return NAN if words < _LEAST_WORDS else 100 * count(view) / words

    return measure


def _characters(mark: str) -> Callable[[View], float]:
    return _rate(lambda view: view.reading.text.count(mark))


def _among(wanted: frozenset[str]) -> Callable[[View], float]:
    return _rate(lambda view: sum(word in wanted for word in view.reading.words))


def _matches(pattern: re.Pattern[str]) -> Callable[[View], float]:
    return _rate(lambda view: sum(1 for _ in pattern.finditer(view.reading.text)))


def _many_paragraphs(view: View) -> float:
    return math.log(max(1, len(view.reading.paragraphs)))


def _headings(view: View) -> float:
    return math.log1p(sum(1 for line in view.reading.lines if _HEADING.match(line)))


WORDING_FEATURES = (
    Feature(
        name="asides",
        family="style",
        measure=_characters("("),
        sign=-1,
        low="says things outright instead of in brackets",
        high="puts more in brackets than most",
        on_prefix=True,
    ),
    Feature(
        name="figures",
        family="style",
        measure=_matches(_FIGURES),
        sign=-1,
        low="states few figures that could be wrong",
        high="states more figures than most, and figures are what drafts get wrong",
        on_prefix=True,
    ),
    Feature(
        name="names_used",
        candidate=True,
        family="style",
        measure=_matches(_NAMES),
        sign=0,
        low="names fewer people and places than most",
        high="names more people and places than most",
        on_prefix=True,
    ),
    Feature(
        name="hedges",
        candidate=True,
        family="style",
        measure=_among(_HEDGES),
        sign=0,
        low="hedges less than most",
        high="hedges more than most",
        on_prefix=True,
    ),
    Feature(
        name="addressing",
        candidate=True,
        family="style",
        measure=_among(_ADDRESSING),
        sign=0,
        low="addresses its reader less than most",
        high="addresses its reader more than most",
        on_prefix=True,
    ),
    Feature(
        name="questions",
        candidate=True,
        family="style",
        measure=_characters("?"),
        sign=0,
        low="asks fewer questions than most",
        high="asks more questions than most",
        on_prefix=True,
    ),
    Feature(
        name="commas",
        candidate=True,
        family="style",
        measure=_characters(","),
        sign=0,
        low="has plainer sentences than most",
        high="has richer sentences than most",
        on_prefix=True,
    ),
    Feature(
        name="many_paragraphs",
        family="style",
        measure=_many_paragraphs,
        sign=0,
        low="has fewer paragraphs than most",
        high="is broken into more paragraphs than most",
    ),
    Feature(
        name="headings",
        family="style",
        measure=_headings,
        sign=0,
        low="has fewer headings than most",
        high="has more headings than most",
    ),
)
"""Rates are NaN for a text of fewer than forty words."""
