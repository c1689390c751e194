"""OpenAI's chat completions as clients really send them: lenient, null is absent."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.types import Finish
from server.schemas.base import Lenient, Text
from server.schemas.openai import Chunk, CompletionWishes, UsageOut, is_none


class ContentPart(Lenient):
    """One part of a message; only those of type text are read."""

    type: str
    text: Text | None = None


class MessageIn(Lenient):
    """One turn. `developer` is read as `system`."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | tuple[ContentPart, ...] | None = None


class ChatIn(CompletionWishes):
    """A chat completion request. Unknown keys are ignored and named in `x-cascade-ignored`."""

    messages: tuple[MessageIn, ...] = Field(min_length=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    suffix: Any = Field(default=None, description="Refused: this is chat.")
    logprobs: Any = Field(default=None, description="Refused when true.")
    top_logprobs: Any = Field(default=None, description="Refused when above 0.")
    functions: Any = Field(default=None, description="Refused; `tools` is ignored.")


class MessageOut(BaseModel):
    """What was written."""

    model_config = ConfigDict(frozen=True)

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """One of the texts; the best one is the first."""

    model_config = ConfigDict(frozen=True)

    index: int
    message: MessageOut
    logprobs: None = None
    finish_reason: Finish


class ChatOut(BaseModel):
    """A chat completion; `model` is the model that wrote it."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: UsageOut
    system_fingerprint: str = Field(description="Name and revision of the policy.")


class ChatDelta(BaseModel):
    """The next piece of text; the first one carries the role."""

    model_config = ConfigDict(frozen=True)

    role: Literal["assistant"] | None = Field(default=None, exclude_if=is_none)
    content: str | None = Field(default=None, exclude_if=is_none)


class ChunkChoice(BaseModel):
    """The next piece of one of the texts; `finish_reason` is set once, in its last chunk."""

    model_config = ConfigDict(frozen=True)

    index: int
    delta: ChatDelta
    logprobs: None = None
    finish_reason: Finish | None = None


class ChatChunk(Chunk):
    """One event of a streamed chat completion."""

    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    choices: tuple[ChunkChoice, ...]
