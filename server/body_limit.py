"""Refuses bodies that are too long, whether they say so or just keep coming.

Starlette's own limit answers in plain text; here every error has one shape.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import too_large


class BodyLimit:
    """Counts the bytes of each request body and answers 413 above `max_bytes`."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes requests on, with a body that ends the request when it grows too long."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        problem = too_large(self._max_bytes)
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._max_bytes:
            await problem.response()(scope, receive, send)
            return
        read_bytes = 0

        async def counted() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > self._max_bytes:
                # FastAPI lets this one error pass out of its reading of the body.
                raise HTTPException(problem.status, problem.message)
            return message

        await self._app(scope, counted, send)
