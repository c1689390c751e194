"""What OpenAI's chat completions and its older completions have in common."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from server.schemas.base import Lenient, Text

MAX_STOPS: Final = 16
SEED_BITS: Final = 63
"""Engines keep the seed in a signed 64-bit integer."""

MAX_CHOICES: Final = 4
"""As many texts as the native API writes at a time."""


def is_none(value: object) -> bool:
    """Whether a key is left out of the JSON."""
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


class StreamOptions(Lenient):
    """Wishes for a stream."""

    include_usage: bool = False


class CompletionWishes(Lenient):
    """How a text is to be written. Unknown keys are ignored and named in `x-cascade-ignored`."""

    model: str | None = Field(
        default=None, description="draft-auto, draft-fast, draft-best or a model of the ladder."
    )
    stream: bool = False
    stream_options: StreamOptions = Field(default_factory=StreamOptions)
    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False)
    top_p: float | None = Field(default=None, gt=0, le=1, allow_inf_nan=False)
    max_tokens: int | None = Field(default=None, ge=1)
    stop: Stops = ()
    seed: int | None = Field(default=None, ge=-(2**SEED_BITS), lt=2**SEED_BITS)
    n: int = Field(
        default=1,
        ge=1,
        le=MAX_CHOICES,
        description="How many texts; a stream of several begins once all are whole. Texts that came out"
        " alike, or failed a check, are made up for by the best one.",
    )
    regenerate: bool = Field(
        default=False,
        description="Another text than those served before; an addition to OpenAI's protocol.",
    )
    response_format: Any = Field(default=None, description="Refused unless of type text.")


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


class Chunk(BaseModel):
    """One event of a stream; `model` is the model that wrote its text."""

    model_config = ConfigDict(frozen=True)

    id: str
    created: int
    model: str
    system_fingerprint: str = Field(description="Name and revision of the policy.")
    usage: UsageOut | None = Field(
        default=None, exclude_if=is_none, description="In the last chunk, if asked for."
    )
    x_cascade: CascadeOut | None = Field(
        default=None, exclude_if=is_none, description="On the last chunk with text."
    )
