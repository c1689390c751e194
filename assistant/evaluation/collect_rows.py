"""The rows that a collection consists of."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from assistant.evaluation.verifiable.base import VerifiableTask
from assistant.types import DraftRequest, Finish, Task, TokenLogprob

_DIGITS = 4
"""Digits of a log-probability: engines compute in 16 bits, and rows stay short."""

_LEAST_LOGPROB = -100.0
"""What stands for the minus infinity of a token that the engine cut off; JSON has none."""

Pair: TypeAlias = tuple[float, float | None]
"""Natural-log probability of a written token, and of the best other candidate if told."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Met(_Row):
    """One requirement of the task, and whether the draft meets it."""

    name: str
    met: bool


class Tried(_Row):
    """Who wrote a draft and how; `id` names it within a file."""

    id: str
    model: str
    tier: str
    temperature: Annotated[float, Field(ge=0)]
    seed: int


class CollectedRow(Tried):
    """A draft with its log-probabilities and the verdict of its task.

    `score` is the share of requirements met, `acceptable` whether all are. A `JudgedRow` can be read
    from it.
    """

    kind: str
    task: Task
    prompt: str
    request: DraftRequest
    response: str
    finish: Finish
    logprobs: tuple[Pair, ...]
    score: float
    acceptable: bool
    requirements: tuple[Met, ...]

    def line(self) -> str:
        """The row as one line of JSON, without its end."""
        return self.model_dump_json(exclude_defaults=True)


def collected_row(
    task: VerifiableTask,
    tried: Tried,
    *,
    text: str,
    finish: Finish,
    logprobs: Sequence[TokenLogprob],
) -> CollectedRow:
    """A draft, verified."""
    readable = _readable(text)
    verdict = task.verify(readable, finish)
    return CollectedRow(
        **tried.model_dump(),
        kind=task.kind,
        task=task.request.task,
        prompt=task.prompt,
        request=task.request,
        response=readable,
        finish=finish,
        logprobs=tuple(
            (_finite(one.logprob), None if one.runner_up is None else _finite(one.runner_up))
            for one in logprobs
        ),
        score=round(verdict.score, _DIGITS),
        acceptable=verdict.acceptable,
        requirements=tuple(Met(name=name, met=met) for name, met in verdict.requirements),
    )


def _finite(logprob: float) -> float:
    return round(logprob, _DIGITS) if isfinite(logprob) else _LEAST_LOGPROB


def _readable(text: str) -> str:
    """Half a surrogate pair, as a text cut off within one may hold, has no place in a file."""
    return text.encode("utf-8", "replace").decode("utf-8")
