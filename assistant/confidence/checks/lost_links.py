"""Links of the writer's text that the draft lost."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.checks.keeping import must_keep
from assistant.confidence.reading import REWRITING, Reading
from assistant.types import CheckResult


def lost_links(reading: Reading) -> CheckResult | None:
    """Applies where the request keeps links, and to tasks that give the same text back."""
    if not must_keep(reading, "links", REWRITING, kept="links"):
        return None
    source = reading.asked.told.links
    if not source:
        return None
    folded = reading.text.casefold()
    lost = [link for link in source if _bare(link) not in folded]
    if lost:
        return failed("lost_links", f"lost: {quoted(lost)}")
    return passed("lost_links", f"all {len(source)} kept")


def _bare(link: str) -> str:
    # A closing slash and the scheme change nothing about where a link leads.
    return link.casefold().removeprefix("https://").removeprefix("http://").rstrip("/")
