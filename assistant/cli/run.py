"""Runs one draft with a progress line, and prints the answer."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing

import anyio
import structlog
from pydantic import TypeAdapter
from rich.console import Console
from rich.status import Status

from assistant.cli.report import progress_text, report
from assistant.service import Assistant
from assistant.settings import Settings, read_settings
from assistant.types import (
    Answer,
    CacheControl,
    Delta,
    DraftCompleted,
    DraftRequest,
    Event,
    TierStarted,
)
from assistant.wiring import open_assistant


def run_draft(
    request: DraftRequest, *, policy: str | None, fresh: bool, as_json: bool, whole: bool
) -> None:
    """Prints the text to standard output, and its story to standard error unless `as_json`.

    On a terminal the text appears while it is written, unless `whole` texts are to be compared first.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    settings = read_settings(policy=policy)
    console = Console(stderr=True)
    control = CacheControl(no_cache=fresh)
    live = sys.stdout.isatty() and not (as_json or whole)
    answer = anyio.run(_draft, request, control, settings, console, live)
    if as_json:
        sys.stdout.write(TypeAdapter(Answer).dump_json(answer, indent=2).decode() + "\n")
        return
    sys.stdout.write("\n" if live else answer.text + "\n")
    sys.stdout.flush()
    console.print(report(answer))


async def _draft(
    request: DraftRequest,
    control: CacheControl,
    settings: Settings,
    console: Console,
    live: bool,
) -> Answer:
    with console.status("starting") as status:
        async with open_assistant(settings) as assistant:
            with ExitStack() as background:
                events = assistant.stream(request, control=control, live=live)
                return await _follow(assistant, events, status, background)


async def _follow(
    assistant: Assistant,
    told: AsyncGenerator[Event, None],
    status: Status,
    background: ExitStack,
) -> Answer:
    async with aclosing(told) as events:
        async for event in events:
            if isinstance(event, DraftCompleted):
                return event.answer
            if isinstance(event, TierStarted) and event.how == "first":
                # The scorer loads while the tier writes; a stored answer never waits for it.
                background.callback(asyncio.create_task(assistant.warm()).cancel)
            if isinstance(event, Delta):
                # The progress line would be drawn into the text.
                status.stop()
                sys.stdout.write(event.text)
                sys.stdout.flush()
            else:
                status.update(progress_text(event))
    message = "the run ended without an answer"
    raise AssertionError(message)
