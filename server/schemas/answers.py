"""A finished draft as the native API tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from assistant.types import CheckResult, Edit, Finish, Provenance, Usage

if TYPE_CHECKING:
    from assistant.types import Answer


class DraftOut(BaseModel):
    """The text, and everything that is known about how it came to be."""

    model_config = ConfigDict(frozen=True)

    id: str
    text: str = Field(description="The draft alone: no preamble, no fence around it.")
    finish: Finish = Field(description="`length` if the text ended because no tokens were left.")
    variants: tuple[str, ...] = Field(description="Other drafts, if `variants` asked for them.")
    diff: tuple[Edit, ...] = Field(
        description="Replacements that turn `text` of the request into this text. Offsets count"
        " code points, those ending in `_utf16` UTF-16 units."
    )
    checks: tuple[CheckResult, ...] = Field(description="What was checked, with the evidence.")
    provenance: Provenance = Field(description="Which tier wrote this, why, and what it cost.")
    usage: Usage

    @classmethod
    def of(cls, answer: Answer) -> DraftOut:
        """The answer in the words of the API."""
        return cls(
            id=answer.id,
            text=answer.text,
            finish=answer.finish,
            variants=answer.variants,
            diff=answer.diff,
            checks=answer.checks,
            provenance=answer.provenance,
            usage=answer.usage,
        )
