"""Features of how rich the vocabulary is and stays: loops and decay show in it first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from statistics import fmean

from assistant.confidence.features.base import NAN, Feature, View

_WINDOW_TERMS = 80
"""Vocabulary is measured over stretches of this size, since any text repeats itself more the longer it
grows; a text too short for one has no vocabulary to judge."""

_WINDOW_WORDS = 150
"""The same for all words."""

_LEAST_TERMS = 30
"""Fewer content words at the end are too few to be new."""

_MOST_COMMON = 5
"""As many content words as a stretch may be about."""


def _over_stretches(
    tokens: list[str], size: int, statistic: Callable[[Counter[str]], float]
) -> float:
    """Mean over stretches of so many tokens, the last one reaching back where it must."""
    if len(tokens) < size:
        return NAN
    starts = [*range(0, len(tokens) - size, size), len(tokens) - size]
    return fmean(statistic(Counter(tokens[start : start + size])) for start in starts)


def _monotony(view: View) -> float:
    return _over_stretches(view.reading.terms, _WINDOW_TERMS, _top_share)


def _top_share(counts: Counter[str]) -> float:
    return sum(count for _, count in counts.most_common(_MOST_COMMON)) / _WINDOW_TERMS


def _evenness(view: View) -> float:
    return _over_stretches(view.reading.terms, _WINDOW_TERMS, _pielou)


def _pielou(counts: Counter[str]) -> float:
    """Shannon entropy as a share of its greatest possible (Pielou 1966)."""
    most = math.log(_WINDOW_TERMS)
    return 1 - sum(n * math.log(n) for n in counts.values()) / _WINDOW_TERMS / most


def _said_once(view: View) -> float:
    return _over_stretches(view.reading.words, _WINDOW_WORDS, _once_share)


def _once_share(counts: Counter[str]) -> float:
    return sum(count == 1 for count in counts.values()) / _WINDOW_WORDS


def _new_at_the_end(view: View) -> float:
    """Share of the last third's content words that did not occur before."""
    terms = view.reading.terms
    third = len(terms) // 3
    if third < _LEAST_TERMS:
        return NAN
    late = set(terms[-third:])
    return len(late - set(terms[:-third])) / len(late)


VARIETY_FEATURES = (
    Feature(
        name="monotony",
        family="decay",
        measure=_monotony,
        sign=-1,
        low="spreads over more than a handful of words",
        high="keeps coming back to the same handful of words",
        on_prefix=True,
    ),
    Feature(
        name="evenness",
        family="decay",
        measure=_evenness,
        sign=1,
        low="uses a few words over and over",
        high="uses many words about equally",
        on_prefix=True,
    ),
    Feature(
        name="said_once",
        family="decay",
        measure=_said_once,
        sign=0,
        low="uses fewer words only once than most",
        high="uses more words only once than most",
        on_prefix=True,
    ),
    Feature(
        name="new_at_the_end",
        candidate=True,
        family="decay",
        measure=_new_at_the_end,
        sign=1,
        low="has little new to say towards its end",
        high="still has something new to say towards its end",
    ),
)
"""NaN for texts too short to have a vocabulary."""
