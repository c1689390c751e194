"""Stops the work for a client that is gone: frameworks do so for streams, never for plain replies."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import Receive

Result = TypeVar("Result")


async def until_hangup(receive: Receive, work: Awaitable[Result]) -> Result:
    """The result of `work`, which is cancelled as soon as the client has gone.

    The request's body must have been read: `receive` is waited on for the disconnect alone.

    Raises:
        ClientDisconnect: nobody waits for the result any more.
    """
    results: list[Result] = []
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(cancel_at_hangup, receive, group.cancel_scope)
            results.append(await work)
            group.cancel_scope.cancel()
    except ExceptionGroup as failures:
        # The watcher raises nothing, so the one error is that of the work.
        raise first_cause(failures) from None
    if not results:
        raise ClientDisconnect
    return results[0]


def first_cause(failures: ExceptionGroup[Exception]) -> Exception:
    """The first single error in a group, which may hold groups of tasks within tasks."""
    error: Exception = failures
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


async def cancel_at_hangup(receive: Receive, scope: anyio.CancelScope) -> None:
    """Waits for the client to go, then cancels `scope`."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
