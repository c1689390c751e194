"""What a validation error means to the person who wrote the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from assistant.policy.consistency import Path, Problem, path_text
from assistant.policy.keys import Location, known_keys
from assistant.policy.nearest import near, way_out

LONGEST_VALUE: Final = 60
"""Characters of a wrong value that a message repeats."""

MANY_CHOICES: Final = 4
"""From so many on, a message that lists the choices also names the nearest one."""

_MAPPING: Final = "must be a mapping of keys to values"
_EXPECTED: Final = {
    "bool_type": "must be `true` or `false`",
    "dict_type": _MAPPING,
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "model_attributes_type": _MAPPING,
    "model_type": _MAPPING,
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    "too_short": "must not be empty",
    "tuple_type": "must be a list like `[a, b]`",
    "union_tag_invalid": "must be {expected_tags}",
    "wrong": "{message}",
}
_TIER_NAME: Final = "must be at most 32 of a-z, 0-9, `-` and `_`, and begin with a letter"


def problem_of(error: ErrorDetails) -> Problem:
    """The problem behind one validation error, at the key or value of the file that causes it."""
    path, kind = file_path(error["loc"]), error["type"]
    if path[-1] == "[key]":
        path = path[:-1]
        return Problem(path=path, text=f"tier name {path[-1]!r} {_TIER_NAME}", at_key=True)
    if kind == "extra_forbidden":
        text = f"unknown key {path[-1]!r}; {_known_key(error['loc'])}"
        return Problem(path=path, text=text, at_key=True)
    if kind in {"missing", "union_tag_not_found"}:
        lacking = path if kind == "missing" else (*path, "engine")
        return Problem(path=path, text=f"{path_text(lacking)} is missing; add it", at_key=True)
    key = "engine" if kind == "union_tag_invalid" else error.get("ctx", {}).get("key")
    value = error["input"] if key is None else _at(error["input"], key)
    path = path if key is None else (*path, key)
    return Problem(path=path, text=f"{_name(path)} {_what(error, value)}")


def file_path(loc: Location) -> Path:
    """`loc` without the engine that pydantic puts in after a tier's name."""
    return (*loc[:2], *loc[3:]) if loc[0] == "tiers" and "[key]" not in loc else loc


def _known_key(loc: Location) -> str:
    return way_out(str(loc[-1]), known_keys(loc[:-1]))


def _at(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None


def _name(path: Path) -> str:
    """The last key and the indices after it: `ladder[1]`."""
    words = [position for position, part in enumerate(path) if isinstance(part, str)]
    return path_text(path[words[-1] :] if words else path)


def _what(error: ErrorDetails, value: object) -> str:
    context: dict[str, Any] = {**error.get("ctx", {})}
    if error["type"] == "union_tag_invalid":
        context["expected_tags"] = context["expected_tags"].replace(", ", " or ")
    if error["type"] == "secret":
        return str(context["message"])
    template = _EXPECTED.get(error["type"])
    expected = error["msg"] if template is None else template.format(**context)
    got = "" if value is None and "key" in context else f", got {_shown(value)}"
    return f"{expected}{got}{_suggestion(expected, value)}"


def _suggestion(expected: str, value: object) -> str:
    choices = re.findall(r"'([^']*)'", expected)
    if not isinstance(value, str) or len(choices) < MANY_CHOICES:
        return ""
    candidate = near(value, choices)
    return "" if candidate is None else f"; did you mean {candidate!r}?"


def _shown(value: object) -> str:
    """A wrong value as YAML writes it, shortened; the inside of lists and mappings is left out."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            shortened = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}..."
            return repr(shortened)
        case Mapping():
            return "a mapping" if value else "an empty mapping"
        case tuple():
            return "a list" if value else "an empty list"
        case _:
            return str(value)[:LONGEST_VALUE]
