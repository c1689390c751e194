"""Lets pages of listed origins call, their preflights answered without a key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from server.answer_headers import EXPOSED_HEADERS
from server.errors import forbidden_origin

METHODS = ("GET", "POST", "DELETE")
PREFLIGHT_AGE_S = 600
"""Ten minutes without asking again: Chromium's and Firefox's caches hold at least that."""

_BODY_HEADERS = ("content-length", "content-type")


def origin_pattern(origins: Sequence[str]) -> str:
    """A regular expression for the listed origins; `*` stands for any run without a slash."""
    return "|".join(
        ".*" if origin == "*" else re.escape(origin).replace(r"\*", "[^/]*") for origin in origins
    )


class Cors(CORSMiddleware):
    """Starlette's middleware, with empty 204 preflights and refusals in our one error shape."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origin_regex=origin_pattern(origins),
            allow_methods=METHODS,
            allow_headers=["*"],
            allow_private_network=True,
            expose_headers=EXPOSED_HEADERS,
            max_age=PREFLIGHT_AGE_S,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """204 with what is allowed, or 403."""
        answer = super().preflight_response(request_headers)
        headers = {
            name: value for name, value in answer.headers.items() if name not in _BODY_HEADERS
        }
        if answer.status_code == HTTPStatus.OK:
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
        refusal: Response = forbidden_origin().response()
        refusal.headers.update(headers)
        return refusal
