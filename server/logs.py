"""How the server logs: structured lines on stderr, one per request, nothing that anybody wrote."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from assistant.telemetry import get_logger

SHOWN_FRAMES = 6
"""Innermost frames of an unforeseen error: enough to find the line, short enough for one log line."""

log = get_logger("server")


def configure_logging(form: Literal["auto", "console", "json"]) -> None:
    """Sends every logger of the process, uvicorn's too, through one format to stderr."""
    console = sys.stderr.isatty() if form == "auto" else form == "console"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages_of_exceptions,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if console
        else structlog.processors.JSONRenderer()
    )
    # Ours are written at once: a trip through the standard library's logging takes three times as long,
    # for two lines of every stored answer.
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _first_line],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    _route_uvicorn()


def report_failure(error: BaseException) -> None:
    """Logs an error that nobody foresaw: its class and where, not its words, which may quote a text."""
    log.error("request.failed", error=_class_name(error), where=_frames(error))


def _route_uvicorn() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(logging.INFO)
    # Its lines hold the raw path and query; `request.served` takes their place.
    logging.getLogger("uvicorn.access").disabled = True


def _without_messages_of_exceptions(
    _logger: WrappedLogger, _method: str, event: EventDict
) -> EventDict:
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["error"] = _class_name(error)
        event["where"] = _frames(error)
    return event


def _first_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The repr of lost exceptions, words and all, is what asyncio puts below its first line."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and not record.name.startswith("uvicorn"):
        event["event"] = str(event.get("event", "")).partition("\n")[0]
    return event


def _class_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-SHOWN_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
