"""Runs calls, so many at a time, and keeps the time of the whole."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import anyio

from assistant.errors import AssistantError

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRun(Generic[Result]):
    """What the calls returned, in the order of their ends; `wall_s` from first start to last end."""

    wall_s: float
    results: tuple[Result, ...]


async def run_load(
    calls: Sequence[Callable[[], Awaitable[Result]]],
    *,
    concurrency: int,
    clock: Callable[[], float] = time.perf_counter,
    done: Callable[[int], None] = lambda _: None,
) -> LoadRun[Result]:
    """All calls, `concurrency` at a time: a closed loop, each client sends its next when one ended.

    The clients start together. `done` hears how many calls have ended, after each. `clock` in seconds.

    Raises:
        AssistantError: of the call that failed first; the others are cancelled.
    """
    waiting = iter(calls)
    results: list[Result] = []
    failures: list[AssistantError] = []

    async def client() -> None:
        for call in waiting:
            try:
                result = await call()
            except AssistantError as error:
                failures.append(error)
                clients.cancel_scope.cancel()
                return
            results.append(result)
            done(len(results))

    started = clock()
    async with anyio.create_task_group() as clients:
        for _ in range(min(concurrency, len(calls))):
            clients.start_soon(client)
    wall_s = clock() - started
    if failures:
        raise failures[0]
    return LoadRun(wall_s=wall_s, results=tuple(results))
