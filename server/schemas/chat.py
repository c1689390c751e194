"""OpenAI's chat completions as clients really send them: lenient, null is absent."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from assistant.types import Finish
from server.schemas.base import Lenient, Text

MAX_STOPS = 16
SEED_BITS = 63
"""Engines keep the seed in a signed 64-bit integer."""


def _is_none(value: object) -> bool:
    return value is None


def _stop_list(value: object) -> object:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        return [stop for stop in value if stop not in ("", None)]
    return value


Stops: TypeAlias = Annotated[
    tuple[Text, ...],
    BeforeValidator(_stop_list, json_schema_input_type=str | list[str] | None),
    Field(max_length=MAX_STOPS),
]


class ContentPart(Lenient):
    """One part of a message; only those of type text are read."""

    type: str
    text: Text | None = None


class MessageIn(Lenient):
    """One turn. `developer` is read as `system`."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | tuple[ContentPart, ...] | None = None


class StreamOptions(Lenient):
    """Wishes for a stream."""

    include_usage: bool = False


class ChatIn(Lenient):
    """A chat completion request. Unknown keys are ignored and named in `x-cascade-ignored`."""

    model: str | None = Field(
        default=None, description="draft-auto, draft-fast, draft-best or a model of the ladder."
    )
    messages: tuple[MessageIn, ...] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions = Field(default_factory=StreamOptions)
    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False)
    top_p: float | None = Field(default=None, gt=0, le=1, allow_inf_nan=False)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stop: Stops = ()
    seed: int | None = Field(default=None, ge=-(2**SEED_BITS), lt=2**SEED_BITS)
    regenerate: bool = Field(
        default=False,
        description="Another text than those served before; an addition to OpenAI's protocol.",
    )
    n: int = Field(default=1, ge=1, description="Only 1 for now.")
    suffix: Any = Field(default=None, description="Refused: this is chat.")
    logprobs: Any = Field(default=None, description="Refused when true.")
    top_logprobs: Any = Field(default=None, description="Refused when above 0.")
    response_format: Any = Field(default=None, description="Refused unless of type text.")
    functions: Any = Field(default=None, description="Refused; `tools` is ignored.")


class MessageOut(BaseModel):
    """What was written."""

    model_config = ConfigDict(frozen=True)

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """The only choice."""

    model_config = ConfigDict(frozen=True)

    index: int = 0
    message: MessageOut
    logprobs: None = None
    finish_reason: Finish


class PromptTokensDetails(BaseModel):
    """How much of the prompt the engine had already read."""

    model_config = ConfigDict(frozen=True)

    cached_tokens: int


class UsageOut(BaseModel):
    """Tokens, counted by us over every tier that took part."""

    model_config = ConfigDict(frozen=True)

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokensDetails


class Delta(BaseModel):
    """The next piece of text; the first one carries the role."""

    model_config = ConfigDict(frozen=True)

    role: Literal["assistant"] | None = Field(default=None, exclude_if=_is_none)
    content: str | None = Field(default=None, exclude_if=_is_none)


class ChunkChoice(BaseModel):
    """The only choice of a stream; `finish_reason` is set once, in its last chunk."""

    model_config = ConfigDict(frozen=True)

    index: int = 0
    delta: Delta
    logprobs: None = None
    finish_reason: Finish | None = None


class CascadeOut(BaseModel):
    """What the headers of a whole answer say, for streams: known only once the text is."""

    model_config = ConfigDict(frozen=True)

    id: str
    tier: str
    model: str
    score: float | None
    route: str
    policy: str
    path: str
    cost_gpu_s: float
    cost_usd: float
    cache: str
    degraded: tuple[str, ...]


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


class ChatChunk(BaseModel):
    """One event of a stream."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: tuple[ChunkChoice, ...]
    system_fingerprint: str
    usage: UsageOut | None = Field(
        default=None, exclude_if=_is_none, description="In the last chunk, if asked for."
    )
    x_cascade: CascadeOut | None = Field(
        default=None, exclude_if=_is_none, description="On the last content chunk."
    )
