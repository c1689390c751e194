"""Features of what was asked: how much, how it was met, and how hard it was to begin with."""

from __future__ import annotations

import math
import re

from assistant.confidence.checks.items import counted
from assistant.confidence.checks.length import measured
from assistant.confidence.features.base import NAN, Feature, View
from assistant.confidence.reading import AT_CURSOR, LISTS, REWRITING
from assistant.confidence.text.forms import Form

_FEW_WORDS = 25.0
"""Below this an answer of prose is suspiciously short when no length was asked; a polite email has
forty words and more."""

_TERSE: frozenset[Form] = frozenset(["haiku", "verse", "JSON", "table", "bullets", "numbered list"])
"""Forms that may be complete in a few words."""

_SUMMARY_SHARE = 0.2
"""A summary of a short text may be a fifth of it."""

_FACTOR_CAP = math.log(8)
"""A text eight times too short is as wrong as one thirty times too short."""

_BIG_ASK_WORDS = 1000
"""Models of the data rarely write more in one go: asking for it is asking for a shortfall."""

_LONG_INSTRUCTION_WORDS = 60
"""A request this long names several things to get right; each doubling adds as much again."""

_LONG_SOURCE_WORDS = 300
"""A page. Each doubling beyond it is as much again to read, keep in mind and get wrong."""

_FORMULA = re.compile(r"[=^\\]")
_FORMULA_CAP = 0.05
"""One formula mark in twenty characters is mathematics throughout."""


def _far_too_short(view: View) -> float:
    reading = view.reading
    unbounded = LISTS | REWRITING | {"shorten", "fill"}
    if not reading.words:
        # Whatever was asked for, nothing is too little of it.
        return math.log(_FEW_WORDS)
    if reading.demand or reading.task in unbounded:
        return NAN
    if not _TERSE.isdisjoint(reading.asked.forms):
        return NAN
    if reading.task in AT_CURSOR and not reading.instruction:
        # A completion while typing; one that was asked for in words is a text.
        return NAN
    few = _FEW_WORDS
    if reading.task == "summarize" and reading.source_words:
        few = min(few, len(reading.source_words) * _SUMMARY_SHARE)
    return max(0.0, math.log(few / len(reading.words)))


def _times_short(view: View) -> float:
    demand = view.reading.demand
    if demand is None or not view.reading.words:
        return NAN
    got = max(1, measured(view.reading, demand))
    return min(_FACTOR_CAP, math.log(max(1.0, demand.low / got)))


def _times_long(view: View) -> float:
    demand = view.reading.demand
    if demand is None or not view.reading.words:
        return NAN
    got = max(1, measured(view.reading, demand))
    return min(_FACTOR_CAP, math.log(max(1.0, got / demand.high)))


def _items_missing(view: View) -> float:
    asked = view.reading.items_asked
    got = counted(view.reading) if asked else None
    return NAN if asked is None or got is None else max(0.0, 1 - got / asked)


def _big_ask(view: View) -> float:
    demand = view.reading.demand
    if demand is None or demand.unit != "words":
        return 0.0
    return math.log(max(1.0, demand.low / _BIG_ASK_WORDS))


def _many_items(view: View) -> float:
    return math.log(max(1.0, (view.reading.items_asked or 1) / 10))


def _long_instruction(view: View) -> float:
    count = max(1, len(view.reading.instruction_words))
    return min(2.0, max(0.0, math.log(count / _LONG_INSTRUCTION_WORDS)))


def _long_source(view: View) -> float:
    count = max(1, len(view.reading.source_words))
    return min(2.5, max(0.0, math.log(count / _LONG_SOURCE_WORDS)))


def _formulas(view: View) -> float:
    text = view.reading.instruction
    return min(_FORMULA_CAP, len(_FORMULA.findall(text)) / max(1, len(text)))


DEMAND_FEATURES = (
    Feature(
        name="far_too_short",
        family="unmet_instruction",
        defect=True,
        measure=_far_too_short,
        sign=-1,
        low="is long enough to be an answer",
        high="is only a few words long",
    ),
    Feature(
        name="times_short",
        family="unmet_instruction",
        defect=True,
        measure=_times_short,
        sign=-1,
        low="reaches the length asked for",
        high="is much shorter than asked",
    ),
    Feature(
        name="times_long",
        family="unmet_instruction",
        defect=True,
        measure=_times_long,
        sign=-1,
        low="stays within the length asked for",
        high="is much longer than asked",
        on_prefix=True,
    ),
    Feature(
        name="items_missing",
        family="unmet_instruction",
        defect=True,
        measure=_items_missing,
        sign=-1,
        low="gives all the items asked for",
        high="{percent} of the items asked for are missing",
    ),
    Feature(
        name="big_ask",
        family="difficulty",
        measure=_big_ask,
        sign=-1,
        low="asks for a length that models manage",
        high="asks for more words than models write in one go",
        taken_for_granted=True,
        on_prefix=True,
    ),
    Feature(
        name="many_items",
        family="difficulty",
        measure=_many_items,
        sign=-1,
        low="asks for few items",
        high="asks for more items than models list carefully",
        taken_for_granted=True,
        on_prefix=True,
    ),
    Feature(
        name="long_instruction",
        family="difficulty",
        measure=_long_instruction,
        sign=-1,
        low="the instruction is short and clear",
        high="the long instruction leaves much to miss",
        taken_for_granted=True,
        on_prefix=True,
    ),
    Feature(
        name="long_source",
        family="difficulty",
        measure=_long_source,
        sign=-1,
        low="there is no long source to get lost in",
        high="the source is long, and much of it can be missed",
        taken_for_granted=True,
        on_prefix=True,
    ),
    Feature(
        name="formulas",
        candidate=True,
        family="difficulty",
        measure=_formulas,
        sign=-1,
        low="needs no calculation",
        high="the instruction asks for mathematics, where drafts often err",
        taken_for_granted=True,
        on_prefix=True,
    ),
)
