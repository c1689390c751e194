"""Names of the writer's text that the draft lost."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.reading import Reading
from assistant.confidence.text.facts import name_kept, names
from assistant.types import CheckResult, Task

_SAME_LANGUAGE_REWRITING: frozenset[Task] = frozenset({"rewrite", "proofread", "tone"})


def lost_names(reading: Reading) -> CheckResult | None:
    """Applies where the request keeps names, and to rewriting within one language.

    Translations may write a name differently, so there it must be asked for.
    """
    applies = "names" in reading.request.keep or reading.task in _SAME_LANGUAGE_REWRITING
    if not reading.words or not applies:
        return None
    source = names(reading.source)
    if not source:
        return None
    folded = reading.text.casefold().replace("\u2019", "'")
    lost = [name for name in source if not name_kept(name, folded)]
    if lost:
        return failed("lost_names", f"lost: {quoted(lost)}")
    return passed("lost_names", f"all {len(source)} kept")
