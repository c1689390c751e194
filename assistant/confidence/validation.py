"""Says what is wrong with a line of data in one sentence."""

from __future__ import annotations

from pydantic import ValidationError

_SHOWN_CHARACTERS = 40
"""Enough of a wrong value to find it, too little to leak a text."""


def first_problem(error: ValidationError) -> str:
    """The first problem as `field: what, value`; the way out is in pydantic's own words."""
    first = error.errors(include_url=False)[0]
    field = ".".join(map(str, first["loc"])) or "row"
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] in {"missing", "json_invalid"}:
        return f"{field}: {what}"
    value = repr(first["input"])
    if len(value) > _SHOWN_CHARACTERS:
        value = f"{value[:_SHOWN_CHARACTERS]}..."
    return f"{field}: {what}, got {value}"
