"""Numbers of the writer's text that the draft lost."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.reading import REWRITING, Reading
from assistant.confidence.text.facts import number_kept, numbers
from assistant.types import CheckResult


def lost_numbers(reading: Reading) -> CheckResult | None:
    """Applies where the request keeps numbers, and to tasks that give the same text back.

    Summaries, shortened and expanded texts may leave numbers out unless told otherwise.
    """
    if not reading.words or not ("numbers" in reading.request.keep or reading.task in REWRITING):
        return None
    source = numbers(reading.source)
    if not source:
        return None
    spelled = set(reading.words)
    lost = [
        shown
        for digits, shown in source.items()
        if not number_kept(digits, reading.numbers, spelled)
    ]
    if lost:
        return failed("lost_numbers", f"lost: {quoted(lost)}")
    return passed("lost_numbers", f"all {len(source)} kept")
