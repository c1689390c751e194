"""What an instruction asks for in countable terms: words, sentences, paragraphs, items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assistant.types import DraftRequest

Unit: TypeAlias = Literal["words", "sentences", "paragraphs"]

SMALL_NUMBERS = {
    word: value
    for value, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        start=1,
    )
}
_SCALES = {"hundred": 100, "thousand": 1000}
_SPOKEN = rf"(?:{'|'.join(SMALL_NUMBERS)}|an?)(?:\s+(?:{'|'.join(_SCALES)}))"
# Three groups are billions: more is no length, and a longer number would overflow a float.
_NUMBER = rf"(\d{{1,3}}(?:,\d{{3}}){{1,3}}|\d{{1,6}}|{_SPOKEN}|{'|'.join(SMALL_NUMBERS)})"
_UNIT = r"(words?|sentences?|paragraphs?)"
_RANGE = re.compile(
    rf"\b(?:between\s+)?{_NUMBER}\s*(?:-|\u2013|to|and)\s*{_NUMBER}[\s-]*{_UNIT}\b", re.IGNORECASE
)
# The look-behind lets a long run without spaces be tried once, not again from each of its letters.
_SINGLE = re.compile(
    rf"(?P<before>(?:(?<![\w'])[\w']+\s+){{0,4}})\b{_NUMBER}(?P<plus>\+)?[\s-]+(?:\w+\s+)?{_UNIT}\b"
    r"(?P<after>(?:\s+\w+){0,2})",
    re.IGNORECASE,
)
_UPPER = re.compile(
    r"\b(?:at most|no more than|not more than|up to|under|below|less than|fewer than|max(?:imum)?(?: of)?|"
    r"within|not exceed(?:ing)?|limit(?:ed)? to)\s*$",
    re.IGNORECASE,
)
_LOWER = re.compile(
    r"\b(?:at least|no less than|not less than|no fewer than|more than|over|above|exceeding|min(?:imum)?(?: of)?)\s*$",
    re.IGNORECASE,
)
# "200 words each" bounds a part; "the first 100 words" and "5 words that rhyme" bound nothing.
_PER_PART = re.compile(r"^\s*(?:each|per|every|for|that|which|from|of)\b", re.IGNORECASE)
_NOT_A_LENGTH = re.compile(
    r"\b(?:each|every|per|first|last|these|those|following|the|with|using|use|include|including|containing)\s*$",
    re.IGNORECASE,
)
_ITEMS = re.compile(
    rf"\b{_NUMBER}\s+(?:[\w'-]+\s+){{0,3}}?"
    r"(titles?|headlines?|names?|ideas?|tips?|reasons?|bullet points?|bullets|examples?|questions?|mcqs|"
    r"methods?|ways?|facts?|quotes?|slogans?|taglines?|templates?|suggestions?|options?|variants?|steps?|"
    r"haikus?|limericks?|subject lines?)\b",
    re.IGNORECASE,
)
_ITEM_VERB = re.compile(
    r"\b(?:list|write|give|suggest|generate|create|make|propose|brainstorm|come up with|provide|find|need|want|produce)\b",
    re.IGNORECASE,
)

_ABOUT = 0.25
""""In 200 words" read as a target: a quarter off either way is what writers let pass."""

_BOUND_SLACK = 0.1
"""A stated bound may be missed by a tenth: word counts differ between tools by about as much."""

_MANY = 6
"""From here on a spoken number of sentences or paragraphs is a target, below it is exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """An asked length with its slack already taken off; `shown` is how it was asked for."""

    unit: Unit
    low: float
    high: float
    shown: str


def demanded_length(request: DraftRequest, instruction: str, source_words: int) -> Demand | None:
    """The length the request states, or else what the instruction says; None when neither does.

    Nobody asks for an empty text: a length of 0 is none.
    """
    length = request.length
    if length is not None:
        target = length.words
        if target is None and length.percent is not None and source_words:
            target = round(source_words * length.percent / 100)
        if target is not None and target > 0:
            slack = length.tolerance
            return Demand(
                unit="words",
                low=target * (1 - slack),
                high=target * (1 + slack),
                shown=f"~{target} words",
            )
    return _length_in_words(instruction)


def demanded_items(instruction: str) -> int | None:
    """How many separate items ("10 titles", "five tips") are asked for; None when unclear."""
    verb = _ITEM_VERB.search(instruction)
    if verb is None:
        return None
    found = [
        _value(match[1]) for match in _ITEMS.finditer(instruction) if match.start() >= verb.end()
    ]
    return found[0] if len(found) == 1 and found[0] > 1 else None


def _length_in_words(instruction: str) -> Demand | None:
    ranged = _RANGE.search(instruction)
    if ranged:
        low, high = sorted((_value(ranged[1]), _value(ranged[2])))
        if not high:
            return None
        shown = f"{low}-{high} {_unit(ranged[3])}"
        return Demand(
            unit=_unit(ranged[3]),
            low=low * (1 - _BOUND_SLACK),
            high=high * (1 + _BOUND_SLACK),
            shown=shown,
        )
    demands = [demand for match in _SINGLE.finditer(instruction) if (demand := _single(match))]
    # Two lengths usually belong to two parts of the text; which part is which cannot be told.
    return demands[0] if len(demands) == 1 else None


def _single(match: re.Match[str]) -> Demand | None:
    before = match["before"]
    if _PER_PART.match(match["after"]) or _NOT_A_LENGTH.search(before):
        return None
    number, unit = _value(match[2]), _unit(match[4])
    if not number or (number == 1 and unit == "words"):
        return None
    if _UPPER.search(before):
        return Demand(
            unit=unit, low=0, high=number * (1 + _BOUND_SLACK), shown=f"at most {number} {unit}"
        )
    if _LOWER.search(before) or match["plus"]:
        low = number * (1 - _BOUND_SLACK)
        return Demand(unit=unit, low=low, high=float("inf"), shown=f"at least {number} {unit}")
    slack = 0.0 if unit != "words" and number < _MANY else _ABOUT
    low, high = number * (1 - slack), number * (1 + slack)
    shown = f"~{number} {unit}" if slack else f"{number} {unit}"
    return Demand(unit=unit, low=low, high=high, shown=shown)


def _value(number: str) -> int:
    spoken, _, scale = number.casefold().partition(" ")
    if spoken[0].isdigit():
        return int(spoken.replace(",", ""))
    return SMALL_NUMBERS.get(spoken, 1) * _SCALES.get(scale.strip(), 1)


def _unit(name: str) -> Unit:
    stem = name.casefold().rstrip("s")
    return "words" if stem == "word" else "sentences" if stem == "sentence" else "paragraphs"
