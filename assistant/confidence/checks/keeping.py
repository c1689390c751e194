"""When facts of the writer's text must be in the draft."""

from __future__ import annotations

from assistant.confidence.reading import REWRITING, Reading
from assistant.confidence.text.waived import Fact
from assistant.types import Keep, Task

SAME_LANGUAGE: frozenset[Task] = REWRITING - {"translate"}
"""Tasks that give the writer's own text back in its own words or near them."""


def must_keep(
    reading: Reading, fact: Fact, tasks: frozenset[Task], *, kept: Keep | None = None
) -> bool:
    """Whether a kind of fact is binding: the request keeps it, or the task gives the text back.

    The writer may waive it ("remove the links"), and a text asked to be much shorter than its source
    cannot keep everything; what the request keeps by name stays binding.
    """
    if not reading.source or not reading.words:
        return False
    if kept is not None and kept in reading.request.keep:
        return True
    asked = reading.asked
    return reading.task in tasks and fact not in asked.waived and not asked.condenses
