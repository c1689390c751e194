"""The strictness shared by every part of a policy."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Strict(BaseModel):
    """Frozen, without unknown keys or silent conversions; described by its attribute docstrings."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        use_attribute_docstrings=True,
    )


def wrong(message: str, *, key: str | None = None, secret: bool = False) -> PydanticCustomError:
    """A validator's error that is told as it is.

    `key` is where to report a rule between several keys of one mapping; the value of a `secret` is
    left out of the report.
    """
    return PydanticCustomError(
        "secret" if secret else "wrong", "{message}", {"message": message, "key": key}
    )
