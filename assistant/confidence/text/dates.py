"""Dates and weekdays of a text, the same whatever notation or language they are written in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar j\u00e4nner janvier enero gennaio",
            "february feb februar f\u00e9vrier febrero febbraio",
            "march mar m\u00e4rz mars marzo",
            "april apr avril abril aprile",
            "may mai mayo maggio",
            "june jun juni juin junio giugno",
            "july jul juli juillet julio luglio",
            "august aug ao\u00fbt agosto",
            "september sep sept septembre septiembre settembre",
            "october oct oktober okt octobre octubre ottobre",
            "november nov novembre noviembre",
            "december dec dezember dez d\u00e9cembre diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "monday montag lundi lunes luned\u00ec",
            "tuesday dienstag mardi martes marted\u00ec",
            "wednesday mittwoch mercredi mi\u00e9rcoles mercoled\u00ec",
            "thursday donnerstag jeudi jueves gioved\u00ec",
            "friday freitag vendredi viernes venerd\u00ec",
            "saturday samstag sonnabend samedi s\u00e1bado sabato",
            "sunday sonntag dimanche domingo domenica",
        )
    )
    for name in (*names.split(), *(f"{name}s" for name in names.split()))
}
_SHORT_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("mon", "tue tues", "wed", "thu thur thurs", "fri", "sat", "sun")
    )
    for name in names.split()
}
_SAID_ALONE = frozenset([
    "january", "februar", "february", "january", "januar", "april", "june", "july", "september",
    "october", "november", "december", "juni", "juli", "oktober", "dezember",
])  # fmt: skip
"""Months that are no other word; "may" and "march" are one only beside a day or a year."""

_BETWEEN = frozenset({"of", "de", "del", "di", "the"})
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e)?")
_YEAR = re.compile(r"(?:1[5-9]|2[01])\d\d")
_NUMERIC_RUN = re.compile(r"\d[\d./-]{5,12}")
_NUMERIC = re.compile(
    r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})"
)
_DATE_WORDS = 3
"""Words from a weekday to its month: "Friday the 12th March"."""

_LAST_DAY, _LAST_MONTH = 31, 12
_CENTURY = 2000
"""A year of two digits belongs to this one."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date as a text gives it.

    `days` are the (month, day) pairs it may mean, as 3/5 is read both ways; day 0 stands for the whole
    month. A weekday alone has a `weekday`, Monday being 0, and no days.
    """

    shown: str
    days: frozenset[tuple[int, int]] = frozenset()
    year: int | None = None
    weekday: int | None = None


def dates(text: str, words: Sequence[str]) -> tuple[Dated, ...]:
    """Dates of a text whose folded words are known already, in no promised order."""
    runs = (match.group().rstrip("./-") for match in _NUMERIC_RUN.finditer(text))
    found = [_numeric(match) for run in runs if (match := _NUMERIC.fullmatch(run))]
    named = _positions(_MONTHS, words)
    found += [_named(words, position) for position in named]
    for position in _positions(_WEEKDAYS, words):
        # "Friday, 12 March": the date alone says it.
        if not any(position < month <= position + _DATE_WORDS for month in named):
            word = words[position]
            found.append(Dated(shown=word.capitalize(), weekday=_WEEKDAYS[word]))
    return tuple(date for date in found if date is not None)


def _positions(known: dict[str, int], words: Sequence[str]) -> list[int]:
    if known.keys().isdisjoint(words):
        return []
    return [position for position, word in enumerate(words) if word in known]


def kept_date(date: Dated, others: Sequence[Dated], words: frozenset[str]) -> bool:
    """Whether a date is among others, or at least its weekday in short among the words."""
    if date.weekday is not None:
        short = {word for word, day in _SHORT_WEEKDAYS.items() if day == date.weekday}
        return any(other.weekday == date.weekday for other in others) or not short.isdisjoint(words)
    return any(
        _same_days(date, other) and (None in {date.year, other.year} or date.year == other.year)
        for other in others
    )


def _same_days(date: Dated, other: Dated) -> bool:
    if not date.days.isdisjoint(other.days):
        return True
    # The month alone is kept by any day in it, not the other way round.
    return any(day == 0 and month == kept for month, day in date.days for kept, _ in other.days)


def _numeric(match: re.Match[str]) -> Dated | None:
    if match["y"]:
        pairs, year = {(int(match["m"]), int(match["d"]))}, int(match["y"])
    else:
        first, second, year = int(match["a"]), int(match["b"]), int(match["c"])
        year += _CENTURY if year < 100 else 0  # noqa: PLR2004 - two digits
        pairs = {(second, first)} | (set() if match["sep"] == "." else {(first, second)})
    days = frozenset(pair for pair in pairs if _possible(pair))
    return Dated(shown=match.group(), days=days, year=year) if days else None


def _possible(pair: tuple[int, int]) -> bool:
    return 1 <= pair[0] <= _LAST_MONTH and 1 <= pair[1] <= _LAST_DAY


def _named(words: Sequence[str], position: int) -> Dated | None:
    word = words[position]
    before = position - 1
    if before >= 0 and words[before] in _BETWEEN:
        before -= 1
    day, first = _day(words, before), before
    last = position
    if day is None:
        first = position
        day = _day(words, position + 1)
        last = position + (day is not None)
    year = _year(words, last + 1)
    if year is None and last + 1 < len(words) and words[last + 1] in _BETWEEN:
        year = _year(words, last + 2)
    last += year is not None
    if day is None and year is None and word not in _SAID_ALONE:
        return None
    shown = " ".join(
        part.capitalize() if part in _MONTHS else part for part in words[first : last + 1]
    )
    return Dated(shown=shown, days=frozenset({(_MONTHS[word], day or 0)}), year=year)


def _day(words: Sequence[str], position: int) -> int | None:
    if not 0 <= position < len(words):
        return None
    match = _ORDINAL.fullmatch(words[position])
    return int(match[1]) if match and 1 <= int(match[1]) <= _LAST_DAY else None


def _year(words: Sequence[str], position: int) -> int | None:
    if not 0 <= position < len(words) or _YEAR.fullmatch(words[position]) is None:
        return None
    return int(words[position])
