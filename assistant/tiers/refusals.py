"""Turns what an engine says went wrong into the error that tells the workflow what to do."""

from __future__ import annotations

import re

from pydantic import ValidationError

from assistant.errors import (
    ContextTooLong,
    TierError,
    TierOverloaded,
    TierRejected,
    TierUnavailable,
)
from assistant.tiers.wire import EngineError, ErrorReply

_OVERLOAD = (429, 503)
_CLIENT_ERRORS = range(400, 500)

_TOO_LONG = (
    re.compile(
        r"input \((?P<prompt>\d{1,9}) tokens\).* context length \((?P<context>\d{1,9}) tokens\)"
    ),
    re.compile(
        r"maximum context length of (?P<context>\d{1,9}) tokens.*?"
        r"(?P<prompt>\d{1,9}) tokens from the input"
    ),
    re.compile(
        r"length \((?P<prompt>\d{1,9}) tokens\) exceeds .* length \((?P<context>\d{1,9}) tokens\)"
    ),
)
"""SGLang's words: the prompt alone, prompt and answer together, and the scheduler's limit."""

_TOO_LONG_TYPE = "exceed_context_size_error"
"""llama.cpp's word."""

_NO_ROOM = "Context size has been exceeded"
"""llama.cpp's word when all running generations together fill the context they share."""

_ERROR_NAMES = frozenset(
    {
        # SGLang's
        "BAD_REQUEST",
        "Bad Request",
        "BadRequestError",
        "INTERNAL_SERVER_ERROR",
        "InternalServerError",
        "NotFoundError",
        "SERVICE_UNAVAILABLE",
        # llama.cpp's
        "authentication_error",
        "exceed_context_size_error",
        "invalid_request_error",
        "not_found_error",
        "not_supported_error",
        "permission_error",
        "server_error",
        "unavailable_error",
    }
)
"""What engines call an error; any other word could be a writer's."""

_FIELDS = frozenset(
    {
        "add_generation_prompt",
        "chat_template_kwargs",
        "continue_final_message",
        "logprobs",
        "max_tokens",
        "messages",
        "model",
        "n",
        "seed",
        "stop",
        "stream",
        "stream_options",
        "temperature",
        "top_logprobs",
        "top_p",
    }
)
"""The fields of the requests that we send."""

MAX_RETRY_AFTER_S = 3600.0
"""Longest wait an engine is believed to need: loading the largest model takes minutes."""


def refusal(
    error: EngineError, *, tier: str, status: int, retry_after: str | None = None
) -> TierError:
    """The error for a refusal with HTTP status or in-stream code `status`."""
    too_long = _too_long(error, tier=tier)
    if too_long is not None:
        return too_long
    if status in _OVERLOAD or error.message.startswith(_NO_ROOM):
        return TierOverloaded(tier=tier, retry_after_s=_seconds(retry_after))
    if status in _CLIENT_ERRORS:
        return TierRejected(tier=tier, status=status, detail=_name_of(error))
    return TierUnavailable(tier=tier, detail=f"failed with HTTP {status}: {_name_of(error)}")


def refusal_in_stream(error: EngineError, *, tier: str) -> TierError:
    """The error for one that arrives inside a stream, where the status was 200 already."""
    status = error.code if isinstance(error.code, int) else 500
    return refusal(error, tier=tier, status=status)


def parse_refusal(body: bytes) -> EngineError:
    """What the body of a refusal says; empty where it is not an engine's."""
    try:
        reply = ErrorReply.model_validate_json(body)
    except ValidationError:
        return EngineError()
    return reply.error or reply


def _too_long(error: EngineError, *, tier: str) -> ContextTooLong | None:
    if error.type == _TOO_LONG_TYPE:
        return ContextTooLong(
            tier=tier, context_tokens=error.n_ctx, prompt_tokens=error.n_prompt_tokens
        )
    for pattern in _TOO_LONG:
        if told := pattern.search(error.message):
            return ContextTooLong(
                tier=tier, context_tokens=int(told["context"]), prompt_tokens=int(told["prompt"])
            )
    return None


def _name_of(error: EngineError) -> str:
    told = ((error.type, _ERROR_NAMES), (error.param, _FIELDS))
    return ", ".join(name for name, known in told if name in known) or "no reason told"


def _seconds(retry_after: str | None) -> float | None:
    # The other form, a date, is what caches send, not engines.
    if retry_after is None or not retry_after.isdecimal():
        return None
    return min(float(retry_after), MAX_RETRY_AFTER_S)
