"""From a chat completion request to a request of the library. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.errors import RequestError
from assistant.types import DraftRequest, Message
from server.schemas.chat import ChatIn, ContentPart, MessageIn
from server.schemas.openai_request import (
    NO_LOGPROBS,
    entry_of,
    ignored_names,
    refuse,
    sampling_of,
    shown_name,
)


def draft_request(chat: ChatIn, *, ladder: Sequence[str]) -> DraftRequest:
    """What the library is asked. `ladder` holds the model names, first rung first.

    Raises:
        RequestError: a model that is not there, or a wish refused by name.
    """
    refuse(
        chat,
        ("suffix", chat.suffix, "use POST /v1/completions, or POST /v1/drafts with task fill"),
        ("logprobs", chat.logprobs, NO_LOGPROBS),
        ("top_logprobs", chat.top_logprobs, NO_LOGPROBS),
        ("functions", chat.functions, "functions are never called; leave it out"),
    )
    limits = [wish for wish in (chat.max_tokens, chat.max_completion_tokens) if wish]
    return DraftRequest(
        task="chat",
        messages=_messages(chat.messages),
        variants=chat.n,
        sampling=sampling_of(chat, max_tokens=min(limits, default=None)),
        entry=entry_of(chat.model, ladder=ladder),
    )


def ignored_in_chat(chat: ChatIn) -> str | None:
    """The keys nothing was done about, as a header value; None if there were none."""
    within = {name for message in chat.messages for name in message.model_extra or ()}
    return ignored_names(chat, *(f"messages[].{name}" for name in within))


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
