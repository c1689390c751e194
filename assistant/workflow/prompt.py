"""Turns a request into the conversation a tier reads. Pure, over the template files beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from types import MappingProxyType

from assistant.types import CheckResult, DraftRequest, Length, Message

_FOLDER = files("assistant.workflow") / "prompts"
_TEMPLATES = MappingProxyType(
    {
        entry.name.removesuffix(".txt"): entry.read_text(encoding="utf-8").strip()
        for entry in sorted(_FOLDER.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".txt")
    }
)

_LAYOUT = "3"
"""Raised when the assembly below changes the conversation of an unchanged request."""

PROMPTS_DIGEST = hashlib.sha256(
    "\0".join([_LAYOUT, *(f"{name}\0{text}" for name, text in _TEMPLATES.items())]).encode()
).hexdigest()[:16]
"""Changes whenever a prompt does, so that cached answers of older prompts are not found."""

_FORMATS = {
    "plain": "Write plain text without Markdown.",
    "markdown": "Write Markdown.",
    "html": "Write an HTML fragment.",
}


def conversation(request: DraftRequest) -> tuple[Message, ...]:
    """Messages for a tier. A client's own conversation passes through unchanged."""
    if request.messages:
        return request.messages
    return (
        Message(role="system", content=_TEMPLATES["system"]),
        Message(role="user", content="\n\n".join(_sections(request))),
    )


def repair_conversation(
    request: DraftRequest, *, draft: str, failed: Sequence[CheckResult]
) -> tuple[Message, ...]:
    """The same conversation, with the draft that fell short and what was wrong with it."""
    problems = "\n".join(f"- {check.name}: {check.evidence}" for check in failed)
    parts = [f"First draft:\n{draft}", *([f"What was wrong:\n{problems}"] if problems else [])]
    return noted_conversation(request, template="repair", note="\n\n".join(parts))


def noted_conversation(request: DraftRequest, *, template: str, note: str) -> tuple[Message, ...]:
    """The same conversation, its last turn followed by a template and a note.

    It is left alone where that turn is not the user's.
    """
    *earlier, last = conversation(request)
    if last.role != "user":
        return (*earlier, last)
    content = "\n\n".join([last.content, _TEMPLATES[template], note])
    return (*earlier, Message(role="user", content=content))


def source_words(text: str) -> int:
    """Words of a source text, as a percentage length counts them."""
    return len(text.split())


def wanted_words(length: Length, source: str) -> int | None:
    """The length asked for in words, None if it is a percentage of nothing."""
    if length.words is not None:
        return length.words
    if length.percent is None or not source.strip():
        return None
    return max(1, round(source_words(source) * length.percent / 100))


def _sections(request: DraftRequest) -> Iterator[str]:
    """The writer's material first, what to do with it last.

    Requests about one document then share the beginning of their prompts, which an engine that has
    read it once does not read again; and models follow best what stands at the end of a long prompt.
    """
    if request.before:
        yield f"Text before:\n{request.before}"
    if request.text:
        yield f"Text:\n{request.text}"
    if request.after:
        yield f"Text after:\n{request.after}"
    for sample in request.style.voice_samples:
        yield f"Write in the voice of this sample:\n{sample}"
    yield _TEMPLATES[request.task] if request.task in _TEMPLATES else _TEMPLATES["draft"]
    if request.instruction:
        yield request.instruction
    constraints = "\n".join(_constraints(request))
    if constraints:
        yield constraints


def _constraints(request: DraftRequest) -> Iterator[str]:
    words = None if request.length is None else wanted_words(request.length, request.text)
    wishes = {
        "Language: {}": request.language,
        "Audience: {}": request.audience,
        "Tone: {}": request.tone,
        "Length: about {} words": words,
        "Keep all {} exactly as they are.": ", ".join(request.keep),
        "Do not use these words: {}": ", ".join(request.style.banned),
    }
    yield from (wording.format(wish) for wording, wish in wishes.items() if wish)
    for term, wording in request.style.glossary:
        yield f"Write {wording!r} for {term!r}."
    if request.format:
        yield _FORMATS[request.format]
