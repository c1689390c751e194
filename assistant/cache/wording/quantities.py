"""Numbers, money, percentages and what bounds them brought to one form each."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from assistant.cache.wording.language import Language, ordinal
from assistant.cache.wording.moments import date, period, time
from assistant.cache.wording.reader import BOUNDARY, Reader, rewritten
from assistant.cache.wording.scan import Token

_LONGEST_NUMBER: Final = 24
"""Digits of a number that is read as one; a longer one is kept as it is written."""
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN: Final = re.compile(r"\d+(?:\.\d+)?")
_PART: Final = re.compile(r"[1-9]/[2-9]")
_QUANTITIES: Final = frozenset({"number", "money", "percent", "time", "date"})
_NUMBERS: Final = frozenset({"number"})
_NUMBERED: Final = frozenset({"number", "ordinal"})


def quantified(tokens: list[Token], language: Language) -> list[Token]:
    """`tokens` with their quantities in one form."""
    spelling, naming, bounding = language.counting
    spelled = rewritten(tokens, language, (_NUMBERS, spelling), _SPELLED)
    found = rewritten(spelled, language, (_NUMBERED, naming), _NAMED)
    return rewritten(found, language, (_QUANTITIES, bounding), (period, _stretch, _bounded))


def _mixed(reader: Reader) -> tuple[int, list[Token]] | None:
    """One and a half, in digits: "1 1/2"."""
    part = reader.word(1) if reader.kind(1) == "number" else ""
    if reader.kind() != "number" or not _PART.fullmatch(part) or not reader.word().isdigit():
        return None
    over, under = part.split("/")
    value = _short(Decimal(reader.word()[:_LONGEST_NUMBER]) + Decimal(over) / Decimal(under))
    return (2, [Token("number", value)]) if len(value) < _LONGEST_NUMBER else None


def _dialled(reader: Reader) -> tuple[int, list[Token]] | None:
    """A telephone number, which may be written in groups."""
    if not (_digits(reader, 0) and reader.word().startswith("0") and len(reader.word()) > 2):  # noqa: PLR2004
        return None
    number, used = reader.word(), 1
    while True:
        dash = reader.word(used) == "-"
        if not _digits(reader, used + dash) or len(reader.word(used + dash)) < 2:  # noqa: PLR2004
            break
        number += reader.word(used + dash)
        used += 1 + dash
    return (used, [Token("number", number)]) if used > 1 else None


def _digits(reader: Reader, ahead: int) -> bool:
    return reader.kind(ahead) == "number" and reader.word(ahead).isdigit()


def _respelled(reader: Reader) -> tuple[int, list[Token]] | None:
    token = reader.token()
    grammar = reader.language.grammar
    if token.kind == "number":
        word = grammar.spelling.words.get(token.text)
        return None if word is None else (1, [Token("word", word)])
    if token.kind != "word":
        return None
    if token.text in grammar.numbers.signs and reader.kind(1) == "number" and _labels(reader):
        return 1, []
    single = grammar.spelling.words.get(token.text)
    if token.text == "-":
        single = grammar.calendar.range[0]
    found = reader.language.respelled.longest(reader.words, reader.at)
    end, words = found or (reader.at + 1, single.split() if single else None)
    if words is None:
        return None
    return end - reader.at, [_spelled(token, word) for word in words]


def _labels(reader: Reader) -> bool:
    """Whether a word only says that a number follows: "at no. 3", but not "no 3 cars"."""
    denies = reader.word() in reader.language.grammar.negation.words
    inside = reader.word(-1) not in {"", BOUNDARY}
    return not denies or (inside and (reader.kind(2) != "word" or _bound(reader)))


def _bound(reader: Reader) -> bool:
    """Whether what follows the number is no thing it counts: "item no. 3 of the list"."""
    found = reader.language.lexicon.longest([reader.word(2)], 0)
    return found is not None and found[1].kind == "relation"


def _spelled(token: Token, word: str) -> Token:
    return Token("number", word) if word.isdigit() else token._replace(text=word)


def _counted(reader: Reader) -> tuple[int, list[Token]] | None:
    """Number words: "twenty-five", "a hundred and five", "twenty-fifth"."""
    numbers = reader.language.grammar.numbers
    if reader.kind() != "word" or not _begins_number(reader):
        return None
    if (found := reader.language.not_numbers.longest(reader.words, reader.at)) is not None:
        return found[0] - reader.at, list(reader.tokens[reader.at : found[0]])
    value, used = _spoken(reader)
    last = numbers.ordinals.get(reader.word(used), _TEN)
    if last < _TEN and value % _HUNDRED in _TENS:
        return used + 1, [Token("ordinal", f"{value + last}.")]
    return used, [Token("number", str(value))]


def _spoken(reader: Reader) -> tuple[int, int]:
    """The value of the number words there, and how many they are."""
    numbers = reader.language.grammar.numbers
    total, part, used = 0, 0, 0
    while True:
        word = reader.word(used)
        if word in numbers.cardinals and _fits(part, numbers.cardinals[word]):
            part += numbers.cardinals[word]
        elif word in numbers.scales:
            scale = numbers.scales[word]
            part = max(part, 1) * scale
            if scale > _HUNDRED:
                total, part = total + part, 0
        elif not (word == numbers.joint and part >= _HUNDRED and _counts_on(reader, used + 1)):
            break
        used += 1
    return total + part, used


_HUNDRED: Final = 100
_TEN: Final = 10
_TWENTY: Final = 20
_TENS: Final = frozenset(range(_TWENTY, _HUNDRED, _TEN))


def _begins_number(reader: Reader) -> bool:
    grammar = reader.language.grammar
    value = grammar.numbers.cardinals.get(reader.word())
    behind_article = reader.word(-1) in grammar.function.articles
    if value is None:
        return behind_article and len(reader.word()) > 1 and reader.word() in grammar.numbers.scales
    if value != 1:
        return True
    # "a one-star review" counts; "a one", "this one" do not.
    compound = reader.glued() and reader.kind(1) == "word"
    pronoun = f"{reader.word(-1)} {reader.word()}" in grammar.numbers.not_numbers
    return compound if behind_article else not pronoun


def _fits(part: int, value: int) -> bool:
    """Whether `value` may be spoken right behind `part`: forty-two, but not six seven."""
    rest = part % _HUNDRED
    return rest == 0 or (rest >= _TWENTY and rest % _TEN == 0 and 0 < value < _TEN)


def _counts_on(reader: Reader, ahead: int) -> bool:
    return reader.word(ahead) in reader.language.grammar.numbers.cardinals


def _scaled(reader: Reader) -> tuple[int, list[Token]] | None:
    """Digits: without separators of thousands, with the scale word behind them."""
    if reader.kind() != "number":
        return None
    numbers = reader.language.grammar.numbers
    token = reader.token()
    ending = reader.word(1)
    if reader.glued() and ending in numbers.ordinal_ends and token.text.isdigit():
        return 2, [Token("ordinal", f"{int(token.text[:_LONGEST_NUMBER])}.")]
    value = _value(token.text)
    if value is None:
        return None
    scale = numbers.scales.get(ending)
    if scale is None and _is_symbol(reader, -1):
        scale = numbers.money_scales.get(ending)
    if scale is None or (len(ending) == 1 and not reader.glued()):
        return 1, [token._replace(text=_plain(value))]
    return 2, [token._replace(text=_short(value * scale))]


def _is_symbol(reader: Reader, ahead: int) -> bool:
    return reader.word(ahead) in reader.language.grammar.money.symbols


def _value(text: str) -> Decimal | None:
    if len(text) > _LONGEST_NUMBER:
        return None
    if _THOUSANDS.fullmatch(text):
        return Decimal(text.replace(",", ""))
    whole = _PLAIN.fullmatch(text) and text.isdigit() and not text.startswith("0")
    return Decimal(text) if whole or _fraction(text) else None


def _fraction(text: str) -> bool:
    # "4.20" is rather a version or a price to the letter than 4.2.
    return bool(_PLAIN.fullmatch(text)) and "." in text and text.isascii()


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _short(value: Decimal) -> str:
    """`value` without zeros behind its last decimal."""
    text = _plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def shortened(text: str) -> str:
    """A number that measures something, without zeros behind its last decimal."""
    return _short(Decimal(text)) if len(text) <= _LONGEST_NUMBER and _fraction(text) else text


def _ordinal(reader: Reader) -> tuple[int, list[Token]] | None:
    if reader.kind() != "word":
        return None
    digits = ordinal(reader.word(), reader.language.grammar)
    if digits is None or (reader.kind(-1) == "number" and digits == "2."):
        return None
    return 1, [Token("ordinal", digits)]


def _broken(reader: Reader) -> tuple[int, list[Token]] | None:
    """Fractions in words: "two thirds", "one and a half"."""
    if reader.kind() != "number" or not reader.word().isdigit():
        return None
    grammar = reader.language.grammar
    numbers = grammar.numbers
    behind = reader.word(1).rstrip(".")
    if int(reader.word()[:_LONGEST_NUMBER]) < _TEN and behind in numbers.parts:
        return 2, [Token("number", f"{reader.word()}/{numbers.parts[behind]}")]
    half = (numbers.joint, *grammar.function.articles[:1], numbers.half)
    if tuple(reader.word(n) for n in range(1, 4)) == half:
        return 4, [Token("number", f"{reader.word()}.5")]
    return None


def _labelled(reader: Reader) -> tuple[int, list[Token]] | None:
    """What is numbered, not counted: "grade 10" is the 10th grade, "chapter IV" the 4th chapter."""
    numbers = reader.language.grammar.numbers
    label = reader.word()
    if reader.kind() != "word" or label not in numbers.labels:
        return None
    digits = numbers.romans.get(reader.word(1)) if reader.kind(1) == "word" else None
    if digits is None and reader.kind(1) == "number" and len(reader.word(1)) <= _LONGEST_LABEL:
        digits = int(reader.word(1)) if reader.word(1).isdecimal() else None
    if digits is None:
        return None
    return 2, [Token("ordinal", f"{digits}."), reader.token()]


_LONGEST_LABEL: Final = 3


def _ranked(reader: Reader) -> tuple[int, list[Token]] | None:
    """The number behind a name: "Elizabeth II"."""
    roman = reader.language.grammar.numbers.romans.get(reader.word())
    named = reader.at > 0 and reader.token(-1).capital
    return (
        (1, [Token("number", str(roman))]) if roman and named and reader.token().capital else None
    )


def _money(reader: Reader) -> tuple[int, list[Token]] | None:
    money = reader.language.grammar.money
    before = money.symbols.get(reader.word()) or money.words.get(reader.word())
    if before is not None and reader.kind(1) == "number":
        again = 1 if money.words.get(reader.word(2)) == before else 0
        return 2 + again, [Token("money", f"{shortened(reader.word(1))} {before}")]
    if reader.kind() != "number":
        return None
    behind = money.symbols.get(reader.word(1)) or money.words.get(reader.word(1))
    if behind is None:
        return None
    return 2, [Token("money", f"{shortened(reader.word())} {behind}")]


def _percent(reader: Reader) -> tuple[int, list[Token]] | None:
    if reader.kind() == "number" and reader.word(1) in reader.language.grammar.numbers.percent:
        return 2, [Token("percent", f"{shortened(reader.word())} %")]
    return None


def _stretch(reader: Reader) -> tuple[int, list[Token]] | None:
    """Between two lengths of a text is from one to the other."""
    grammar = reader.language.grammar
    joined = reader.word(2) == grammar.numbers.joint
    if reader.word() not in grammar.relations_kept.get(_BETWEEN, ()) or not joined:
        return None
    if (
        reader.kind(1) != "number"
        or reader.kind(3) != "number"
        or not _measures(reader, reader.at + 3)
    ):
        return None
    link = Token("word", grammar.relations["to"][0])
    return 4, [reader.token(1), link, reader.token(3)]


_BETWEEN: Final = "between"


def _bounded(reader: Reader) -> tuple[int, list[Token]] | None:
    """A comparator before or behind a quantity becomes its part."""
    comparators = reader.language.grammar.comparators
    found = reader.language.before_number.longest(reader.words, reader.at)
    start, bound = (found[0], found[1]) if found else (reader.at, "")
    said = " ".join(reader.words[reader.at : start])
    if found and start < len(reader.tokens) and reader.tokens[start].text == ":":
        start += 1
    if found and _one_unit(reader, start):
        return start + 1 - reader.at, [Token("number", f"{bound} 1")]
    if start >= len(reader.tokens) or reader.tokens[start].kind not in _QUANTITIES:
        return None
    if said in comparators.of_text_only and not _measures(reader, start):
        return None
    behind = None if bound else _bound_behind(reader, start + 1)
    if not bound and behind is None:
        return None
    place, end, bound = behind or (start + 1, start + 1, bound)
    number = reader.tokens[start]
    between = reader.tokens[start + 1 : place]
    return end - reader.at, [number._replace(text=f"{bound} {number.text}"), *between]


def _bound_behind(reader: Reader, first: int) -> tuple[int, int, str] | None:
    """Begin, end and meaning of a comparator within reach."""
    last = min(first + 1 + reader.language.grammar.comparators.reach, len(reader.tokens))
    for place in range(first, last):
        found = reader.language.after_number.longest(reader.words, place)
        if found is not None:
            return place, *found
        if reader.words[place] == BOUNDARY:
            break
    return None


def _one_unit(reader: Reader, start: int) -> bool:
    """Whether an article and what a text's length is told in stand there: "about a page"."""
    language = reader.language
    words = reader.words[start : start + 2]
    if len(words) < 2 or words[0] not in language.grammar.function.articles[:2]:  # noqa: PLR2004
        return False
    return language.lemmatizer.lemma(words[1]).base in language.grammar.units.of_text


def _measures(reader: Reader, number: int) -> bool:
    """Whether the number there has a unit that is measured rather than counted."""
    if reader.tokens[number].kind != "number":
        return True
    language = reader.language
    units = language.grammar.units
    following = reader.words[number + 1] if number + 1 < len(reader.words) else ""
    base = language.lemmatizer.lemma(units.words.get(following, following)).base
    return base in units.of_text or base in units.measures


_SPELLED: Final = (_mixed, _dialled, _respelled, _counted, _scaled, _ordinal)
_NAMED: Final = (date, time, _broken, _labelled, _ranked, _money, _percent)
