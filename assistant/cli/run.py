"""Runs one draft with a progress line, and prints the answer."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack, aclosing

import anyio
import structlog
from pydantic import TypeAdapter
from rich.console import Console

from assistant.cli.report import progress_text, report
from assistant.service import Assistant
from assistant.settings import Settings, read_settings
from assistant.types import (
    Answer,
    CacheControl,
    DraftCompleted,
    DraftRequest,
    TierStarted,
)
from assistant.wiring import open_assistant


def run_draft(request: DraftRequest, *, policy: str | None, fresh: bool, as_json: bool) -> None:
    """Prints the text to standard output, and its story to standard error unless `as_json`."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    settings = read_settings(policy=policy)
    console = Console(stderr=True)
    control = CacheControl(no_cache=fresh)
    answer = anyio.run(_draft, request, control, settings, console)
    if as_json:
        sys.stdout.write(TypeAdapter(Answer).dump_json(answer, indent=2).decode() + "\n")
        return
    sys.stdout.write(answer.text + "\n")
    sys.stdout.flush()
    console.print(report(answer))


async def _draft(
    request: DraftRequest, control: CacheControl, settings: Settings, console: Console
) -> Answer:
    with console.status("starting") as status:
        async with open_assistant(settings) as assistant:
            with ExitStack() as background:
                return await _follow(assistant, request, control, status.update, background)


async def _follow(
    assistant: Assistant,
    request: DraftRequest,
    control: CacheControl,
    show: Callable[[str], None],
    background: ExitStack,
) -> Answer:
    async with aclosing(assistant.stream(request, control=control)) as events:
        async for event in events:
            if isinstance(event, DraftCompleted):
                return event.answer
            if isinstance(event, TierStarted) and event.rung == 0:
                # The scorer loads while the tier writes; a stored answer never waits for it.
                background.callback(asyncio.create_task(assistant.warm()).cancel)
            show(progress_text(event))
    message = "the run ended without an answer"
    raise AssertionError(message)
