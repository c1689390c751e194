"""The parts of OpenAI's chat-completions stream that we read; engines add keys of their own."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from assistant.types import Usage


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Candidate(_Part):
    """One token the engine considered; `id` comes from llama.cpp only."""

    token: str = ""
    id: int | None = None
    bytes: tuple[int, ...] | None = None
    logprob: float


class Entry(Candidate):
    """The token it chose, and the best candidates, which usually hold the chosen one again."""

    top_logprobs: tuple[Candidate, ...] = ()


class Logprobs(_Part):
    """One entry per token of the piece."""

    content: tuple[Entry, ...] | None = None


class Delta(_Part):
    """A piece of text; thinking comes apart and is never shown."""

    content: str | None = None
    reasoning_content: str | None = None


class Choice(_Part):
    """News of one sample. `matched_stop` is a string where a stop string ended the text."""

    index: int = Field(default=0, ge=0)
    delta: Delta = Delta()
    logprobs: Logprobs | None = None
    finish_reason: str | None = None
    matched_stop: str | int | None = None


class PromptDetails(_Part):
    """Where the prompt's tokens came from."""

    cached_tokens: int | None = None


class Reported(_Part):
    """The engine's own token counts: so far, in an event with text, or of the whole."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: PromptDetails | None = None

    def counted(self) -> Usage:
        """The same in our words."""
        details = self.prompt_tokens_details
        cached = 0 if details is None else details.cached_tokens or 0
        return Usage(
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            cached_tokens=cached,
        )


class PromptProgress(_Part):
    """How far llama.cpp has read the prompt: `total` tokens, of which `cache` were known already."""

    total: int = Field(default=0, ge=0)
    cache: int = Field(default=0, ge=0)


class EngineError(_Part):
    """What an engine says went wrong. `message` may quote the prompt: never pass it on."""

    message: str = ""
    type: str | None = None
    param: str | None = None
    code: int | str | None = None
    n_ctx: int | None = None
    n_prompt_tokens: int | None = None


class Chunk(_Part):
    """One event of the stream."""

    choices: tuple[Choice, ...] = ()
    usage: Reported | None = None
    prompt_progress: PromptProgress | None = None
    error: EngineError | None = None


class ErrorReply(EngineError):
    """The body of a refusal: nested under `error` (llama.cpp) or flat (SGLang)."""

    error: EngineError | None = None
