"""Opens what requests share when the server starts, and closes it when it stops."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from server.deps import AssistantLike, State
from server.metrics import Metrics
from server.settings import HttpSettings

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[State]]


def lifespan_of(
    *, settings: HttpSettings, metrics: Metrics, assistant: AssistantLike | None
) -> Lifespan:
    """The app's lifespan: over the given assistant, or one opened from the environment."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            serving = assistant or await _opened(stack)
            metrics.watch_drift(serving.drift)
            metrics.watch_records(lambda: serving.records_dropped)
            metrics.watch_cache(serving.cache_report)
            gc.freeze()
            yield State(
                assistant=serving,
                metrics=metrics,
                settings=settings,
                created=int(time.time()),
            )

    return lifespan


async def _opened(stack: AsyncExitStack) -> AssistantLike:
    # Here rather than above: the HTTP surface can be described and tested without any engine.
    from assistant.settings import Settings, read
    from assistant.wiring import open_assistant

    opened = await stack.enter_async_context(open_assistant(read(Settings)))
    warming = asyncio.create_task(_warmed(opened.warm))
    stack.callback(warming.cancel)
    return opened


async def _warmed(warm: Callable[[], Awaitable[None]]) -> None:
    await warm()
    # What is loaded by now stays: looking through it for garbage, libraries and all, would hold up
    # requests for a tenth of a second now and then.
    gc.freeze()
