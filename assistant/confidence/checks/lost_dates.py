"""Dates and weekdays of the writer's text that the draft lost."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.checks.keeping import must_keep
from assistant.confidence.reading import REWRITING, Reading
from assistant.confidence.text.dates import kept_date
from assistant.types import CheckResult

_KNOWN = frozenset({"en", "de", "fr", "es", "it"})
"""Languages whose months and weekdays are known; a translation into another is not judged."""


def lost_dates(reading: Reading) -> CheckResult | None:
    """Applies to tasks that give the same text back; any notation of the same day keeps a date."""
    if not must_keep(reading, "dates", REWRITING) or not reading.asked.told.dates:
        return None
    if reading.task == "translate" and reading.language[0] not in _KNOWN:
        return None
    source, written = reading.asked.told.dates, reading.told.dates
    wished, words = reading.asked.wished.dates, reading.told.word_set
    lost = [
        date.shown
        for date in source
        if not kept_date(date, written, words) and not kept_date(date, wished, frozenset())
    ]
    if lost:
        return failed("lost_dates", f"lost: {quoted(dict.fromkeys(lost))}")
    return passed("lost_dates", f"all {len(source)} kept")
