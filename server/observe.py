"""Around every request: its id, its one log line, its metrics, and a net under unforeseen errors."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from typing import Any, cast

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.types import Caller
from server.errors import CLIENT_CLOSED_REQUEST, INTERNAL
from server.logs import log, report_failure
from server.metrics import Metrics

UNMATCHED = "unmatched"
"""Route of requests that no route took: their path may hold anything."""

_SANE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Observe:
    """Logs and counts each request when it is over, however it ends."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; its id and start are in the request's state."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = _request_id(Headers(scope=scope).get("x-request-id"))
        state = scope.setdefault("state", {})
        state.update(request_id=request_id, began=began)
        # Nobody was answered unless a status line was sent: the client hung up.
        status = CLIENT_CLOSED_REQUEST

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        self._metrics.started()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, noting)
            finally:
                seconds = time.perf_counter() - began
                self._metrics.served(route=route_of(scope), status=status, seconds=seconds)
                log.info("request.served", **_line(scope, state, status=status, seconds=seconds))


class SafetyNet:
    """Answers 500 for what no handler knows, and logs its class and place but not its words."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        # Left alone, the server would print the traceback, whose message may quote a writer.
        except Exception as error:  # noqa: BLE001
            report_failure(error)
            scope.setdefault("state", {})["error_code"] = INTERNAL.code
            if not started:
                await INTERNAL.response()(scope, receive, send)


def route_of(scope: Mapping[str, Any]) -> str:
    """The template of the route that took the request, such as /v1/models/{name}."""
    return str(getattr(scope.get("route"), "path", UNMATCHED))


def seconds_since_start(scope: Mapping[str, Any]) -> float:
    """Time since the request came in."""
    return time.perf_counter() - cast(float, scope["state"]["began"])


def _request_id(given: str | None) -> str:
    return given if given and _SANE_ID.fullmatch(given) else secrets.token_hex(8)


def _line(
    scope: Scope, state: Mapping[str, Any], *, status: int, seconds: float
) -> dict[str, object]:
    caller = cast(Caller | None, state.get("caller"))
    line: dict[str, object] = {
        "method": scope["method"] if scope["method"] in _KNOWN_METHODS else "other",
        "route": route_of(scope),
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    if caller is not None:
        line |= {"tenant": caller.tenant, "user": caller.user}
    if code := state.get("error_code"):
        line["code"] = code
    return line
