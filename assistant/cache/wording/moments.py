"""Dates, times of day and spans between them brought to one form each."""

from __future__ import annotations

import re
from typing import Final

from assistant.cache.wording.reader import Reader
from assistant.cache.wording.scan import Token

_DAYS: Final = 31
_HOURS: Final = 24
_HALF_DAY: Final = 12
_HOUR: Final = 60
_CLOCK: Final = re.compile(r"(\d{1,2})[:.](\d{2})")
_YEAR: Final = re.compile(r"(?:1[5-9]|20|21)\d\d")
_ISO: Final = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")


def date(reader: Reader) -> tuple[int, list[Token]] | None:
    """A day, a month or a day of the week."""
    calendar = reader.language.grammar.calendar
    if iso := _ISO.fullmatch(reader.word().replace("-", "/")):
        return 1, [_day(int(iso[3]), int(iso[2]), iso[1])]
    if _is_day(reader, 0):
        return _day_first(reader)
    if reader.kind() != "word":
        return None
    month = calendar.months.get(reader.word())
    if month is not None:
        return _month_first(reader, month)
    weekday = calendar.weekdays.get(reader.word())
    return None if weekday is None else (1, [Token("date", f"weekday {weekday}")])


def _day_first(reader: Reader) -> tuple[int, list[Token]] | None:
    """3 March, 3rd of March 2026, 4-8 August, 4 to 8 August."""
    calendar = reader.language.grammar.calendar
    days, used = [reader.word()], 1
    if reader.word(used) in calendar.range and _is_day(reader, used + 1):
        days.append(reader.word(used + 1))
        used += 2
    while reader.word(used) in calendar.of:
        used += 1
    month = calendar.months.get(reader.word(used))
    if month is None:
        return None
    used += 1
    year, more = _year(reader, used)
    return used + more, _days(reader, days, month, year)


def _month_first(reader: Reader, month: int) -> tuple[int, list[Token]] | None:
    """March 3, March 3rd, 2026, August 4-8, in March, March 2026."""
    calendar = reader.language.grammar.calendar
    used = 2 if reader.word(1) in calendar.of else 1
    if _is_day(reader, used) and not _is_time(reader, used):
        days = [reader.word(used)]
        used += 1
        if reader.word(used) in calendar.range and _is_day(reader, used + 1):
            days.append(reader.word(used + 1))
            used += 2
        year, more = _year(reader, used)
        return used + more, _days(reader, days, month, year)
    year, more = _year(reader, 1)
    surely = reader.word() not in calendar.ambiguous or reader.word(-1) in calendar.before_month
    if not year and not surely:
        return None
    return 1 + more, [Token("date", f"{year}{month:02d}-")]


def _days(reader: Reader, days: list[str], month: int, year: str) -> list[Token]:
    tokens = [_day(int(day.rstrip(".")), month, year) for day in days]
    if len(tokens) == 1:
        return tokens
    grammar = reader.language.grammar
    begin = grammar.relations["from"][0]
    link = Token("word", grammar.relations["to"][0])
    first = [] if reader.word(-1) == begin else [Token("word", begin)]
    return [*first, tokens[0], link, tokens[1]]


def _day(day: int, month: int, year: str) -> Token:
    prefix = f"{year.rstrip('-')}-" if year else ""
    return Token("date", f"{prefix}{month:02d}-{day:02d}")


def _is_day(reader: Reader, ahead: int) -> bool:
    text = reader.word(ahead).rstrip(".")
    kind = reader.kind(ahead)
    return kind in {"number", "ordinal"} and text.isdecimal() and 0 < int(text[:9]) <= _DAYS


def _is_time(reader: Reader, ahead: int) -> bool:
    calendar = reader.language.grammar.calendar
    return reader.word(ahead + 1) in {*calendar.am, *calendar.pm}


def _year(reader: Reader, ahead: int) -> tuple[str, int]:
    """A year there, and how many tokens it takes; a comma may stand before it."""
    comma = reader.at + ahead < len(reader.tokens) and reader.tokens[reader.at + ahead].text == ","
    place = ahead + comma
    if reader.kind(place) == "number" and _YEAR.fullmatch(reader.word(place)):
        return f"{reader.word(place)}-", place + 1 - ahead
    return "", 0


def time(reader: Reader) -> tuple[int, list[Token]] | None:
    """A time of day: "3 pm", "15:00", "half past four", "nine in the morning", "noon"."""
    calendar = reader.language.grammar.calendar
    if reader.word() in calendar.named_times:
        return 1, [Token("time", calendar.named_times[reader.word()])]
    spoken = _spoken(reader)
    if spoken is not None:
        return spoken
    hour, minute, colon = _clock(reader)
    return None if hour is None else _timed(reader, hour, minute, surely=colon)


