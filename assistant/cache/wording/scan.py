"""An instruction as tokens: words, numbers, quotes and the boundaries between clauses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from assistant.cache.wording.schema import Grammar

TokenKind: TypeAlias = Literal[
    "word",
    "number",
    "quote",
    "boundary",
    "owner",
    "date",
    "time",
    "money",
    "percent",
    "ordinal",
    "measure",
]


class Token(NamedTuple):
    """One unit of an instruction.

    `text` is folded: lower case, one form. `capital` tells a word with a capital that begins no
    sentence, `glued` one without a blank before it, `ends` a boundary that ends a sentence.
    """

    kind: TokenKind
    text: str
    capital: bool = False
    glued: bool = False
    ends: bool = False


_SINGLE: Final = {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "\u2032": "'"}
_DASHES: Final = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
_FOLDED: Final = str.maketrans({**_SINGLE, **_DASHES, "\u2044": "/"})
_QUOTES: Final = {'"': '"', "\u201c": "\u201d", "\u201e": "\u201c", "\u00ab": "\u00bb", "`": "`"}
"""Opening marks of quotations and what closes them."""

_OPENING: Final = re.compile("[" + "".join(_QUOTES) + "]")
_TOKEN: Final = re.compile(
    r"(?P<address>https?://\S{1,2000}|www\.\S{1,2000}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}\w)"
    r"|(?P<code>[^\W\d]\w{0,64}\([^(),\n]{0,64},[^()\n]{0,200}\)"
    r"|[^\W\d_]\w{0,64}?_\w{1,64}(?:\([^()\n]{0,200}\))?)"
    r"|(?P<enumerator>\(\d{1,2}\)(?=\s)|(?<![\w.,(])\d{1,2}\)(?=\s)|(?<=\n)\d{1,2}\.(?=\s))"
    r"|(?P<letter>(?<=\n)[a-hA-H][.)](?=\s)|(?<!\w)\([a-hA-H]\)(?=\s)|(?<=\s)[a-h]\)(?=\s))"
    r"|(?P<number>\d{4}-\d{2}-\d{2}(?!\d)|\d+(?:[.,:/]\d+)*|(?<=\s)[.]\d+)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*'?)"
    r"|(?P<newline>\n\s*)"
    r"|(?P<mark>[^\s])"
)
_BOUNDARIES: Final = frozenset(",;:.!?()[]{}*=|\u2022\u00b7/_\u2026\u2192\u25e6\u25aa\u25cf<>\\\"'")
_LISTED: Final = (re.compile(r"(?<!\d)1[.)]"), re.compile(r"(?<!\d)2[.)]"))
"""Numbers of a list: one alone is a number in brackets."""
_ENDS: Final = frozenset(".!?\n\u2026")
_LETTER_OWNER: Final = re.compile(r"(?<![^\s(])'([^'\n]{1,400})'(?![^\W_])")


def quoted_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end, marks included, of each quotation in `text`."""
    position = 0
    unclosed: set[str] = set()
    while (opening := _OPENING.search(text, position)) is not None:
        start = opening.start()
        close = _QUOTES[opening[0]]
        end = -1 if close in unclosed else text.find(close, start + 1)
        if end < 0:
            unclosed.add(close)
            position = start + 1
        else:
            yield start, end + 1
            position = end + 1


def scan(text: str, grammar: Grammar) -> list[Token]:
    """The tokens of `text`, quotations kept to the letter."""
    tokens: list[Token] = []
    position = 0
    for start, end in quoted_spans(text):
        tokens.extend(_plain(text[position:start], grammar))
        tokens.append(Token("quote", text[start + 1 : end - 1].strip()))
        position = end
    tokens.extend(_plain(text[position:], grammar))
    return tokens


_VULGAR: Final = re.compile("(?<=[0-9])(?=[\u00bc-\u00be\u2150-\u215e])")
"""Between a number and a fraction behind it."""
_THIN: Final = re.compile("(?<=[0-9])[\u00a0\u202f\u2009'\u2019](?=[0-9]{3}(?![0-9]))")
"""What separates thousands and is neither a comma nor a plain blank."""


def _plain(text: str, grammar: Grammar) -> Iterator[Token]:
    written = _VULGAR.sub(" ", _THIN.sub("", text)) if not text.isascii() or "'" in text else text
    folded = _written_out(written.translate(_FOLDED), grammar)
    folded = _unaccented(unicodedata.normalize("NFKC", folded).translate(_FOLDED))
    position = 0
    for single in _LETTER_OWNER.finditer(folded):
        yield from _words(folded[position : single.start()], grammar)
        yield Token("quote", single[1].strip())
        position = single.end()
    yield from _words(folded[position:], grammar)


_LAST_LATIN: Final = "\u024f"


def _unaccented(text: str) -> str:
    """`text` with Latin letters without their accents: "cafe", "Liege"."""
    if text.isascii():
        return text
    plain = (unicodedata.normalize("NFKD", c)[0] if c <= _LAST_LATIN else c for c in text)
    return "".join(plain)


def _written_out(text: str, grammar: Grammar) -> str:
    """`text` with short forms that have a mark inside as words."""
    spelling = grammar.spelling

    def full(match: re.Match[str]) -> str:
        words, rest = spelling.marked(match), text[match.end() : match.end() + 3]
        before, after = text[match.start() - 1 : match.start()], rest[:1]
        if match[0][-1:].isalnum() and after.isalnum():
            return match[0]
        lead = "" if not before or before.isspace() else " "
        if match[0].endswith(".") and match[0][:1].isalpha() and _opens_sentence(rest):
            return f"{lead}{words}."
        return f"{lead}{words}{' ' if after.isalnum() else ''}"

    return spelling.mark.sub(full, text)


