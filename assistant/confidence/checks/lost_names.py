"""Names of the writer's text that the draft lost."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.checks.keeping import SAME_LANGUAGE, must_keep
from assistant.confidence.reading import Reading
from assistant.confidence.text.facts import name_kept
from assistant.types import CheckResult


def lost_names(reading: Reading) -> CheckResult | None:
    """Applies where the request keeps names, and to rewriting within one language.

    Translations may write a name differently, so there it must be asked for. "Ms Raman" keeps "Priya
    Raman": the last word of a name stands for all of it.
    """
    if not must_keep(reading, "names", SAME_LANGUAGE, kept="names"):
        return None
    source = reading.asked.told.name_runs
    if not source:
        return None
    words = frozenset(reading.words)
    wished = reading.asked.wished.word_set
    lost = [
        " ".join(run)
        for run in source
        if run[-1].casefold() not in wished and not name_kept(run[-1], words, reading.said)
    ]
    if lost:
        return failed("lost_names", f"lost: {quoted(lost)}")
    return passed("lost_names", f"all {len(source)} kept")
