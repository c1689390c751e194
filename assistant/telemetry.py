"""One way to log: events with numbers and names, never what a writer wrote."""

from __future__ import annotations

import structlog
from structlog.typing import FilteringBoundLogger


def get_logger(room: str) -> FilteringBoundLogger:
    """A logger whose events carry `room`; how and where they are written is the application's choice.

    Events are dotted and in the past tense (`draft.deferred`). Values are numbers, names, lengths and
    fingerprints; prompts and texts are never passed to a logger.
    """
    logger: FilteringBoundLogger = structlog.get_logger(room=room)
    return logger
