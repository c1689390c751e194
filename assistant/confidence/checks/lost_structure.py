"""Headings, list items, table rows or links of the writer's text that the draft lost."""

from __future__ import annotations

from collections import Counter

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.checks.keeping import must_keep
from assistant.confidence.reading import REWRITING, Reading
from assistant.confidence.text.markup import Skeleton
from assistant.types import CheckResult, Task

_EXACT: frozenset[Task] = frozenset({"proofread", "translate"})
"""Tasks that change no more than words; others may join two list items."""

_LEAST_ITEMS = 3
"""A list of fewer items may as well be a sentence."""

_ENOUGH_ITEMS = 0.75
"""Share of the items that a rewrite keeps apart."""


def lost_structure(reading: Reading) -> CheckResult | None:
    """Applies to tasks that give the same Markdown back, unless another format is asked for."""
    if reading.request.format in {"plain", "html"} or reading.asked.items is not None:
        return None
    if not must_keep(reading, "structure", REWRITING):
        return None
    source = reading.asked.told.skeleton
    if not (source.headings or source.rows or source.targets or source.items >= _LEAST_ITEMS):
        return None
    lost = _lost(source, reading.told.skeleton, exact=reading.task in _EXACT)
    if lost:
        return failed("lost_structure", lost)
    return passed("lost_structure", "headings, lists, tables and links stand")


def _lost(source: Skeleton, written: Skeleton, *, exact: bool) -> str:
    if len(source.headings) != len(written.headings) or (
        exact and source.headings != written.headings
    ):
        return f"expected {len(source.headings)} headings as given, got {len(written.headings)}"
    if source.rows != written.rows and (exact or written.rows < source.rows):
        return f"expected {source.rows} table rows, got {written.rows}"
    least = source.items if exact else source.items * _ENOUGH_ITEMS
    if source.items >= _LEAST_ITEMS and written.items < least:
        return f"expected {source.items} list items, got {written.items}"
    missing = Counter(source.targets) - Counter(written.targets)
    if missing:
        return f"lost {sum(missing.values())} of {len(source.targets)} Markdown links"
    kept = tuple(target for target in written.targets if target in source.targets)
    if exact and kept != source.targets:
        return "Markdown links stand in another order"
    return ""
