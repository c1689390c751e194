"""Labelled drafts for the calibration of the scorer, from records and verdicts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal, TypeAlias, TypedDict

from assistant.records.base import Kept, Outcome, Step, WriterVerdict

LabelledBy: TypeAlias = WriterVerdict | Literal["forced"]
"""`forced`: no writer, but what a larger tier left of the draft when it was asked to repair it."""


class Line(TypedDict):
    """One scored draft whose fate is known; `created` as in ISO 8601, in UTC.

    `weight` is the inverse of the chance with which such a draft came to be labelled.
    """

    id: str
    task: str
    artefact: str
    log_odds: float
    score: float
    features: dict[str, float | None]
    verdict: LabelledBy
    edit_distance: float | None
    weight: float
    group: str
    created: str


def lines(kept: Kept) -> Iterator[Line]:
    """The drafts of one answer that were scored and whose fate is known.

    A writer's verdict is about the text that was served; it goes before what a larger tier made of the
    same text. Each draft has a name of its own: the answer's id and its place in the path.
    """
    record = kept.record
    for at, step in enumerate(record.path):
        label = _label(step, kept.outcome if at == record.served else None)
        if step.log_odds is None or step.score is None or label is None:
            continue
        verdict, edit_distance = label
        yield Line(
            id=f"{record.id}.{at}",
            task=record.task,
            artefact=record.artefact,
            log_odds=step.log_odds,
            score=step.score,
            features=dict(step.features),
            verdict=verdict,
            edit_distance=edit_distance,
            weight=1 / step.propensity,
            group=record.group,
            created=datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
        )


def _label(step: Step, outcome: Outcome | None) -> tuple[LabelledBy, float | None] | None:
    if outcome is not None:
        return outcome.verdict, outcome.edit_distance
    return None if step.revision is None else ("forced", step.revision)
