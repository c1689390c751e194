"""The JSON lines `inkladder confidence score` reads and writes."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from assistant.confidence.inputs import ScoringInput
from assistant.confidence.prompts import TASKS, request_of
from assistant.confidence.validation import first_problem
from assistant.errors import DataError
from assistant.types import Score, TokenLogprob


class _Logprob(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    logprob: float
    runner_up: float | None = None


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    prompt: str
    response: str
    task: str | None = None
    logprobs: tuple[float | _Logprob, ...] | None = None

    @field_validator("task")
    @classmethod
    def _known_task(cls, task: str | None) -> str | None:
        if task is not None and task not in TASKS:
            message = f"use one of {', '.join(TASKS)}"
            raise ValueError(message)
        return task


def parse_line(line: str, *, where: str) -> ScoringInput:
    """The draft one line holds; `task` is ours or HelloBench's, `draft` when not given or null.

    A byte order mark, as some editors put before the first line, is dropped.

    Raises:
        DataError: as `where: what, value, way out`.
    """
    try:
        parsed = _Line.model_validate_json(line.removeprefix("\ufeff"))
    except ValidationError as error:
        message = f"{where}: {first_problem(error)}"
        raise DataError(message) from None
    return ScoringInput(
        request=request_of(parsed.prompt, TASKS[parsed.task or "draft"]),
        text=parsed.response,
        logprobs=tuple(
            TokenLogprob(token)
            if isinstance(token, float)
            else TokenLogprob(token.logprob, token.runner_up)
            for token in parsed.logprobs or ()
        ),
    )


def score_line(score: Score) -> str:
    """One line: the score, its reasons as sentences, and every check that applied."""
    return json.dumps(
        {
            "score": round(score.value, 4),
            "reasons": [reason.text for reason in score.reasons],
            "checks": [
                {"name": check.name, "passed": check.passed, "evidence": check.evidence}
                for check in score.checks
            ],
        },
        ensure_ascii=False,
    )
