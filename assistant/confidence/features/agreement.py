"""Features of how much several drafts of one request agree.

What a model is sure of it says again: agreement of samples tells more of open text than the
log-probability of one (Lin et al. 2024, lexical similarity; Wang et al. 2023, self-consistency;
semantic agreement cascades).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from statistics import fmean
from typing import TypeAlias

from assistant.confidence.features.base import NAN, Feature, View
from assistant.confidence.text.stopwords import STOPWORDS
from assistant.confidence.text.words import folded_words, shingles

_PAIR = 2
"""Neighbouring words that agree say the same thing in the same order, as in ROUGE-2."""

_Parts: TypeAlias = AbstractSet[object]
_Take: TypeAlias = Callable[[Sequence[str]], _Parts]


def _common_words(view: View) -> float:
    return _mean_overlap(view, _content)


def _common_phrases(view: View) -> float:
    return _mean_overlap(view, lambda tokens: frozenset(shingles(tokens, _PAIR)))


def _like_length(view: View) -> float:
    own = len(view.reading.words)
    others = [len(tokens) for tokens in _siblings(view)]
    return fmean(min(own, other) / max(own, other, 1) for other in others) if others else NAN


def _mean_overlap(view: View, parts: _Take) -> float:
    """Mean Jaccard similarity with the other drafts; two without any part agree on nothing."""
    siblings = _siblings(view)
    if not siblings:
        return NAN
    own = parts(view.reading.words)
    return fmean(_jaccard(own, parts(tokens)) for tokens in siblings)


def _siblings(view: View) -> list[list[str]]:
    return [folded_words(text) for text in view.reading.draft.siblings]


def _content(tokens: Sequence[str]) -> frozenset[str]:
    return frozenset(token for token in tokens if token not in STOPWORDS)


def _jaccard(own: _Parts, other: _Parts) -> float:
    return len(own & other) / max(1, len(own | other))


AGREEMENT_FEATURES = (
    Feature(
        name="common_words",
        family="agreement",
        measure=_common_words,
        sign=1,
        low="other drafts of the same request say other things",
        high="other drafts of the same request say the same",
    ),
    Feature(
        name="common_phrases",
        family="agreement",
        measure=_common_phrases,
        sign=1,
        low="other drafts of the same request put it differently",
        high="other drafts of the same request put it alike",
    ),
    Feature(
        name="like_length",
        family="agreement",
        measure=_like_length,
        sign=1,
        low="other drafts of the same request are far longer or shorter",
        high="other drafts of the same request are about as long",
    ),
)
"""They say nothing (NaN) about a draft that is the only one of its rung."""
