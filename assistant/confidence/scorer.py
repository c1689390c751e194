"""Turns a draft into a calibrated score with its reasons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import Artefact, Head
from assistant.confidence.checks import CHECK_NAMES, run_checks
from assistant.confidence.features import FEATURES
from assistant.confidence.features.base import Feature, View
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.linear import contributions, probability, usual_log_odds
from assistant.confidence.reading import Reading
from assistant.confidence.relations import Relations
from assistant.confidence.text import language
from assistant.errors import ArtefactError
from assistant.types import CheckResult, Reason, Score

REASONS = 3
"""Reasons given with a score: what a reader takes in at a glance."""

_SLIGHT = 0.02
"""Log-odds below which a contribution is not worth a sentence (half a per cent of probability)."""


class Scorer:
    """Scores drafts by one artefact. Pure: the same draft and vectors give the same score."""

    def __init__(self, artefact: Artefact) -> None:
        """Takes a loaded artefact.

        Raises:
            ArtefactError: it weighs a feature this version does not have.
        """
        known = {feature.name for feature in FEATURES}
        for head in (artefact.full, artefact.text):
            unknown = [weight.feature for weight in head.weights if weight.feature not in known]
            if unknown:
                message = (
                    f"confidence artefact {artefact.fingerprint!r} weighs unknown features"
                    f" {unknown!r}; fit it again with `inkladder confidence fit`"
                )
                raise ArtefactError(message)
        self._artefact = artefact

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the artefact, for provenance."""
        return self._artefact.fingerprint

    @property
    def embedder(self) -> str:
        """Name of the embedder whose vectors it was fitted on; no other will do."""
        return self._artefact.embedder

    def warm(self) -> None:
        """Loads the language identifier (about a second of CPU) ahead of the first draft."""
        language.warm()

    def passages(self, draft: ScoringInput) -> tuple[str, ...]:
        """The texts whose vectors `score` wants, in their order: at most 66, of 40 words each."""
        return Reading(draft).passages.flat()

    def score(self, draft: ScoringInput, vectors: NDArray[np.float32] | None) -> Score:
        """Probability that the draft is acceptable, the strongest reasons and all checks.

        Without vectors the text-only head is used, which is calibrated on its own.

        Raises:
            ValueError: the vectors are not those of `passages(draft)`.
        """
        reading = Reading(draft)
        checks = run_checks(reading)
        relations = None if vectors is None else Relations.split(reading.passages, vectors)
        head = self._artefact.text if relations is None else self._artefact.full
        view = View(reading=reading, checks={c.name: c for c in checks}, relations=relations)
        return _scored(head, view, checks)


def _scored(head: Head, view: View, checks: tuple[CheckResult, ...]) -> Score:
    features = [_BY_NAME[weight.feature] for weight in head.weights]
    values = np.array([feature.measure(view) for feature in features], dtype=np.float64)
    parts = contributions(head, values)
    reasons = [
        Reason(
            feature=feature.name,
            text=feature.say(view, float(value), weight.centre),
            contribution=round(float(part), 4),
        )
        for feature, value, weight, part in zip(features, values, head.weights, parts, strict=True)
        if abs(part) >= _SLIGHT and _applies(feature, view)
    ]
    return Score(
        value=probability(usual_log_odds(head) + float(parts.sum())),
        reasons=tuple(sorted(reasons, key=_strength)[:REASONS]),
        checks=checks,
        log_odds=head.intercept + float(parts.sum()) / head.slope,
        features=tuple(
            (one.name, float(value)) for one, value in zip(features, values, strict=True)
        ),
    )


def _applies(feature: Feature, view: View) -> bool:
    return feature.name not in CHECK_NAMES or feature.name in view.checks


def _strength(reason: Reason) -> tuple[bool, float, str]:
    # That a check is passed or a request easy is little to tell: such reasons only fill up the rest.
    expected = _BY_NAME[reason.feature].taken_for_granted and reason.contribution > 0
    return (expected, -abs(reason.contribution), reason.feature)


_BY_NAME = {feature.name: feature for feature in FEATURES}
