"""Made-up traffic whose true calibration is known: artefacts, and outcomes of their drafts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from assistant.confidence.artefact import Artefact, Curve, Head, load_artefact
from assistant.confidence.outcomes import Outcome
from assistant.types import Task

FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)

_FAR = 100.0
"""Beyond every value here, so that a curve up to it is a straight line."""


def head_of(*features: str, slope: float = 1.0, offset: float = 0.0) -> Head:
    """A head over these features, one log-odd for each unit of each."""
    return Head(
        curves=tuple(
            Curve(feature=name, usual=0.0, points=((-_FAR, -_FAR), (_FAR, _FAR)))
            for name in features
        ),
        intercept=0.0,
        slope=slope,
        offset=offset,
    )


def small_artefact(**changes: object) -> Artefact:
    """Two features, of which the text head lacks one; log-odds that are probabilities already."""
    update = {
        "full": head_of("shape", "relation"),
        "text": head_of("shape"),
        "counts": (),
        "reference": None,
    }
    return _shipped().model_copy(update=update | changes).sealed()


_shipped = cache(load_artefact)


@cache
def _small_fingerprint() -> str:
    return small_artefact().fingerprint


def outcome(**changes: Any) -> Outcome:  # noqa: ANN401 - whatever an outcome may hold
    """An accepted draft of the small artefact."""
    given: dict[str, Any] = {
        "id": "a1",
        "task": "draft",
        "artefact": _small_fingerprint(),
        "log_odds": 1.0,
        "score": 0.7,
        "features": {"shape": 0.5, "relation": 0.5},
        "verdict": "accepted",
        "edit_distance": None,
        "weight": 1,
        "group": "g1",
        "created": FIRST,
    }
    return Outcome.model_validate(given | changes)


def traffic(
    count: int,
    *,
    stretch: float = 1.0,
    shift: float = 0.0,
    seed: int = 5,
    tasks: tuple[Task, ...] = ("draft",),
    artefact: Artefact | None = None,
) -> list[Outcome]:
    """Drafts that are good with log-odds of `stretch` times theirs plus `shift`, two to a request."""
    generator = np.random.default_rng(seed)
    scored_by = artefact.fingerprint if artefact else _small_fingerprint()
    made = []
    for number in range(count):
        shape, relation = (round(float(value), 4) for value in generator.normal(size=2))
        log_odds = round(shape + relation, 4)
        chance = 1 / (1 + np.exp(-(stretch * log_odds + shift)))
        made.append(
            outcome(
                id=f"draft-{number}",
                task=tasks[number % len(tasks)],
                artefact=scored_by,
                log_odds=log_odds,
                score=round(float(1 / (1 + np.exp(-log_odds))), 4),
                features={"shape": shape, "relation": relation},
                verdict="accepted" if generator.random() < chance else "rejected",
                group=f"request-{number // 2}",
                created=FIRST + timedelta(minutes=number),
            )
        )
    return made