def _opens_sentence(rest: str) -> bool:
    """Whether a sentence may begin there, so that the full stop before it ends one."""
    bare = rest.lstrip(" ")
    return not bare or bare[0] == "\n" or (bare != rest and bare[0].isupper())


def _words(text: str, grammar: Grammar) -> Iterator[Token]:
    end = 0
    begins = True
    listed = all(mark.search(text) for mark in _LISTED)
    for match in _TOKEN.finditer(text):
        glued = match.start() == end and end > 0
        end = match.end()
        for token in _tokens(match, text, grammar, listed=listed):
            capital = token.capital and not begins
            yield Token(token.kind, token.text, capital, glued, token.ends)
            if token.kind != "boundary":
                begins = False
            elif token.ends or token.text == ":":
                begins = True


def _tokens(match: re.Match[str], text: str, grammar: Grammar, *, listed: bool) -> list[Token]:
    """The tokens of one match, as if each began no sentence."""
    found = match[0]
    match match.lastgroup:
        case "mark":
            token = _mark(found, text, match.start(), grammar)
            return [] if token is None else [token]
        case "number" | "code" as kind:
            # Names of code, and the order of what they are given, are kept to the letter.
            plain = kind == "number"
            return [Token("number", found.casefold()) if plain else Token("quote", found)]
        case "address":
            return [Token("word", found.rstrip(".,;:!?)"), capital=True)]
        case "word":
            return _parts(found, grammar)
        case "enumerator" if not listed:
            return [Token("boundary", "("), Token("number", found.strip("()."))]
        case _:
            return [Token("boundary", "\n", ends=True)]


def _mark(mark: str, text: str, position: int, grammar: Grammar) -> Token | None:
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    if mark == "-":
        return _dash(text, position, grammar)
    if mark == "." and (after.strip() or _abbreviated(text, position, grammar)):
        return None
    if mark == "+" and not before.strip() and not after.strip():
        return Token("boundary", ",")
    if mark in _BOUNDARIES:
        return Token("boundary", mark, ends=mark in _ENDS)
    return Token("word", mark.casefold())


def _dash(text: str, position: int, grammar: Grammar) -> Token | None:
    """What a dash stands for: a span, a minus, a boundary, or nothing inside a word."""
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    if (before.isdigit() and after.isdigit()) or _spans(text, position, grammar):
        return Token("word", "-")
    if before == " " and after.isdigit() and text[:position].strip(" "):
        # "-18" behind a blank, in a line: not a bullet.
        return Token("word", grammar.numbers.minus)
    joined = before.isalnum() and after.isalnum()
    return None if joined else Token("boundary", "-", ends=not before.strip(" "))


_BEFORE: Final = re.compile(r"([^\W\d_]{1,12}) ?$")
_BEHIND: Final = re.compile(r" ?([^\W_]{1,12})")


def _spans(text: str, position: int, grammar: Grammar) -> bool:
    """Whether a dash stands between two moments: "Mon-Fri", "9am-5pm"."""
    calendar = grammar.calendar
    begin = _BEFORE.search(text[max(position - 13, 0) : position])
    end = _BEHIND.match(text, position + 1)
    if begin is None or end is None:
        return False
    first, last = begin[1].casefold(), end[1].casefold()
    if first in calendar.am or first in calendar.pm:
        return last[0].isdigit()
    tables = (calendar.weekdays, calendar.months)
    return any(first in table and last in table for table in tables)


def _abbreviated(text: str, position: int, grammar: Grammar) -> bool:
    """Whether the full stop at `position` stands behind an abbreviation."""
    start = position
    while start > 0 and position - start < _LONGEST_ABBREVIATION and not text[start - 1].isspace():
        start -= 1
    following = text[position + 1 : position + 3].strip()
    known = text[start:position].lstrip("(").casefold() in grammar.function.abbreviations
    return known and bool(following)


_LONGEST_ABBREVIATION: Final = 16


def _parts(found: str, grammar: Grammar) -> list[Token]:
    """A word with its contraction written out and its owner's mark apart."""
    word = found.casefold()
    capital = found[0].isupper()
    written_out = grammar.contractions.get(word)
    if written_out is not None:
        return [Token("word", part) for part in written_out.split()]
    if "'" not in word:
        return [Token("word", word, capital)]
    for end, full in grammar.contraction_ends.items():
        if word.endswith(end) and len(word) > len(end):
            return [Token("word", word.removesuffix(end)), Token("word", full)]
    owner = _owner(word, grammar)
    return [owner[0]._replace(capital=capital), *owner[1:]]


def _owner(word: str, grammar: Grammar) -> list[Token]:
    possessive = grammar.possessive
    for end in possessive.ends:
        owner = word.removesuffix(end)
        if owner != word and owner in possessive.verb_after:
            return [Token("word", owner), Token("word", possessive.verb)]
        if owner not in {word, ""}:
            return [Token("word", owner), Token("owner", end)]
    if word.endswith(possessive.bare):
        return [Token("word", word.removesuffix(possessive.bare)), Token("owner", "")]
    return [Token("word", word)]
