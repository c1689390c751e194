"""What the native drafting API is asked, and its translation into a request of the library."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints

from assistant.errors import RequestError
from assistant.types import DraftRequest, Format, Keep, Length, Style, Task, WritingTask
from server.schemas.base import Strict, Text

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def _language_tag(value: str) -> str:
    if not _LANGUAGE_TAG.fullmatch(value):
        message = "should be a language tag such as de or pt-BR"
        raise ValueError(message)
    return value


Language: TypeAlias = Annotated[str, AfterValidator(_language_tag)]
Label: TypeAlias = Annotated[Text, StringConstraints(min_length=1, max_length=64)]

MAX_VARIANTS = 4
MAX_LABELS = 16
MAX_DEADLINE_MS = 600_000
"""Ten minutes: no proxy keeps a silent connection longer."""

_NEEDS: dict[Task, tuple[str, ...]] = {
    "draft": ("instruction", "text", "before"),
    "outline": ("instruction", "text"),
    "titles": ("text", "instruction"),
    "continue": ("before", "text"),
    "fill": ("before", "after"),
}
"""The fields of which a task needs at least one; every other task works on `text`."""


class LengthIn(Strict):
    """Wanted length, either in words or in percent of `text`."""

    words: int | None = Field(default=None, ge=1, le=100_000)
    percent: int | None = Field(default=None, ge=1, le=1_000)
    tolerance: float = Field(default=0.2, ge=0, le=1, description="Fraction that may be off.")


class StyleIn(Strict):
    """The writer's own voice."""

    voice_samples: tuple[Text, ...] = Field(default=(), description="Texts to sound like.")
    banned: tuple[Text, ...] = Field(default=(), description="Words never to use.")
    glossary: dict[Text, Text] = Field(default_factory=dict, description="Terms to use as given.")


class DraftIn(Strict):
    """A drafting request. Absent and null are the same; unknown keys are errors."""

    task: WritingTask
    instruction: Text = Field(default="", description="What to write or change, in free words.")
    text: Text = Field(default="", description="The text to work on.")
    before: Text = Field(default="", description="What stands before the wanted text.")
    after: Text = Field(default="", description="What stands after the wanted text.")
    language: Language | None = Field(default=None, description="BCP 47, such as `de` or `pt-BR`.")
    audience: Text | None = None
    tone: Text | None = None
    length: LengthIn | None = None
    style: StyleIn = Field(default_factory=StyleIn)
    keep: tuple[Keep, ...] = Field(default=(), description="What must survive from `text`.")
    format: Format | None = None
    variants: int = Field(default=1, ge=1, le=MAX_VARIANTS)
    labels: tuple[Label, ...] = Field(
        default=(), max_length=MAX_LABELS, description="Words that routes of the policy match."
    )
    deadline_ms: int | None = Field(
        default=None, ge=1, le=MAX_DEADLINE_MS, description="The best text by then is served."
    )
    regenerate: bool = Field(
        default=False, description="Another text than those served before for this request."
    )
    answer_now: bool = Field(
        default=False,
        description="A draft that falls short is served at once, and a better text is written behind it.",
    )
    stream: bool = Field(default=False, description="Events, with text as soon as it is final.")

    def to_request(self) -> DraftRequest:
        """The same in the library's words.

        Raises:
            RequestError: a wish that cannot be met, or a task without what it works on.
        """
        self._require_material()
        return DraftRequest(
            task=self.task,
            instruction=self.instruction,
            text=self.text,
            before=self.before,
            after=self.after,
            language=self.language,
            audience=self.audience,
            tone=self.tone,
            length=self._length(),
            style=Style(
                voice_samples=self.style.voice_samples,
                banned=self.style.banned,
                glossary=tuple(self.style.glossary.items()),
            ),
            keep=self.keep,
            format=self.format,
            variants=self.variants,
            labels=self.labels,
            deadline_ms=self.deadline_ms,
            answer_now=self.answer_now,
        )

    def _require_material(self) -> None:
        given = {
            "instruction": self.instruction,
            "text": self.text,
            "before": self.before,
            "after": self.after,
        }
        needed = _NEEDS.get(self.task, ("text",))
        if not any(given[name].strip() for name in needed):
            wanted = " or ".join(needed)
            message = f"task {self.task!r} has nothing to work on; give {wanted}"
            raise RequestError(message, param=needed[0], code="missing")

    def _length(self) -> Length | None:
        if self.length is None:
            return None
        if (self.length.words is None) == (self.length.percent is None):
            message = "length needs either words or percent, and not both"
            raise RequestError(message, param="length")
        if self.length.percent is not None and not self.text.strip():
            message = "length.percent is a share of text, and text is empty; give words instead"
            raise RequestError(message, param="length.percent")
        return Length(
            words=self.length.words,
            percent=self.length.percent,
            tolerance=self.length.tolerance,
        )
