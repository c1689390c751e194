"""Waits for what can only be asked for."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import anyio

MS_PER_S = 1000.0


async def until(
    holds: Callable[[], Awaitable[bool]], *, within_s: float, every_s: float = 0.25
) -> float:
    """Milliseconds until it holds, asked for every `every_s` seconds.

    Raises:
        TimeoutError: it does not within that time.
    """
    began_s = time.monotonic()
    with anyio.fail_after(within_s):
        while True:
            if await holds():
                return ms_since(began_s)
            await anyio.sleep(every_s)


def ms_since(began_s: float) -> float:
    """Milliseconds since a reading of the monotonic clock, to a tenth."""
    return round((time.monotonic() - began_s) * MS_PER_S, 1)
