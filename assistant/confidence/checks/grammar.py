"""Slips of English grammar and spelling."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.reading import Reading
from assistant.confidence.text.slips import slips
from assistant.types import CheckResult

_LEAST_SLIPS = 2
"""One may be a quotation or a character's way of speaking."""

_PER_HUNDRED = 0.75
"""Slips per hundred words from which a text is careless; careful ones have none at all."""


def grammar(reading: Reading) -> CheckResult | None:
    """Counts slips per hundred words; proofreading leaves none."""
    if not reading.words:
        return None
    found = slips(reading.told.marked.prose, reading.told.word_set)
    rate = 100 * len(found) / len(reading.words)
    proofread = reading.task == "proofread"
    if found and (proofread or (len(found) >= _LEAST_SLIPS and rate >= _PER_HUNDRED)):
        return failed("grammar", f"{rate:.1f} slips per 100 words: {quoted(found)}")
    return passed("grammar", f"{len(found)} slips in {len(reading.words)} words")
