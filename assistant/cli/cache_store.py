"""Opens the installation's cache for a command, and runs what it does there."""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import anyio
import structlog

from assistant.settings import read_settings

if TYPE_CHECKING:
    from assistant.cache.admin import CacheAdmin

T = TypeVar("T")


def on_cache(work: Callable[[CacheAdmin], Awaitable[T]]) -> T:
    """What `work` gives; the environment says where the cache is. Errors as of `CacheAdmin`."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    settings = read_settings()

    async def run() -> T:
        from assistant.wiring import open_cache_admin

        async with open_cache_admin(settings) as admin:
            return await work(admin)

    return anyio.run(run)
