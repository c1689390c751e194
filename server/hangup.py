"""Stops the work for a client that is gone: frameworks do so for streams, never for plain replies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import Receive

Result = TypeVar("Result")

WATCHED_AFTER_S: Final = 0.05
"""Stored answers are there by then, and a task that watches costs more than finding one does."""


async def until_hangup(receive: Receive, work: Awaitable[Result]) -> Result:
    """The result of `work`, which is cancelled soon after the client has gone.

    The request's body must have been read: `receive` is waited on for the disconnect alone.

    Raises:
        ClientDisconnect: nobody waits for the result any more.
    """
    watching: list[asyncio.Task[None]] = []
    scope = anyio.CancelScope()

    def watch() -> None:
        watching.append(asyncio.create_task(cancel_at_hangup(receive, scope)))

    timer = asyncio.get_running_loop().call_later(WATCHED_AFTER_S, watch)
    try:
        with scope:
            return await work
    except ExceptionGroup as failures:
        raise first_cause(failures) from None
    finally:
        timer.cancel()
        for task in watching:
            task.cancel()
    raise ClientDisconnect


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
