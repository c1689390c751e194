"""A number of the draft that contradicts what was given, or that nobody gave."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.reading import FROM_SOURCE, REWRITING, Reading
from assistant.confidence.text.amounts import Amount, Amounts
from assistant.confidence.text.stopwords import STOPWORDS
from assistant.confidence.text.units import MONEY, PERCENT, UNITS
from assistant.confidence.text.words import folded_words
from assistant.types import CheckResult, Task

_OWN: frozenset[Task] = frozenset({"draft", "reply", "outline"})
"""Tasks that may state numbers of their own, but not other ones than given in the same role."""

_DERIVING: frozenset[Task] = frozenset({"summarize", "shorten"})
"""Tasks that may add up, compare and round what they condense."""

_SMALL = 12
"""Counts up to here may be of things in the text itself: "three reasons"."""

_FEW = 40
"""Numbers of a text whose sums and differences are looked at."""

_ROUNDED = 0.1
"""How far a rounded number may lie from the given one."""

_IDIOMS = frozenset(
    {"24/7", "100%", "100 percent", "110%", "360\u00b0", "360 degrees", "50/50", "101"}
)
"""Figures of speech."""

_LENGTH_UNITS = frozenset([
    "word", "words", "sentence", "sentences", "paragraph", "paragraphs", "page", "pages",
    "character", "characters", "line", "lines", "token", "tokens", "tip", "tips", "item",
    "items", "bullet", "bullets", "point", "points", "title", "titles", "idea", "ideas", "step",
    "steps", "example", "examples", "reason", "reasons", "stanza", "stanzas", "verse", "verses",
    "section", "sections", "slide", "slides",
])  # fmt: skip
"""What such a number counts is the draft, not the world."""

_JOINING = frozenset({"to", "and", "or", "on", "bis", "und", "oder", "am", "et", "y", "o"})
"""Words between a bare hour and what makes it one: "3 to 5 pm", "at 8 on Sundays"."""

_STEM = 5
"""Letters that inflected forms of a word share."""

_NEAR_CHARACTERS = 40
"""How far the words that say what a number is about may stand from it."""


def changed_numbers(reading: Reading) -> CheckResult | None:
    """Fails on another number in the same role, or (writing from a source) on an invented one.

    Only times, shares, money and measures are looked at where a text is condensed or expanded; where
    it is given back, any number above a dozen. Notation, unit and word order are free.
    """
    if not reading.words or reading.task not in FROM_SOURCE | _OWN:
        return None
    if reading.task in _OWN:
        return _contradiction(reading)
    if not reading.source or "numbers" in reading.asked.waived:
        return None
    claims = [one for one in _claims(reading) if one.shown not in _IDIOMS]
    given = reading.asked.given.amounts
    invented = [one.shown for one in claims if not _told(one, given, reading.task)]
    if invented:
        return failed("changed_numbers", f"nowhere in the request: {quoted(invented)}")
    return passed("changed_numbers", f"{len(claims)} numbers agree with the request")


def _claims(reading: Reading) -> Iterator[Amount]:
    written = reading.told.amounts
    for one in written.stated:
        if one.kind != "count" or (
            reading.task in REWRITING and max(one.values, default=0) > _SMALL
        ):
            yield one
    yield from written.spelled


def _told(one: Amount, given: Amounts, task: Task) -> bool:
    if one.digits and one.digits in given.digits:
        return True
    if one.kind == "clock":
        # Of "3 to 5 pm" only the second number is known as a time of day.
        return not given.clocks.isdisjoint(one.values) or _bare_hour(one, given)
    if one.kind == "money" and _in_two_words(one, given):
        return True
    if any(value in given.values for value in one.values) or (one.role, one.base) in given.measures:
        return True
    if one.kind == "measure" and any(
        _same_measure(one, role, base) for role, base in given.measures
    ):
        return True
    return task in _DERIVING and _derived(one, given)


def _bare_hour(one: Amount, given: Amounts) -> bool:
    hours = {value / 60 % 12 for value in one.values}
    return any(
        value % 12 in hours
        for other in given.stated
        if other.role in _JOINING
        for value in other.values
    )


def _in_two_words(one: Amount, given: Amounts) -> bool:
    # Speech has "twelve fifty" for 12.50.
    whole, cents = divmod(round(100 * one.values[0]), 100) if one.values else (0, 0)
    return cents > 0 and {float(whole), float(cents)} <= given.values


def _same_measure(one: Amount, role: str, base: float) -> bool:
    return role == one.role and abs(base - one.base) <= _ROUNDED * max(base, one.base) / 2


def _derived(one: Amount, given: Amounts) -> bool:
    alike = {
        value
        for other in (*given.stated, *given.spelled)
        if other.kind in {one.kind, "count"}
        for value in other.values
    }
    known = sorted(alike)[-_FEW:]
    if any(abs(value - one.values[0]) <= _ROUNDED * value for value in known) and _round(one):
        return True
    pairs = list(combinations(known, 2))
    sums = {ends for low, high in pairs for ends in (low + high, high - low)}
    if one.kind == "percent":
        sums |= {100 - value for value in known}
        sums |= {round(100 * low / high) for low, high in pairs if high}
    return not sums.isdisjoint(one.values)


def _round(one: Amount) -> bool:
    return len(one.digits.strip("0")) <= 2  # noqa: PLR2004 - significant digits of "1.3 million"


def _contradiction(reading: Reading) -> CheckResult | None:
    asked = reading.asked.wished.amounts
    roles = [one for one in asked.stated if one.role and not _of_length(one)]
    if not roles:
        return None
    written = reading.told.amounts
    given = reading.asked.given.amounts
    for one in roles:
        if _told(one, written, reading.task):
            continue
        for other in written.stated:
            if _rivals(one, other, reading) and not _told(other, given, reading.task):
                evidence = f'"{other.shown}" where the request has "{one.shown}"'
                return failed("changed_numbers", evidence)
    return passed("changed_numbers", f"{len(roles)} given numbers are not contradicted")


def _of_length(one: Amount) -> bool:
    return one.kind == "count" and (
        one.role in _LENGTH_UNITS or one.role in STOPWORDS or one.role == "date"
    )


def _rivals(one: Amount, other: Amount, reading: Reading) -> bool:
    if (one.kind, one.role) != (other.kind, other.role):
        return False
    if one.kind == "count":
        return True
    return not _around(reading.instruction, one).isdisjoint(_around(reading.text, other))


def _around(text: str, one: Amount) -> set[str]:
    before = folded_words(text[max(0, one.start - _NEAR_CHARACTERS) : one.start])
    behind = folded_words(text[one.start : one.start + _NEAR_CHARACTERS])
    # A word cut in two at the far end of either stretch is never the nearest of several.
    nearest = [*filter(_tells, before)][-1:] + [*filter(_tells, behind)][:1]
    return {word[:_STEM] for word in nearest}


def _tells(word: str) -> bool:
    if len(word) <= 2 or word in STOPWORDS or word in MONEY or word in UNITS:  # noqa: PLR2004 - "pm", "to"
        return False
    return word.isalpha() and word not in PERCENT
