"""What is asked, by whom, and how it may be served. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

WritingTask: TypeAlias = Literal[
    "draft",
    "rewrite",
    "proofread",
    "shorten",
    "expand",
    "continue",
    "fill",
    "tone",
    "summarize",
    "outline",
    "titles",
    "reply",
    "translate",
]
"""What a writer may want done."""

Task: TypeAlias = Literal[WritingTask, "chat"]
"""`chat` is a conversation from an OpenAI-compatible client."""

Role: TypeAlias = Literal["system", "user", "assistant"]
Keep: TypeAlias = Literal["names", "numbers", "links", "quotes", "citations"]
Format: TypeAlias = Literal["plain", "markdown", "html"]
Finish: TypeAlias = Literal["stop", "length"]
"""Why a text ended: by itself or a stop string, or because no tokens (or time) were left."""

Entry: TypeAlias = Literal["auto", "fast", "best"]
"""Which part of the ladder may write: all of it, its first rung only, its last rung only."""

Surface: TypeAlias = Literal["native", "openai"]
"""The API that a request came by: plugins of OpenAI's resend the same body to get another text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation, plain text."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """Wanted length: absolute in words, or in percent of the source; tolerance is a fraction."""

    words: int | None = None
    percent: int | None = None
    tolerance: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The writer's own voice: samples to imitate, words never to use, terms to use as given."""

    voice_samples: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    glossary: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Decoding options; None leaves the choice to the tier."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRequest:
    """Everything that shapes one answer. `messages` is set for `chat` and empty otherwise."""

    task: Task = "draft"
    instruction: str = ""
    text: str = ""
    before: str = ""
    after: str = ""
    language: str | None = None
    audience: str | None = None
    tone: str | None = None
    length: Length | None = None
    style: Style = field(default_factory=Style)
    keep: tuple[Keep, ...] = ()
    format: Format | None = None
    variants: int = 1
    labels: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    entry: Entry = "auto"
    deadline_ms: int | None = None
    answer_now: bool = False
    """A draft below the bar is served at once, and a better text is written behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. Answers are never shared between two different callers."""

    tenant: str = "default"
    user: str = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheControl:
    """The caller's wishes, as in RFC 9111; `max_age_s` bounds the age of a hit in seconds.

    `regenerate` asks for a text other than the ones served before, as `no_cache` does.
    """

    no_cache: bool = False
    regenerate: bool = False
    no_store: bool = False
    only_if_cached: bool = False
    max_age_s: int | None = None
    surface: Surface = "native"
