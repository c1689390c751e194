"""OpenAI's older completions, which editors use to complete while somebody types."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from assistant.types import Finish
from server.schemas.base import Text
from server.schemas.openai import MAX_CHOICES, Chunk, CompletionWishes, UsageOut


def _one_text(value: object) -> object:
    """A list of one text is that text; what cannot be read is refused in words of its own."""
    if isinstance(value, list):
        if any(not isinstance(part, str) for part in value):
            message = "must be a text; lists of tokens are not read, as each tier has its own"
            raise ValueError(message)
        if len(value) != 1:
            message = "takes one text at a time"
            raise ValueError(message)
        return value[0]
    return value


Prompt: TypeAlias = Annotated[
    Text, BeforeValidator(_one_text, json_schema_input_type=str | list[str])
]


class CompletionIn(CompletionWishes):
    """A completion request. Unknown keys are ignored and named in `x-cascade-ignored`."""

    prompt: Prompt = Field(description="What stands before the wanted text: one text.")
    suffix: Text = Field(
        default="", description="What stands after it; the passage between is written then."
    )
    echo: bool = Field(default=False, description="Each text begins with the prompt.")
    best_of: int | None = Field(
        default=None,
        ge=1,
        le=MAX_CHOICES,
        description="How many texts are written, of which the best `n` are sent.",
    )
    logprobs: Any = Field(default=None, description="Refused unless false.")


class CompletionChoice(BaseModel):
    """One of the texts; the best one is the first."""

    model_config = ConfigDict(frozen=True)

    text: str
    index: int
    logprobs: None = None
    finish_reason: Finish


class CompletionOut(BaseModel):
    """A completion; `model` is the model that wrote it."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["text_completion"] = "text_completion"
    created: int
    model: str
    choices: tuple[CompletionChoice, ...]
    usage: UsageOut
    system_fingerprint: str = Field(description="Name and revision of the policy.")


class CompletionChunkChoice(BaseModel):
    """The next piece of one of the texts; `finish_reason` is set once, in its last chunk."""

    model_config = ConfigDict(frozen=True)

    text: str
    index: int
    logprobs: None = None
    finish_reason: Finish | None = None


class CompletionChunk(Chunk):
    """One event of a streamed completion."""

    object: Literal["text_completion"] = "text_completion"
    choices: tuple[CompletionChunkChoice, ...]
