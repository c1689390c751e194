"""Features that find the place where a text falls apart into two: drafts stitched together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from assistant.confidence.features.base import NAN, Feature, View
from assistant.confidence.reading import ABOUT_SOURCE
from assistant.confidence.relations import centre

_LEAST_TERMS = 20
"""Content words needed on each side of a break: two or three sentences."""

_BREAKS = 8
"""Most places looked at, evenly spread: a topic is seldom left within a few lines of another."""

_SHARED = 0.1
"""Cosine of word counts that nine in ten good texts exceed at every break."""

_RELATED = 0.4
"""Cosine of directions that 95 in 100 good texts exceed at every break."""

_ONE_SIDED = 0.1
"""Difference of two cosines to the request below which both sides are about as close to it."""

_LEAST_PASSAGES = 2
"""The same for passages."""


def _no_shared_vocabulary(view: View) -> float:
    """How far the least cosine of the word counts before and behind any break lies below the usual."""
    terms = view.reading.terms
    if len(terms) < 2 * _LEAST_TERMS:
        return NAN
    whole = view.reading.term_counts
    least = min(_cosine(before, whole - before) for before in _beginnings(terms))
    return max(0.0, _SHARED - least)


def _beginnings(terms: list[str]) -> Iterator[Counter[str]]:
    step = max(1, (len(terms) - 2 * _LEAST_TERMS) // (_BREAKS - 1))
    counts = Counter(terms[:_LEAST_TERMS])
    yield counts
    for start in range(_LEAST_TERMS, len(terms) - _LEAST_TERMS - step + 1, step):
        counts = counts + Counter(terms[start : start + step])
        yield counts


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    small, large = sorted((one, other), key=len)
    shared = sum(count * large[term] for term, count in small.items() if term in large)
    norms = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return shared / norms if norms else 0.0


def _two_subjects(view: View) -> float:
    """How far the passages before and behind a break are from each other, beyond the usual.

    Counts only where one side is also further from the request than the other: a story may well leave
    its first scene, but then neither is closer to what was asked for.
    """
    if view.relations is None:
        return NAN
    draft = view.relations.draft
    cuts = range(_LEAST_PASSAGES, len(draft) - _LEAST_PASSAGES + 1)
    sides = [(centre(draft[:at]), centre(draft[at:])) for at in cuts]
    if not sides:
        return NAN
    before, behind = min(sides, key=lambda pair: float(pair[0] @ pair[1]))
    given = view.relations.source if view.reading.task in ABOUT_SOURCE else view.relations.ask
    if len(given) and abs(float((before - behind) @ centre(given))) < _ONE_SIDED:
        return 0.0
    return max(0.0, _RELATED - float(before @ behind))


BREAK_FEATURES = (
    Feature(
        name="no_shared_vocabulary",
        candidate=True,
        family="coherence",
        defect=True,
        measure=_no_shared_vocabulary,
        sign=-1,
        low="uses the same vocabulary from beginning to end",
        high="has two parts that hardly share a word",
        taken_for_granted=True,
    ),
    Feature(
        name="two_subjects",
        family="coherence",
        defect=True,
        measure=_two_subjects,
        sign=-1,
        low="stays with one subject from beginning to end",
        high="falls into two parts that speak of different things",
        needs_vectors=True,
        taken_for_granted=True,
    ),
)
"""0 for texts of one piece, NaN for texts too short to fall apart."""
