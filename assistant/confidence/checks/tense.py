"""Told in another tense than asked, or than the writer's own narration."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.checks.person import KEEPS_VOICE
from assistant.confidence.reading import Reading
from assistant.types import CheckResult


def tense(reading: Reading) -> CheckResult | None:
    """Fails only where one tense clearly rules the text and another was wanted."""
    wanted = reading.asked.tense
    kept = wanted or _of_source(reading)
    if kept is None or not reading.words:
        return None
    told = reading.voice.tense
    if told is not None and told != kept:
        origin = "asked for" if wanted else "the text is in"
        return failed("tense", f"{origin} the {kept} tense, got the {told} tense")
    return passed("tense", f"keeps the {kept} tense")


def _of_source(reading: Reading) -> str | None:
    if reading.task not in KEEPS_VOICE or not reading.source:
        return None
    if reading.asked.changes_voice:
        return None
    return reading.asked.source_voice.tense
