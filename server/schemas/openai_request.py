"""From what both of OpenAI's protocols ask to the words of the library. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import quote

from assistant.errors import RequestError
from assistant.types import Entry, Sampling
from server.schemas.openai import CompletionWishes

ALIASES: Final[dict[str, Entry]] = {
    "draft-auto": "auto",
    "draft-fast": "fast",
    "draft-best": "best",
}
"""Model names that every ladder answers to."""

MAX_NAME_CHARS: Final = 64
"""Longer than the name of any model; what is longer was never meant as one."""

MAX_IGNORED_CHARS: Final = 500
"""Proxies refuse long headers; nobody reads more names than fit here."""

NO_LOGPROBS: Final = "token probabilities are not sent; leave it out"


def entry_of(model: str | None, *, ladder: Sequence[str]) -> Entry:
    """Which part of the ladder a model name asks for. The only model of a ladder asks for all of it.

    Raises:
        RequestError: neither an alias nor a model of the ladder.
    """
    if not model:
        return "auto"
    if model in ALIASES:
        return ALIASES[model]
    if model not in ladder:
        message = (
            f"the model {shown_name(model)} does not exist here; use draft-auto, draft-fast,"
            " draft-best or a name that /v1/models lists"
        )
        raise RequestError(message, param="model", code="model_not_found")
    if model == ladder[0] != ladder[-1]:
        return "fast"
    return "best" if model == ladder[-1] != ladder[0] else "auto"


def shown_name(name: str) -> str:
    """A name as it may be repeated to its sender: quoted and short."""
    return repr(name if len(name) <= MAX_NAME_CHARS else name[:MAX_NAME_CHARS] + "…")


def sampling_of(body: CompletionWishes, *, max_tokens: int | None) -> Sampling:
    """The decoding options."""
    return Sampling(
        temperature=body.temperature,
        top_p=body.top_p,
        max_tokens=max_tokens,
        stop=body.stop,
        seed=body.seed,
    )


def refuse(body: CompletionWishes, *wishes: tuple[str, Any, str]) -> None:
    """Refuses the first wish that is one: each is a field, what was wanted of it, and the way out.

    Raises:
        RequestError: it names the field.
    """
    formatting = body.response_format
    wants_format = formatting and (
        not isinstance(formatting, dict) or formatting.get("type") != "text"
    )
    last = ("response_format", wants_format, "only {'type': 'text'} is written")
    for param, wanted, way_out in (*wishes, last):
        if wanted:
            message = f"{param}: {way_out}"
            raise RequestError(message, param=param, code="unsupported")


def ignored_names(body: CompletionWishes, *more: str) -> str | None:
    """The keys nothing was done about, `more` among them, as a header value; None if there were none."""
    names = {*(body.model_extra or ()), *more}
    names.update(f"stream_options.{name}" for name in body.stream_options.model_extra or ())
    return _listed(names)


def _listed(names: Iterable[str]) -> str | None:
    value = ", ".join(quote(name, safe="[]._-", errors="replace") for name in sorted(names))
    return value[:MAX_IGNORED_CHARS] or None
