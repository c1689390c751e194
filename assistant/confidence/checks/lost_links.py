"""Links of the writer's text that the draft lost."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.reading import REWRITING, Reading
from assistant.confidence.text.facts import links
from assistant.types import CheckResult


def lost_links(reading: Reading) -> CheckResult | None:
    """Applies where the request keeps links, and to tasks that give the same text back."""
    if not reading.words or not ("links" in reading.request.keep or reading.task in REWRITING):
        return None
    source = links(reading.source)
    if not source:
        return None
    lost = [link for link in source if link not in reading.text]
    if lost:
        return failed("lost_links", f"lost: {quoted(lost)}")
    return passed("lost_links", f"all {len(source)} kept")
