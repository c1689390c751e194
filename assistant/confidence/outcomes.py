"""What became of scored drafts: the JSON lines that a calibration on own traffic reads. No texts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.errors import DataError
from assistant.types import Task

GOOD_EDIT = 0.2
"""Normalised edit distance up to which a changed draft was good: one word in five polished."""

Fate: TypeAlias = Literal["accepted", "edited", "rejected", "forced"]
"""`edited` by the writer; `forced`: a larger model repaired it, whatever its score."""

_STRENGTH: dict[Fate, int] = {"forced": 0, "accepted": 1, "edited": 2, "rejected": 3}

_Finite: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]


class Outcome(BaseModel):
    """One scored draft and its fate.

    `log_odds` is the score before calibration, `features` are null where one does not apply.
    `edit_distance` lies between the draft and what was kept of it. `weight` is the inverse of the
    chance with which such a draft came to be labelled; `group` is equal for equal requests.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    task: Task
    artefact: str
    log_odds: _Finite
    score: float = Field(ge=0, le=1)
    features: dict[str, _Finite | None]
    verdict: Fate
    edit_distance: float | None = Field(ge=0, le=1)
    weight: float = Field(ge=1, allow_inf_nan=False)
    group: str
    created: datetime

    @field_validator("created")
    @classmethod
    def _in_utc(cls, created: datetime) -> datetime:
        return created.replace(tzinfo=created.tzinfo or UTC).astimezone(UTC)

    def good(self, *, good_edit: float = GOOD_EDIT) -> bool | None:
        """Whether the draft was good enough; None where nobody measured how much was changed."""
        if self.verdict == "accepted":
            return True
        if self.verdict == "rejected":
            return False
        return None if self.edit_distance is None else self.edit_distance <= good_edit


def parse_outcomes(lines: Iterable[str | bytes], *, file: str) -> list[Outcome]:
    """Outcomes of a JSON lines file; blank lines are skipped.

    Raises:
        DataError: the first bad line, as `file:line: field: what, value, way out`.
    """
    found: list[Outcome] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(Outcome.model_validate_json(line))
        except ValidationError as error:
            message = f"{file}:{number}: {_problem(error)}"
            raise DataError(message) from None
    if not found:
        message = f"{file}:1: no outcomes; write some with `inkladder feedback export`"
        raise DataError(message)
    return found


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Sorted by content, each draft once, though several overlapping exports hold it.

    A writer's verdict goes before what a larger model made of the draft, and a rejection before the
    rest: which of two verdicts is the later one cannot be told, and the stricter is the safer.
    """
    found: dict[str, Outcome] = {}
    for outcome in sorted(outcomes, key=lambda one: one.model_dump_json()):
        known = found.get(outcome.id)
        if known is None or _STRENGTH[outcome.verdict] > _STRENGTH[known.verdict]:
            found[outcome.id] = outcome
    return sorted(found.values(), key=lambda one: one.model_dump_json())


def outcomes_fingerprint(ordered: Iterable[Outcome]) -> str:
    """SHA-256 over outcomes `in_order`."""
    digests = [sha256(outcome.model_dump_json().encode()).digest() for outcome in ordered]
    return sha256(b"".join(digests)).hexdigest()


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    field = ".".join(map(str, first["loc"])) or "row"
    # A word in the wrong place may be of a writer's text, and must not be told; a number may.
    value = f", got {first['input']!r}" if isinstance(first["input"], int | float) else ""
    return f"{field}: {first['msg']}{value}; give lines as `inkladder feedback export` writes them"
