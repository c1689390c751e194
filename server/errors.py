"""One table from errors to HTTP: status, type, code, headers. Every error reply is made here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from assistant.cache.flights.base import FlightsClosed
from assistant.errors import (
    AllTiersFailed,
    AssistantError,
    ContextTooLong,
    DeadlineExceeded,
    EmbeddedError,
    NotCached,
    RecordsUnavailable,
    RequestError,
    TierError,
    TierOverloaded,
    TierRejected,
)
from server.logs import report_failure
from server.validation import describe

DEFAULT_RETRY_S = 5
"""A tier that said nothing is loading or restarting: seconds, not milliseconds, but no minute."""

MAX_RETRY_S = 3600
"""Whatever a tier asks for, an hour later it is worth another try."""

CLIENT_CLOSED_REQUEST = 499
"""Never reaches anyone; names hung-up requests in logs and metrics, as nginx does."""

_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
_CODES: Mapping[int, str] = {
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
}
_STATUS_OF_CODE: Mapping[str, int] = {
    "model_not_found": 404,
    "not_found": 404,
    "policy_denied": 403,
    "top_of_ladder": 409,
}
"""Codes of a RequestError that mean more than a wrong request (400)."""

_ENGINE_FOUND_IT_INVALID = (400, 422)
"""Statuses of an engine that blame the request, not our key or address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error reply before it is bytes."""

    status: int
    message: str
    code: str | None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the reply."""
        fallback = (
            "server_error"
            if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            else "invalid_request_error"
        )
        return {
            "error": {
                "message": self.message,
                "type": _TYPES.get(self.status, fallback),
                "param": self.param,
                "code": self.code,
            }
        }

    def response(self) -> JSONResponse:
        """The reply."""
        return JSONResponse(self.body, status_code=self.status, headers=dict(self.headers))


INTERNAL = Problem(
    status=500,
    message="the server failed; its log tells more under the x-request-id of this reply",
    code="internal_error",
)


def problem_of(error: Exception) -> Problem:
    """What the client is told about an error; one that nobody foresaw tells nothing of its inside."""
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return _TABLE[kind](error)
    return INTERNAL


def _retry_after(seconds: float | None) -> dict[str, str]:
    wait_s = DEFAULT_RETRY_S if seconds is None else seconds
    # In this order, what is not a number becomes 1: an error reply must not fail itself.
    return {"retry-after": str(math.ceil(min(MAX_RETRY_S, max(1, wait_s))))}


def _wrong_request(error: RequestError) -> Problem:
    return Problem(
        status=_STATUS_OF_CODE.get(error.code, 400),
        message=error.message,
        param=error.param,
        code=error.code,
    )


def _invalid(error: RequestValidationError) -> Problem:
    message, param = describe(error.errors(), body=error.body, route=error.endpoint_path or "")
    return Problem(status=400, message=message, param=param, code="invalid_request")


def _context_too_long(error: ContextTooLong) -> Problem:
    told = error.context_tokens is not None and error.prompt_tokens is not None
    start = (
        f"This model's maximum context length is {error.context_tokens} tokens. However, your"
        f" messages resulted in {error.prompt_tokens} tokens."
        if told
        else "Your messages exceed this model's maximum context length."
    )
    return Problem(
        status=400,
        # The wording is OpenAI's: clients search it for the numbers to shorten by.
        message=f"{start} Please reduce the length of the messages.",
        param="messages",
        code="context_length_exceeded",
    )


def _overloaded(error: TierOverloaded) -> Problem:
    return Problem(
        status=429,
        message=f"the queue of tier {error.tier!r} is full; try again after the Retry-After time",
        code="overloaded",
        headers=_retry_after(error.retry_after_s),
    )


def _tier_down(error: TierError) -> Problem:
    return Problem(
        status=503,
        message=f"tier {error.tier!r} cannot write now; try again after the Retry-After time",
        code="tier_unavailable",
        headers=_retry_after(None),
    )


