"""Waits for what tells nobody when it comes true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import anyio

PAUSE_S: Final = 0.002
"""Between two looks: a loop that never pauses keeps the threads of this process from their work."""


async def until(holds: Callable[[], bool]) -> None:
    """Returns once it does; a deadline is for the caller to set."""
    while not holds():  # noqa: ASYNC110 - there is no event to wait for
        await anyio.sleep(PAUSE_S)