def _timed(
    reader: Reader, hour: int, minute: str, *, surely: bool
) -> tuple[int, list[Token]] | None:
    """The time of day that a number tells, with what is behind it."""
    calendar = reader.language.grammar.calendar
    if reader.word(1) in calendar.named_times and f"{hour}:{minute}" in {"12:00", "0:00"}:
        return 2, [Token("time", calendar.named_times[reader.word(1)])]
    clock = reader.word(1) in calendar.clock
    half = _half_of_day(reader, 1 + clock)
    if half is not None:
        used, late = half
        return 1 + clock + used, [_at(hour, minute, late=late)]
    apart = reader.kind(1) != "word" or reader.word(1) in (*calendar.range, *calendar.before_time)
    at = "." in reader.word() and reader.word(-1) in calendar.before_time and apart
    if surely or clock or at:
        return 1 + clock, [Token("time", f"{hour:02d}:{minute}")]
    return None


def _at(hour: int, minute: str, *, late: bool) -> Token:
    hour = hour if hour > _HALF_DAY else hour % _HALF_DAY + _HALF_DAY * late
    return Token("time", f"{hour:02d}:{minute}")


def _half_of_day(reader: Reader, ahead: int) -> tuple[int, bool] | None:
    """How many words there tell the half of the day, and whether it is the later one."""
    calendar = reader.language.grammar.calendar
    word = reader.word(ahead)
    if word in calendar.am or word in calendar.pm:
        return 1, word in calendar.pm
    for late, phrases in ((False, calendar.morning), (True, calendar.evening)):
        for phrase in phrases:
            words = phrase.split()
            if [reader.word(ahead + n) for n in range(len(words))] == words:
                return len(words), late
    return None


def _spoken(reader: Reader) -> tuple[int, list[Token]] | None:
    """Half past four, a quarter to five, ten past five."""
    calendar = reader.language.grammar.calendar
    minutes = calendar.parts_of_hour.get(reader.word())
    if minutes is None and reader.kind() == "number" and reader.word().isdecimal():
        minutes = int(reader.word()[:3])
    after = reader.word(1) in calendar.past
    before = reader.word(1) in calendar.to and reader.kind() == "word"
    hour = reader.word(2)
    fits = reader.kind(2) == "number" and hour.isdecimal() and 0 < int(hour[:3]) <= _HALF_DAY
    if minutes is None or minutes >= _HOUR or not fits or not (after or before):
        return None
    total = int(hour) * _HOUR + (minutes if after else -minutes)
    clock = reader.word(3) in calendar.clock
    half = _half_of_day(reader, 3 + clock)
    used, late = half if half is not None else (0, None)
    whole, minute = total // _HOUR, f"{total % _HOUR:02d}"
    token = (
        Token("time", f"{whole:02d}:{minute}") if late is None else _at(whole, minute, late=late)
    )
    return 3 + clock + used, [token]


def period(reader: Reader) -> tuple[int, list[Token]] | None:
    """From one moment to another, however it is written: "9-5 pm", "Monday through Friday"."""
    grammar = reader.language.grammar
    kinds = (reader.kind(), reader.kind(2))
    if reader.word(1) not in grammar.calendar.range or kinds not in _PERIODS:
        return None
    begin = grammar.relations["from"][0]
    first, last = reader.token(), reader.token(2)
    if first.kind == "number":
        clock = f"{first.text}:00" if first.text.isdecimal() else first.text
        hour = clock.partition(":")[0]
        if not hour.isdecimal() or int(hour[:3]) > _HOURS:
            return None
        first = Token("time", f"{int(hour):02d}:{clock.partition(':')[2]}")
    lead = [] if reader.word(-1) in {begin, *grammar.calendar.since} else [Token("word", begin)]
    return 3, [*lead, first, Token("word", grammar.relations["to"][0]), last]


_PERIODS: Final = frozenset({("date", "date"), ("time", "time"), ("number", "time")})


def _clock(reader: Reader) -> tuple[int | None, str, bool]:
    """Hour and minute of a number that may be a time of day, and whether it surely is one."""
    clock = _CLOCK.fullmatch(reader.word()) if reader.kind() == "number" else None
    hour, minute = (clock[1], clock[2]) if clock else (reader.word(), "00")
    fits = reader.kind() == "number" and hour.isdecimal() and len(hour) <= len(str(_HOURS))
    if not fits or int(hour) > _HOURS:
        return None, minute, False
    return int(hour), minute, clock is not None and ":" in reader.word()
