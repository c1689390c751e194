"""Features of meaning: how the passages of a draft relate to the request and to each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from assistant.confidence.features.base import NAN, Feature, View
from assistant.confidence.passages import DENSE_PASSAGES
from assistant.confidence.reading import ABOUT_SOURCE, FROM_SOURCE
from assistant.confidence.relations import (
    Relations,
    best_matches,
    earlier_matches,
    neighbours,
    similarity,
)

_OFF_TOPIC = 0.35
"""Cosine below which a draft and its instruction speak of different things; of good drafts nine in
ten lie above."""

_OFF_SOURCE = 0.4
"""The same for the text worked on, which shares more words with its draft."""

_SAID_AGAIN = 0.7
"""Cosine from which two passages say the same; neighbours in a good text are near .5."""

_FEW_PASSAGES = 3
"""Fewer passages have no course to judge."""

Between: TypeAlias = Callable[[Relations], float]


def _to_instruction(between: Between) -> Callable[[View], float]:
    """A measure of draft and instruction, where the instruction is what the draft is about."""

    def measure(view: View) -> float:
        relations = view.relations
        if relations is None or view.reading.task in ABOUT_SOURCE:
            return NAN
        return between(relations) if len(relations.ask) and len(relations.draft) else NAN

    return measure


def _to_source(between: Between) -> Callable[[View], float]:
    """A measure of draft and source, where the content must come from the source."""

    def measure(view: View) -> float:
        relations = view.relations
        if relations is None or view.reading.task not in FROM_SOURCE:
            return NAN
        return between(relations) if len(relations.source) and len(relations.draft) else NAN

    return measure


def _off_topic(relations: Relations) -> float:
    return max(0.0, _OFF_TOPIC - similarity(relations.ask, relations.draft))


def _off_source(view: View) -> float:
    relations = view.relations
    if relations is None or view.reading.task not in ABOUT_SOURCE or not len(relations.source):
        return NAN
    # A sentence at the cursor may turn to anything; a longer continuation stays with its story.
    enough = 1 if view.reading.task in FROM_SOURCE else _FEW_PASSAGES
    if len(relations.draft) < enough:
        return NAN
    return max(0.0, _OFF_SOURCE - similarity(relations.source, relations.draft))


def _parts_answered(relations: Relations) -> float:
    return float(best_matches(relations.ask, relations.draft).mean())


def _to_the_point(relations: Relations) -> float:
    return float(best_matches(relations.draft, relations.ask).mean())


def _least_covered(relations: Relations) -> float:
    return float(best_matches(relations.source, relations.draft).min())


def _least_grounded(relations: Relations) -> float:
    return float(best_matches(relations.draft, relations.source).min())


def _said_again(view: View) -> float:
    if view.relations is None or len(view.relations.draft) < _FEW_PASSAGES:
        return NAN
    return float(np.maximum(0.0, earlier_matches(view.relations.draft) - _SAID_AGAIN).mean())


def _weakest_point(relations: Relations) -> float:
    """Mean closeness to the instruction of the fifth of the passages that is furthest from it."""
    nearest = np.sort(best_matches(relations.draft, relations.ask))
    return float(nearest[: max(1, len(nearest) // 5)].mean())


def _flow(view: View) -> float:
    if view.relations is None or len(view.relations.draft) < _FEW_PASSAGES:
        return NAN
    return float(neighbours(view.relations.draft[:DENSE_PASSAGES]).mean())


RELATION_FEATURES = (
    Feature(
        name="weakest_point",
        candidate=True,
        family="coherence",
        measure=_to_instruction(_weakest_point),
        sign=1,
        low="wanders off the instruction in places",
        high="does not wander off the instruction",
        needs_vectors=True,
    ),
    Feature(
        name="flow",
        candidate=True,
        family="coherence",
        measure=_flow,
        sign=0,
        low="jumps from one thing to another more than most",
        high="stays with one thing from sentence to sentence",
        needs_vectors=True,
    ),
    Feature(
        name="off_topic",
        family="coherence",
        defect=True,
        measure=_to_instruction(_off_topic),
        sign=-1,
        low="stays close to the instruction",
        high="is further from the instruction than most",
        needs_vectors=True,
    ),
    Feature(
        name="parts_answered",
        candidate=True,
        family="outline",
        measure=_to_instruction(_parts_answered),
        sign=1,
        low="answers less of the instruction than most",
        high="answers every part of the instruction",
        needs_vectors=True,
    ),
    Feature(
        name="to_the_point",
        candidate=True,
        family="coherence",
        measure=_to_instruction(_to_the_point),
        sign=1,
        low="strays from the instruction further than most",
        high="keeps to the point throughout",
        needs_vectors=True,
    ),
    Feature(
        name="off_source",
        family="lost_content",
        defect=True,
        measure=_off_source,
        sign=-1,
        low="stays close to the source",
        high="is further from the source than most",
        needs_vectors=True,
    ),
    Feature(
        name="least_covered",
        candidate=True,
        family="lost_content",
        measure=_to_source(_least_covered),
        sign=1,
        low="leaves out more of the source than most",
        high="leaves out no part of the source",
        needs_vectors=True,
    ),
    Feature(
        name="least_grounded",
        candidate=True,
        family="lost_content",
        measure=_to_source(_least_grounded),
        sign=1,
        low="has a passage with no ground in the source",
        high="every passage has its ground in the source",
        needs_vectors=True,
    ),
    Feature(
        name="said_again",
        candidate=True,
        family="decay",
        measure=_said_again,
        sign=-1,
        low="moves on from passage to passage",
        high="says the same thing again in other words",
        needs_vectors=True,
    ),
)
