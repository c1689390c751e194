"""The one shape of every error reply, and its place in the API description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class ErrorDetail(BaseModel):
    """What went wrong, for people (`message`) and for programs (`type`, `code`, `param`)."""

    message: str
    type: str
    param: str | None = Field(
        description="Path of the field at fault, such as messages[0].content."
    )
    code: str | None


class ErrorBody(BaseModel):
    """Body of every reply with a status of 400 or above."""

    error: ErrorDetail


_WITH_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}

_DESCRIPTIONS: dict[int, str] = {
    400: "The request must be changed; `param` says where.",
    401: "No key, or one that is unknown or revoked.",
    403: "The policy or the origin forbids it.",
    404: "There is no such model, draft or path.",
    405: "The path does not answer this method.",
    409: "No larger tier is left to write a better text.",
    413: "The body is longer than this server takes.",
    429: "The queue of every tier that was asked is full.",
    500: "A fault of the server; the reply's x-request-id finds it in the log.",
    503: "No tier can write now, or the store of records does not answer.",
    504: "The deadline passed, or only a cached answer was wanted and there is none.",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may reply with these error statuses."""
    return {
        status: {
            "model": ErrorBody,
            "description": _DESCRIPTIONS[status],
            **({"headers": _WITH_RETRY_AFTER} if status in (429, 503) else {}),
        }
        for status in statuses
    }


ASKED = (401, 405, 500)
"""Statuses any route behind a key can reply with."""

WRITING = (400, 401, 403, 404, 405, 413, 429, 500, 503, 504)
"""Statuses of the routes that make a tier write."""
