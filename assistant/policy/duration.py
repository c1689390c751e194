"""Durations as people write them (`500ms`, `60s`, `2m`, `24h`), seconds as a float in code."""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

from pydantic import (
    BeforeValidator,
    PlainSerializer,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from assistant.policy.base import wrong

FROM_FILE: Final = {"from_file": True}
"""Validation context of text from a file, where a number without a unit is refused."""

SHORTEST_S: Final = 0.001
"""A millisecond: nothing here is timed more finely."""

LONGEST_S: Final = 366 * 86_400.0
"""A year: whatever is longer is a slip of the unit."""


_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
PATTERN: Final = r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$"
_DURATION: Final = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>ms|s|m|h|d)")
_EXPECTED: Final = "must be a number with its unit (ms, s, m, h, d) like `500ms`, `60s` or `24h`"


def seconds_of(text: str) -> float:
    """Seconds in `text`.

    Raises:
        ValueError: `text` is not a number directly followed by a unit.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(_EXPECTED)
    number, unit = float(match["number"]), match["unit"]
    # Dividing keeps 500ms exactly 0.5; a product with 0.001 would not.
    return number / 1000 if unit == "ms" else number * _SECONDS[unit]


def text_of(seconds: float) -> str:
    """The shortest exact way to write `seconds`; `seconds_of` reads it back unchanged."""
    for unit in ("h", "m"):
        count = seconds / _SECONDS[unit]
        if count >= 1 and count.is_integer():
            return f"{count:.0f}{unit}"
    if seconds.is_integer():
        return f"{seconds:.0f}s"
    return f"{seconds!r}s"


def _validate(value: object, info: ValidationInfo) -> float:
    seconds = _read(value, from_file=info.context == FROM_FILE)
    if not SHORTEST_S <= seconds <= LONGEST_S:
        message = "must be between `1ms` and `366d`"
        raise wrong(message)
    return seconds


def _read(value: object, *, from_file: bool) -> float:
    if isinstance(value, str):
        try:
            return seconds_of(value)
        except ValueError as error:
            raise wrong(str(error)) from error
    if isinstance(value, int | float) and not isinstance(value, bool) and not from_file:
        return float(value)
    raise wrong(_EXPECTED)


Duration: TypeAlias = Annotated[
    float,
    BeforeValidator(_validate),
    PlainSerializer(text_of, return_type=str),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["500ms", "60s", "24h"]}),
]
"""Seconds between a millisecond and a year."""


def _nothing_or_duration(value: object, duration: ValidatorFunctionWrapHandler) -> object:
    nothing = value == "0s" or (value == 0 and not isinstance(value, bool))
    return 0.0 if nothing else duration(value)


DurationOrZero: TypeAlias = Annotated[
    Duration,
    WrapValidator(_nothing_or_duration),
    WithJsonSchema(
        # A pattern binds texts only, the limits numbers only.
        {
            "type": ["string", "integer"],
            "pattern": PATTERN,
            "minimum": 0,
            "maximum": 0,
            "examples": ["24h", "0"],
        }
    ),
]
"""A duration, or 0 for not at all."""
