"""Judged drafts as data files hold them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from assistant.confidence.prompts import TASKS
from assistant.confidence.validation import first_problem
from assistant.errors import DataError
from assistant.types import DraftRequest, Finish

Pair: TypeAlias = tuple[float, float | None]
"""Natural-log probability of a written token, and of the best other candidate if told."""


class JudgedRow(BaseModel):
    """A draft with its prompt, its writer and a judge's score; other fields are ignored.

    The optional fields are those of `inkladder confidence collect`: `request` is the typed request
    that the prompt stands for, `acceptable` the verdict where it is known apart from the score,
    `kind` a finer word than the task. Drafts of one prompt, writer and `temperature` are samples of
    each other.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=False)

    prompt: str = Field(min_length=1)
    response: str
    score: float = Field(ge=0, le=1)
    task: str
    model: str = ""
    id: str = ""
    params_b: float | None = None
    request: DraftRequest | None = None
    finish: Finish | None = None
    logprobs: tuple[Pair, ...] | None = None
    acceptable: bool | None = None
    kind: str | None = None
    temperature: float | None = None

    @field_validator("task")
    @classmethod
    def _known_task(cls, task: str) -> str:
        if task not in TASKS:
            message = f"use one of {', '.join(TASKS)}"
            raise ValueError(message)
        return task

    @model_validator(mode="after")
    def _identified(self) -> JudgedRow:
        if not self.model and not self.id:
            message = "name the row by `id` or its writer by `model`"
            raise ValueError(message)
        return self


def parse_rows(lines: Iterable[str | bytes], *, file: str) -> list[JudgedRow]:
    """Rows of a JSON lines file; blank lines are skipped.

    Raises:
        DataError: the first bad row, as `file:line: what, value, way out`.
    """
    rows: list[JudgedRow] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append(JudgedRow.model_validate_json(line))
        except ValidationError as error:
            message = f"{file}:{number}: {first_problem(error)}"
            raise DataError(message) from None
    if not rows:
        message = f"{file}:1: no rows, give one JSON object a line"
        raise DataError(message)
    return rows


def data_fingerprint(rows: Iterable[JudgedRow]) -> str:
    """SHA-256 over the rows in any order, over the fields that shape a fit."""
    digests = sorted(sha256(_content(row).encode()).digest() for row in rows)
    return sha256(b"".join(digests)).hexdigest()


def in_order(rows: Iterable[JudgedRow]) -> list[JudgedRow]:
    """The rows sorted by content, so that a fit does not depend on the order of a file."""
    return sorted(rows, key=_content)


def _content(row: JudgedRow) -> str:
    """What a row says; a field it lacks is no part of it, so new optional ones change no old data."""
    return row.model_dump_json(exclude_none=True)
