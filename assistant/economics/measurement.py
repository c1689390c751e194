"""The format of the dated files in `deploy/gpu/measured/`: what one run of the bench found."""

from __future__ import annotations

import datetime as dt
import json
from typing import Literal, Self, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

MeasuredKind: TypeAlias = Literal["generate", "generate_logprobs", "score_text"]
"""`generate` writes; `generate_logprobs` also tells token log-probabilities, as every draft of ours
does; `score_text` only reads: `prompt_tokens` is all that was read, `completion_tokens` 0 or 1."""

Quantization: TypeAlias = Literal["fp8", "awq", "gptq"]
"""Precision of the weights where it is not bf16."""


class _Strict(BaseModel):
    """Frozen, without unknown keys or silent conversions; described by its attribute docstrings."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        use_attribute_docstrings=True,
    )


class Measurement(_Strict):
    """One model under one load. Times of a request are medians over the requests, unless told."""

    model: str = Field(min_length=1)
    """Hub name of the model."""

    quantization: Quantization | None = None
    """Precision of the weights; null is bf16."""

    kind: MeasuredKind
    """What was asked of the server."""

    concurrency: int = Field(ge=1)
    """Requests in flight at once."""

    requests: int = Field(ge=1)
    """Requests in all."""

    prompt_tokens: int = Field(ge=1)
    """Tokens of each prompt."""

    completion_tokens: int = Field(ge=0)
    """Tokens written to each prompt."""

    wall_s: float = Field(gt=0)
    """Seconds from the first request sent to the last answered."""

    gpu_s_per_request: float = Field(gt=0)
    """Seconds of the server per request, times its cards."""

    output_tokens_per_s: float | None = Field(default=None, ge=0)
    """Tokens written per second, all requests together; null where nothing is written."""

    ttft_ms_p50: float | None = Field(default=None, ge=0)
    """Milliseconds to the first token."""

    ttft_ms_p95: float | None = Field(default=None, ge=0)
    """The same, 95th percentile."""

    tpot_ms_p50: float | None = Field(default=None, ge=0)
    """Milliseconds per token after the first; null where nothing is written."""

    e2e_s_p50: float | None = Field(default=None, ge=0)
    """Seconds from a request to its end."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind != "score_text" and not (self.completion_tokens and self.ttft_ms_p50):
            message = f"{self.kind} needs completion_tokens and ttft_ms_p50 above 0"
            raise ValueError(message)
        return self


class MeasuredRun(_Strict):
    """What one run of the bench found on one kind of card."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    """Version of this format."""

    date: dt.date
    """Day of the run, in UTC."""

    measured_at: AwareDatetime | None = None
    """When it was written down; of one day the latest run counts. null where nobody wrote it down, which
    counts as the start of the day."""

    card: str = Field(min_length=1)
    """Name of the card, as policies name it."""

    gpus: int = Field(default=1, ge=1)
    """Cards that one server spread the model over."""

    driver: str | None = None
    """Version of the card's driver; null where nobody wrote it down."""

    engine: str = Field(min_length=1)
    """Name of the serving engine."""

    engine_version: str = Field(min_length=1)
    """Its version."""

    weights: str = Field(min_length=1)
    """`random` weights of the true architecture cost what the real ones do; else what was loaded."""

    method: str = Field(min_length=1)
    """How it was measured and by whom, in a sentence or two."""

    measurements: tuple[Measurement, ...] = Field(min_length=1)
    """One for each model, kind and load."""

    @property
    def moment(self) -> dt.datetime:
        """When it was measured, in UTC, as exactly as it is known."""
        if self.measured_at is None:
            return dt.datetime.combine(self.date, dt.time(), dt.UTC)
        return self.measured_at.astimezone(dt.UTC)

    @property
    def source(self) -> str:
        """Where a number comes from, for people: card, date, engine."""
        cards = self.card if self.gpus == 1 else f"{self.gpus} x {self.card}"
        return f"{cards}, {self.date.isoformat()}, {self.engine} {self.engine_version}"

    def to_json(self) -> str:
        """The file: one measurement a line, so that two runs can be compared by eye and by diff."""
        content = self.model_dump(mode="json", by_alias=True)
        rows = ",\n    ".join(json.dumps(row) for row in content.pop("measurements"))
        head = json.dumps(content, indent=2).removesuffix("\n}")
        return f'{head},\n  "measurements": [\n    {rows}\n  ]\n}}\n'
