"""Citations and footnotes that the draft lost or made up."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.checks.keeping import must_keep
from assistant.confidence.reading import REWRITING, Reading
from assistant.types import CheckResult


def lost_citations(reading: Reading) -> CheckResult | None:
    """Applies where the request keeps citations, and to tasks that give the same text back."""
    if not must_keep(reading, "citations", REWRITING, kept="citations"):
        return None
    source = reading.asked.told.citations
    if not source:
        return None
    written = reading.told.citations
    lost = [
        shown for key, shown in source.items() if key not in written and not _said(key, reading)
    ]
    if lost:
        return failed("lost_citations", f"lost: {quoted(lost)}")
    given = reading.asked.given.citations
    invented = [shown for key, shown in written.items() if key not in given]
    if invented and reading.task in REWRITING:
        return failed("lost_citations", f"not in the source: {quoted(invented)}")
    return passed("lost_citations", f"all {len(source)} kept")


def _said(key: str, reading: Reading) -> bool:
    # "As Smith and Lee showed in 2019" names author and year apart.
    author, _, year = key.partition(" ")
    return author in reading.told.word_set and year in reading.told.word_set
