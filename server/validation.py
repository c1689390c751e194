"""Turns what pydantic found into one sentence with value, place and way out.

What a writer wrote is never repeated: long strings are told by their length only.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from server.schemas.drafts import DraftIn, LengthIn, StyleIn
from server.schemas.feedback import FeedbackIn
from server.schemas.upgrades import EscalateIn

MAX_SHOWN_CHARS = 40
"""Longer strings are somebody's text rather than a mistyped option."""

MAX_PATH_CHARS = 200
"""No path of ours is longer; one that is holds a key somebody put a text in."""

_KNOWN_KEYS: dict[str, tuple[str, ...]] = {
    "": tuple(DraftIn.model_fields),
    "length": tuple(LengthIn.model_fields),
    "style": tuple(StyleIn.model_fields),
}

_OTHER_BODIES: Mapping[str, tuple[type[BaseModel], str]] = {
    "/feedback": (FeedbackIn, "a verdict"),
    "/escalate": (EscalateIn, "an escalation"),
}
"""Bodies that refuse unknown keys, too, by the end of their route."""

_OUR_OWN = "Value error, "
"""What pydantic puts before the words of our own validators."""

_SENTENCES: Mapping[str, str] = {
    "json_invalid": "the body is not JSON",
    "missing": "{where} is missing",
    "too_short": "{where} needs at least {min_length}, got {value}",
    "too_long": "{where} takes at most {max_length}, got {value}",
    "model_attributes_type": "the body must be a JSON object, sent as content-type application/json",
    "model_type": "{where} must be an object, got {value}",
}
"""Where pydantic's own words would not help; every other kind is `{where}: {its words}, got {value}`."""


def describe(
    errors: Sequence[Mapping[str, Any]], *, body: object, route: str = ""
) -> tuple[str, str | None]:
    """One problem as a sentence, and the path of the field at fault (None: the whole body).

    `route` is the one that was asked, which tells what its body may hold.

    Of several the deepest is told: among the alternatives of a union that is the one meant.
    """
    error = max(errors, key=lambda found: len(found["loc"]))
    kind = str(error["type"])
    where = _path(error["loc"], body=body, kind=kind)
    if kind == "extra_forbidden":
        return _unknown_key(where, route=route), where
    if where is None and kind == "missing":
        return _SENTENCES["model_attributes_type"], None
    template = _SENTENCES.get(kind)
    value = _shown(error.get("input"))
    if template is not None:
        facts = error.get("ctx", {})
        return template.format_map({**facts, "where": where or "the body", "value": value}), where
    words = str(error["msg"]).removeprefix("Input ").removeprefix(_OUR_OWN)
    return f"{where or 'the body'} {words}, got {value}", where


def _path(loc: Sequence[int | str], *, body: object, kind: str) -> str | None:
    """The location as a client would write it, without pydantic's names for union members."""
    path = ""
    node = body
    for part in loc[1:] if kind != "json_invalid" else ():
        if isinstance(node, list) and isinstance(part, int) and 0 <= part < len(node):
            path += f"[{part}]"
            node = node[part]
        elif isinstance(node, dict) and (part in node or kind == "missing"):
            path += f".{part}" if path else str(part)
            node = node.get(part)
    # Keys may hold half characters, which JSON could not be encoded from.
    return path.encode(errors="backslashreplace").decode()[:MAX_PATH_CHARS] or None


def _unknown_key(where: str | None, *, route: str) -> str:
    parent, _, name = (where or "").rpartition(".")
    known, whole = _KNOWN_KEYS.get(parent, ()), "a draft request"
    for ending, (model, kind) in _OTHER_BODIES.items():
        if route.endswith(ending):
            known, whole = tuple(model.model_fields), kind
    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"known are {', '.join(known)}"
    shown = name if len(name) <= MAX_SHOWN_CHARS else name[:MAX_SHOWN_CHARS] + "…"
    return f"{shown!r} is not a key of {parent or whole}; {hint}"


def _shown(value: object) -> str:
    match value:
        case str() if len(value) > MAX_SHOWN_CHARS:
            return f"a text of {len(value)} characters"
        case str() | bool() | int() | float():
            return repr(value)[: MAX_SHOWN_CHARS + 2]
        case list() | tuple():
            return f"a list of {len(value)} items"
        case dict():
            return "an object"
        case _:
            return "null" if value is None else "something else"
