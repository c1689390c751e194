"""Turns a draft into a calibrated score with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import Artefact, Head
from assistant.confidence.asked import Asked
from assistant.confidence.beginning import view_of_beginning
from assistant.confidence.checks import CHECK_NAMES, GROSS, run_checks
from assistant.confidence.features import FEATURES
from assistant.confidence.features.base import Feature, View
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.linear import Bend, Curves, calibration_of, probability
from assistant.confidence.reading import Reading
from assistant.confidence.relations import Relations
from assistant.confidence.text import language
from assistant.errors import ArtefactError
from assistant.types import CheckResult, Reason, Score

REASONS = 3
"""Reasons given with a score: what a reader takes in at a glance."""

_SLIGHT = 0.02
"""Log-odds below which a contribution is not worth a sentence (half a per cent of probability)."""


UNMEASURED_ALLOWANCE = 0.15
"""That of an artefact without a head for beginnings: what was measured for the shipped one."""


class Scorer:
    """Scores drafts by one artefact. Pure: the same draft and vectors give the same score."""

    def __init__(self, artefact: Artefact) -> None:
        """Takes a loaded artefact.

        Raises:
            ArtefactError: it weighs a feature this version does not have.
        """
        known = {feature.name for feature in FEATURES}
        prefix = artefact.prefix
        for head in (artefact.full, artefact.text, *([prefix.head] if prefix else [])):
            unknown = [curve.feature for curve in head.curves if curve.feature not in known]
            if unknown:
                message = (
                    f"confidence artefact {artefact.fingerprint!r} weighs unknown features"
                    f" {unknown!r}; fit it again with `inkladder confidence fit`"
                )
                raise ArtefactError(message)
        self._artefact = artefact
        self._full = _Ready.of(artefact.full)
        self._text = _Ready.of(artefact.text)
        self._prefix = _Ready.of(prefix.head if prefix else _on_prefix(artefact.text))

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the artefact, for provenance."""
        return self._artefact.fingerprint

    @property
    def embedder(self) -> str:
        """Name of the embedder whose vectors it was fitted on; no other will do."""
        return self._artefact.embedder

    @property
    def allowance(self) -> float:
        """How far the bar for beginnings lies below that for whole drafts, in probability."""
        prefix = self._artefact.prefix
        return prefix.allowance if prefix else UNMEASURED_ALLOWANCE

    def warm(self) -> None:
        """Loads the language identifier (about a second of CPU) ahead of the first draft."""
        language.warm()

    def passages(self, draft: ScoringInput, asked: Asked | None = None) -> tuple[str, ...]:
        """The texts whose vectors `score` wants, in their order: at most 66, of 40 words each."""
        return Reading(draft, asked).passages.flat()

    def score(
        self,
        draft: ScoringInput,
        vectors: NDArray[np.float32] | None,
        asked: Asked | None = None,
    ) -> Score:
        """Probability that the draft is acceptable, the strongest reasons and all checks.

        Without vectors the text-only head is used, which is calibrated on its own. `asked` is the
        draft's request where it was read before; the score is the same without it.

        Raises:
            ValueError: the vectors are not those of `passages(draft)`.
        """
        reading = Reading(draft, asked)
        checks = run_checks(reading)
        relations = None if vectors is None else Relations.split(reading.passages, vectors)
        ready = self._text if relations is None else self._full
        view = View(reading=reading, checks={c.name: c for c in checks}, relations=relations)
        return _scored(ready, view, checks)

    def score_prefix(self, draft: ScoringInput, asked: Asked | None = None) -> Score:
        """Probability that the whole draft will be acceptable, as far as its beginning tells.

        Runs only checks whose failure on a beginning is final, and needs no vectors. `draft.text` is the
        beginning; `finish` is not looked at. Of a long one the opening and the latest part are read. An
        artefact without a head for beginnings judges by its text head, without what it says of endings.
        """
        view = view_of_beginning(draft, asked)
        return _scored(self._prefix, view, tuple(view.checks.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A head with its features looked up and its curves in arrays, once for all drafts."""

    head: Head
    features: tuple[Feature, ...]
    usual: tuple[float, ...]
    curves: Curves
    bend: Bend

    @classmethod
    def of(cls, head: Head) -> _Ready:
        return cls(
            head=head,
            features=tuple(_BY_NAME[curve.feature] for curve in head.curves),
            usual=tuple(curve.usual for curve in head.curves),
            curves=Curves(head.curves),
            bend=Bend(head.bend),
        )


def _scored(ready: _Ready, view: View, checks: tuple[CheckResult, ...]) -> Score:
    head, features = ready.head, ready.features
    values = np.array([feature.measure(view) for feature in features], dtype=np.float64)
    parts = ready.curves.parts(values)
    raw = head.intercept + float(parts.sum())
    log_odds = float(ready.bend.at(np.array(raw)))
    slope, offset = calibration_of(head, view.reading.task)
    # What a part is worth to this draft's score, near where it stands.
    worth = slope * ready.bend.steepness(raw)
    # Only those that are shown are put into words.
    telling = [
        (_Strength.of(feature, round(worth * part, 4)), feature, value, worth * part, usual)
        for feature, value, usual, part in zip(
            features, values.tolist(), ready.usual, parts.tolist(), strict=True
        )
        if abs(worth * part) >= _SLIGHT and _applies(feature, view) and feature.told(value, usual)
    ]
    return Score(
        value=probability(slope * log_odds + offset),
        reasons=tuple(
            Reason(
                feature=feature.name,
                text=feature.say(view, value, usual),
                contribution=round(part, 4),
            )
            for _, feature, value, part, usual in sorted(telling, key=itemgetter(0))[:REASONS]
        ),
        checks=checks,
        log_odds=log_odds,
        features=tuple(
            (one.name, value) for one, value in zip(features, values.tolist(), strict=True)
        ),
    )


def _on_prefix(head: Head) -> Head:
    """The head without what means something else on a beginning."""
    curves = tuple(curve for curve in head.curves if _BY_NAME[curve.feature].on_prefix)
    return head.model_copy(update={"curves": curves})


def _applies(feature: Feature, view: View) -> bool:
    return feature.name not in CHECK_NAMES or feature.name in view.checks


class _Strength(NamedTuple):
    """What reasons are ordered by, the strongest first.

    What makes a text unusable comes before all else. That a check is passed or a request easy is little
    to tell: such reasons only fill up the rest.
    """

    expected: bool
    usable: bool
    weakness: float
    name: str

    @classmethod
    def of(cls, feature: Feature, contribution: float) -> _Strength:
        expected = feature.taken_for_granted and contribution > 0
        usable = contribution >= 0 or feature.name not in GROSS
        return cls(expected, usable, -abs(contribution), feature.name)


_BY_NAME = {feature.name: feature for feature in FEATURES}