def _all_failed(error: AllTiersFailed) -> Problem:
    """503, unless every tier says the same: that it is busy, or that the request is the problem."""
    tiers = ", ".join(repr(cause.tier) for cause in error.causes)
    if error.causes and all(isinstance(cause, TierOverloaded) for cause in error.causes):
        return Problem(
            status=429,
            message=f"every queue is full (tried {tiers}); try again after the Retry-After time",
            code="overloaded",
            headers=_retry_after(error.retry_after_s),
        )
    too_long = [cause for cause in error.causes if isinstance(cause, ContextTooLong)]
    if too_long and len(too_long) == len(error.causes):
        return _context_too_long(max(too_long, key=lambda cause: cause.context_tokens or 0))
    if error.causes and all(
        isinstance(cause, TierRejected) and cause.status in _ENGINE_FOUND_IT_INVALID
        for cause in error.causes
    ):
        message = "the engine of every tier refuses this request as invalid; simplify its options"
        return Problem(status=400, message=message, code="rejected_by_engine")
    return Problem(
        status=503,
        message=f"no tier can write now (tried {tiers}); try again after the Retry-After time",
        code="all_tiers_failed",
        headers=_retry_after(error.retry_after_s),
    )


def _too_late(error: DeadlineExceeded) -> Problem:
    return Problem(status=504, message=str(error), param="deadline_ms", code="deadline_exceeded")


def _not_cached(_: NotCached) -> Problem:
    message = "only a cached answer was asked for and there is none; leave out only-if-cached"
    return Problem(status=504, message=message, code="not_cached")


def _embedded(_: EmbeddedError) -> Problem:
    message = "the embedded engine does not run; /readyz names what is down"
    return Problem(
        status=503, message=message, code="engine_unavailable", headers=_retry_after(None)
    )


def _records_down(_: RecordsUnavailable) -> Problem:
    message = "the store of decision records does not answer; try again after the Retry-After time"
    return Problem(
        status=503, message=message, code="records_unavailable", headers=_retry_after(None)
    )


def _stopping(_: FlightsClosed) -> Problem:
    message = "this server is stopping; try again after the Retry-After time"
    return Problem(status=503, message=message, code="stopping", headers=_retry_after(None))


def _http(error: HTTPException) -> Problem:
    message = str(error.detail)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.BAD_REQUEST:
        message = "the body cannot be read as JSON in UTF-8"
    elif error.status_code == HTTPStatus.NOT_FOUND:
        message = "there is nothing at this path; /openapi.json lists the paths"
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        message = f"this path answers {headers.get('Allow', 'other methods')} only"
    return Problem(
        status=error.status_code,
        message=message,
        code=_CODES.get(error.status_code, "invalid_request"),
        headers=headers,
    )


_TABLE: dict[type, Callable[[Any], Problem]] = {
    RequestError: _wrong_request,
    RequestValidationError: _invalid,
    ContextTooLong: _context_too_long,
    TierOverloaded: _overloaded,
    TierError: _tier_down,
    AllTiersFailed: _all_failed,
    DeadlineExceeded: _too_late,
    NotCached: _not_cached,
    EmbeddedError: _embedded,
    RecordsUnavailable: _records_down,
    FlightsClosed: _stopping,
    HTTPException: _http,
}


def unauthorized(message: str) -> Problem:
    """401, with the header that tells clients to send a key."""
    return Problem(
        status=401, message=message, code="invalid_api_key", headers={"www-authenticate": "Bearer"}
    )


def forbidden_origin() -> Problem:
    """403 for a page whose origin is not listed."""
    message = "pages of this origin may not call; list it in INKLADDER_CORS_ORIGINS"
    return Problem(status=403, message=message, code="origin_denied")


def too_large(limit: int) -> Problem:
    """413 for a body of more than `limit` bytes.

    The connection is not closed: that would reset it under a client that is still sending, which
    then never sees this reply.
    """
    message = f"the body is longer than {limit} bytes; send less text at a time"
    return Problem(status=413, message=message, code="request_too_large")


def install(app: FastAPI, *, count: Callable[[Exception], None]) -> None:
    """Makes every error that a route raises become its reply, and be counted."""

    async def reply(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem is INTERNAL:
            report_failure(error)
        count(error)
        request.state.error_code = problem.code
        return problem.response()

    for kind in (AssistantError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, reply)
    app.add_exception_handler(ClientDisconnect, _nobody_listens)


async def _nobody_listens(_request: Request, _error: Exception) -> Response:
    return Response(status_code=CLIENT_CLOSED_REQUEST)
