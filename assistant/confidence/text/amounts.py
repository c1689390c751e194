"""What the numbers of a text stand for: times of day, shares, money, measures, counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from assistant.confidence.text.spelled import SCALES, SPELLED, loose_values, spelled_numbers
from assistant.confidence.text.units import HALVES_OF_DAY, MONEY, PERCENT, SPLIT_PERCENT, UNITS

Kind: TypeAlias = Literal["clock", "percent", "money", "measure", "count"]

_RUN = re.compile(
    # What must not stand before a number is looked for behind its first digit: digits are rare.
    r"\d(?<![\w.]\d)(?:\d{0,2}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d*(?:[.,:/'\u2019\u2013-]\d+)*)"
)
_TAIL = re.compile(
    r"(?:st|nd|rd|th|er|e|re)?(?:[ \u00a0\u202f-]?(?P<mark>[%\u00b0$\u20ac\u00a3\u00a5]|[ap]\.m\.?|o['\u2019]clock|[^\W\d_]{1,20})"
    r"(?:[ \u00a0-]?(?P<second>[$\u20ac\u00a3\u00a5]|[^\W\d_]{1,20}))?)?",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"(?:^|\n)[ \t>*#]{0,8}$")
_MARK_CHARACTERS = 10
"""What may stand before a list number on its line; more is text."""

_NUMERIC_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}/\d{1,2}/\d{1,2}"
)
_CLOCK = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)")
_SEPARATORS = re.compile(r"[.,:/'\u2019\u2013 \u00a0\u202f-]")
_COMPONENTS = re.compile(r"[:/\u2013-]")

_DAY_MINUTES = 24 * 60
_TIMES = {
    "noon": (720.0,), "midday": (720.0,), "midnight": (0.0, 1440.0),
    "mittag": (720.0,), "mitternacht": (0.0, 1440.0), "midi": (720.0,), "minuit": (0.0, 1440.0),
}  # fmt: skip
"""Words for times of day, in minutes."""

_PARTS = {
    "half": 0.5, "halbe": 0.5, "halben": 0.5, "halber": 0.5, "demi": 0.5, "quarter": 0.25,
    "viertel": 0.25, "a": 1.0, "an": 1.0, "one": 1.0, "each": 1.0, "every": 1.0, "per": 1.0, "ein": 1.0,
    "eine": 1.0, "einen": 1.0, "einem": 1.0, "einer": 1.0, "une": 1.0, "una": 1.0,
}  # fmt: skip
_PART_REACH = 4
"""Words in which the unit of such a part follows: "a quarter of an hour"."""

_FRENCH_MINUTES = re.compile(r"\s?h\s?([0-5]\d)(?!\d)", re.IGNORECASE)
_FRENCH_HOUR = re.compile(r"\d\s?h\s$", re.IGNORECASE)

_LONGEST = 18
"""Digits of a number that is still a quantity; what is longer is an identifier, known as written."""


class Amount(NamedTuple):
    """One number as a text gives it.

    `values` are all it may mean ("1.200" is a thousand or one), for a `clock` minutes of the day;
    `role` is its measure or the noun it counts, `base` what a `measure` comes to in the measure's
    smallest unit.
    """

    kind: Kind
    values: tuple[float, ...]
    role: str
    shown: str
    start: int
    base: float = 0.0
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Amounts:
    """All numbers of a text; `values` also holds what its words say ("a dozen")."""

    stated: tuple[Amount, ...]
    spelled: tuple[Amount, ...]
    values: frozenset[float]
    clocks: frozenset[float]
    digits: frozenset[str]
    measures: frozenset[tuple[str, float]]


def amounts(text: str, words: Sequence[str], unique: frozenset[str]) -> Amounts:
    """Reads a text whose folded words are known already, in order and once each.

    Numerals of lists do not count.
    """
    stated = tuple(
        amount for match in _RUN.finditer(text) if (amount := _amount(text, match)) is not None
    )
    spelled, values = _spelled(words, unique)
    measured = set(_of_one(words, unique))
    clocks = {value for one in stated if one.kind == "clock" for value in one.values}
    for one in stated:
        values.update(value for value in one.values if one.kind != "clock")
    clocks.update(minutes for word in _TIMES.keys() & unique for minutes in _TIMES[word])
    measured |= {(one.role, one.base) for one in (*stated, *spelled) if one.kind == "measure"}
    return Amounts(
        stated=stated,
        spelled=spelled,
        values=frozenset(values | loose_values(unique)),
        clocks=frozenset(clocks),
        digits=frozenset(one.digits for one in stated),
        measures=frozenset(measured),
    )


def numeric_date(run: str) -> bool:
    """Whether a run of digits and separators is a date."""
    return _NUMERIC_DATE.fullmatch(run) is not None


def _of_one(words: Sequence[str], unique: frozenset[str]) -> Iterator[tuple[str, float]]:
    # "A week", "half an hour", "a quarter of a litre": given, though no number is.
    if UNITS.keys().isdisjoint(unique):
        return
    for position, word in enumerate(words):
        part = _PARTS.get(word)
        if part is not None:
            for following in words[position + 1 : position + _PART_REACH]:
                if following in UNITS:
                    role, factor = UNITS[following]
                    yield role, part * factor
                    break


def _spelled(words: Sequence[str], unique: frozenset[str]) -> tuple[tuple[Amount, ...], set[float]]:
    found: list[Amount] = []
    values: set[float] = set()
    for word in [word for word in unique if "-" in word]:
        # "Five-year" is one word.
        head, hyphen, unit_word = word.rpartition("-")
        if hyphen and head in SPELLED:
            values.add(SPELLED[head])
            if unit_word in UNITS:
                role, factor = UNITS[unit_word]
                value = SPELLED[head]
                found.append(Amount("measure", (value,), role, word, 0, value * factor))
    for value, after in spelled_numbers(words, unique):
        values.add(value)
        unit = UNITS.get(words[after]) if after < len(words) else None
        if unit is not None and value > 1:
            shown = f"{words[after - 1]} {words[after]}"
            found.append(Amount("measure", (value,), unit[0], shown, 0, value * unit[1]))
    return tuple(found), values


def _amount(text: str, match: re.Match[str]) -> Amount | None:
    run, start, end = match.group(), match.start(), match.end()
    if text[end : end + 1] in {".", ")"} and _LIST_MARK.search(
        text[max(0, start - _MARK_CHARACTERS) : start]
    ):
        return None
    if _FRENCH_HOUR.search(text[max(0, start - 4) : start]):
        return None
    tail = _TAIL.match(text, end)
    first = (tail["mark"] or "").casefold().replace("\u2019", "'") if tail else ""
    second = (tail["second"] or "").casefold() if tail else ""
    shown = run + (f" {tail['mark']}" if tail and len(first) > 1 else first)
    digits = _SEPARATORS.sub("", run)
    if numeric_date(run):
        parts = tuple(float(part) for part in _SEPARATORS.split(run))
        return Amount("count", parts, "date", run, start, digits=digits)
    minutes = _minutes(run, first, text[end : end + 6])
    if minutes:
        return Amount("clock", minutes, "clock", shown, start, digits=digits)
    kind, role, factor = _sense(first, second, text[max(0, start - 4) : start].casefold())
    scale = SCALES.get(first, 1.0) if kind != "measure" else 1.0
    sign = text[start - 1 : start]
    if sign and sign in MONEY:
        shown = f"{sign}{run} {first}" if scale > 1 else f"{sign}{run}"
    values = tuple(value * scale for value in readings(run))
    plain = () if scale == 1 else readings(run)
    return Amount(
        kind, values + plain, role, shown, start, max(values, default=0.0) * factor, digits
    )


def _sense(first: str, second: str, before: str) -> tuple[Kind, str, float]:
    if first in PERCENT or (first in SPLIT_PERCENT and second in {"cent", "ciento"}):
        return "percent", "percent", 1.0
    if first in MONEY or second in MONEY or before.rstrip()[-3:] in MONEY or _sign(before):
        return "money", "money", 1.0
    noun = second if first in SCALES else first
    if noun in UNITS:
        measure, factor = UNITS[noun]
        return "measure", measure, factor
    return "count", noun, 1.0


def _sign(before: str) -> bool:
    return before.rstrip()[-1:] in MONEY


def readings(run: str) -> tuple[float, ...]:
    """Everything a run of digits and separators may mean; parts of a date or ratio one by one."""
    found: list[float] = []
    for part in _COMPONENTS.split(run):
        found += _readings(part)
    return tuple(found)


def _readings(run: str) -> list[float]:
    digits = _SEPARATORS.sub("", run)
    if len(digits) > _LONGEST:
        return []
    if len(digits) == len(run):
        return [float(digits)]
    groups = _SEPARATORS.split(run)
    found = []
    if all(len(group) == 3 for group in groups[1:]):  # noqa: PLR2004 - thousands
        found.append(float(digits))
    if run[-len(groups[-1]) - 1] in ".,":
        found.append(float(f"{''.join(groups[:-1])}.{groups[-1]}"))
    return found or [float(digits)]


def _minutes(run: str, mark: str, following: str) -> tuple[float, ...]:
    told = mark in HALVES_OF_DAY
    written = _CLOCK.fullmatch(run)
    if written is not None and (told or ":" in run):
        hour, minute = int(written[1]), int(written[2])
    elif told and run.isascii() and run.isdigit() and len(run) <= 2 and int(run) <= 24:  # noqa: PLR2004 - hours
        hour = int(run)
        half_past = _FRENCH_MINUTES.match(following)
        minute = int(half_past[1]) if half_past else 0
    else:
        return ()
    half = HALVES_OF_DAY.get(mark)
    if half is not None and hour <= 12:  # noqa: PLR2004 - hours of half a day
        return (float((hour % 12 + half) * 60 + minute),)
    minutes = float(hour * 60 + minute)
    # "At 4:30" leaves open which half of the day; "16:30" and "04:30" do not.
    if 1 <= hour < 12 and not run.startswith("0"):  # noqa: PLR2004 - hours of half a day
        return (minutes, minutes + _DAY_MINUTES / 2)
    return (minutes % _DAY_MINUTES,)
