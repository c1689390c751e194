"""Two ways to read JSON: strict for our own API, lenient for clients written against another."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator


def _whole_characters(value: str) -> str:
    """JSON can spell half of a surrogate pair, which no engine, cache or reply can encode."""
    try:
        value.encode()
    except UnicodeEncodeError:
        message = "holds half of a surrogate pair, which is no character"
        raise ValueError(message) from None
    return value


Text: TypeAlias = Annotated[str, AfterValidator(_whole_characters)]
"""What somebody wrote, in any script."""


class _NullIsAbsent(BaseModel):
    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None}


class Strict(_NullIsAbsent):
    """Unknown keys are errors, so that a misspelt wish is never silently not followed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Lenient(_NullIsAbsent):
    """Unknown keys are kept in `model_extra`, to be named to the caller as ignored."""

    model_config = ConfigDict(frozen=True, extra="allow")
