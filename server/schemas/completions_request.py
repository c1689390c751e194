"""From a completion request to a request of the library. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import RequestError
from assistant.types import DraftRequest
from server.schemas.completions import CompletionIn
from server.schemas.openai_request import NO_LOGPROBS, entry_of, refuse, sampling_of


def completion_request(body: CompletionIn, *, ladder: Sequence[str]) -> DraftRequest:
    """What the library is asked: to continue the prompt, or to fill the gap before the suffix.

    OpenAI's default of 16 tokens is not kept: who names no limit wants the text to its end.
    `ladder` holds the model names, first rung first.

    Raises:
        RequestError: a model that is not there, or a wish refused by name.
    """
    # Zero, too, asks for those of the tokens that were written.
    wants_logprobs = body.logprobs is not None and body.logprobs is not False
    refuse(body, ("logprobs", wants_logprobs, NO_LOGPROBS))
    fills = bool(body.suffix.strip())
    if not (fills or body.prompt.strip()):
        message = "prompt holds no text; give what stands before the wanted text"
        raise RequestError(message, param="prompt", code="missing")
    return DraftRequest(
        task="fill" if fills else "continue",
        before=body.prompt,
        after=body.suffix if fills else "",
        variants=_texts(body),
        sampling=sampling_of(body, max_tokens=body.max_tokens),
        entry=entry_of(body.model, ladder=ladder),
    )


def _texts(body: CompletionIn) -> int:
    if body.best_of is None:
        return body.n
    if body.best_of < body.n:
        message = f"best_of is {body.best_of}, but n asks for {body.n} of them; give n or more"
        raise RequestError(message, param="best_of")
    return body.best_of
