"""From a chat completion request to a request of the library. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from assistant.errors import RequestError
from assistant.types import DraftRequest, Entry, Message, Sampling
from server.schemas.chat import ChatIn, ContentPart, MessageIn

ALIASES: dict[str, Entry] = {"draft-auto": "auto", "draft-fast": "fast", "draft-best": "best"}
"""Model names that every ladder answers to."""

MAX_NAME_CHARS = 64
"""Longer than the name of any model; what is longer was never meant as one."""

MAX_IGNORED_CHARS = 500
"""Proxies refuse long headers; nobody reads more names than fit here."""


def draft_request(chat: ChatIn, *, ladder: Sequence[str]) -> DraftRequest:
    """What the library is asked. `ladder` holds the model names, first rung first.

    Raises:
        RequestError: a model that is not there, or a wish refused by name.
    """
    _refuse_unsupported(chat)
    return DraftRequest(
        task="chat",
        messages=_messages(chat.messages),
        sampling=Sampling(
            temperature=chat.temperature,
            top_p=chat.top_p,
            max_tokens=min(
                (wish for wish in (chat.max_tokens, chat.max_completion_tokens) if wish),
                default=None,
            ),
            stop=chat.stop,
            seed=chat.seed,
        ),
        entry=entry_of(chat.model, ladder=ladder),
    )


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


def ignored_names(chat: ChatIn) -> str | None:
    """The keys nothing was done about, as a header value; None if there were none."""
    names = set(chat.model_extra or ())
    names.update(f"stream_options.{name}" for name in chat.stream_options.model_extra or ())
    for message in chat.messages:
        names.update(f"messages[].{name}" for name in message.model_extra or ())
    value = ", ".join(_header_safe(name) for name in sorted(names))
    return value[:MAX_IGNORED_CHARS] or None


def _header_safe(name: str) -> str:
    return quote(name, safe="[]._-", errors="replace")


def _refuse_unsupported(chat: ChatIn) -> None:
    formatting = chat.response_format
    wants_format = formatting and (
        not isinstance(formatting, dict) or formatting.get("type") != "text"
    )
    refusals: tuple[tuple[str, Any, str], ...] = (
        ("n", chat.n > 1, "only one choice is written; ask again for another"),
        ("suffix", chat.suffix, "use POST /v1/drafts with task fill"),
        ("logprobs", chat.logprobs, "token probabilities are not sent; leave it out"),
        ("top_logprobs", chat.top_logprobs, "token probabilities are not sent; leave it out"),
        ("response_format", wants_format, "only {'type': 'text'} is written"),
        ("functions", chat.functions, "functions are never called; leave it out"),
    )
    for param, wanted, way_out in refusals:
        if wanted:
            message = f"{param}: {way_out}"
            raise RequestError(message, param=param, code="unsupported")


def _messages(given: Sequence[MessageIn]) -> tuple[Message, ...]:
    """One leading system message at most, then the turns; turns of the assistant without text go."""
    system: list[str] = []
    turns: list[Message] = []
    for index, message in enumerate(given):
        content = _text(message, at=f"messages[{index}]")
        match message.role:
            case "system" | "developer":
                system.append(content)
            case "user":
                turns.append(Message(role="user", content=content))
            case "assistant":
                # Editors send these for tool calls, which no tier here ever made.
                if content:
                    turns.append(Message(role="assistant", content=content))
            case _:
                where = f"messages[{index}].role"
                text = f"{where} is {message.role!r}, but tools are never called here; leave it out"
                raise RequestError(text, param=where, code="unsupported")
    merged = "\n\n".join(part for part in system if part.strip())
    leading = (Message(role="system", content=merged),) if merged else ()
    messages = (*leading, *turns)
    if not any(message.content.strip() for message in messages):
        text = "messages hold no text; say what to write"
        raise RequestError(text, param="messages", code="missing")
    return messages


def _text(message: MessageIn, *, at: str) -> str:
    if isinstance(message.content, str):
        return message.content
    where = f"{at}.content"
    if message.content is not None:
        return "".join(_part_texts(message.content, at=where))
    if message.role in ("system", "developer", "user"):
        text = f"{where} is missing; give a text"
        raise RequestError(text, param=where, code="missing")
    return ""


def _part_texts(parts: Sequence[ContentPart], *, at: str) -> Iterator[str]:
    for index, part in enumerate(parts):
        if part.type != "text":
            where = f"{at}[{index}].type"
            text = f"{where} is {shown_name(part.type)}, but only text is read; leave the part out"
            raise RequestError(text, param=where, code="unsupported")
        yield part.text or ""
