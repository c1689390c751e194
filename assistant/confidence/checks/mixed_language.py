"""The text changes its language on the way."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.confidence.text.function_words import FUNCTION_WORDS, scripts_differ
from assistant.confidence.text.language import LANGUAGES, known_language, same_language
from assistant.confidence.text.words import first_words, folded_words
from assistant.types import CheckResult

_WINDOW_WORDS = 20
"""Shorter stretches of a text may be a list of names."""

_LEAST_SHARE = 0.06
"""Share of function words below which a stretch hardly is in the language of the text; lists of
nouns have some 10 %, prose has 30 % and more."""

_LEAST_WORDS = 12
"""Shorter paragraphs are not judged: mottoes, titles, names."""

_JUDGED_WORDS = 24
"""A paragraph is judged by its beginning, so that what is found in a beginning of a text stays found;
the last one only when it has as many words."""

_LEAST_CHARACTERS = 300
"""The language of the text is read from as many characters."""

_QUOTES = (
    '"',
    "\u201c",
    "\u201e",
    "\u00ab",
    ">",
    "'",
    "\u2018",
    "*",
    "|",
    "#",
    "`",
    "-",
    "\u2022",
    "(",
)

_BACKING_SHARE = 0.15
"""Share of its own function words that a paragraph of another language has at least."""

_MOST_LOOKED_AT = 6
"""Suspicious paragraphs that are identified; each takes a tenth of a millisecond."""


def mixed_language(reading: Reading) -> CheckResult | None:
    """Applies to texts of one language; a paragraph in quotes may be in any.

    Does not apply where the request speaks of languages or is in another one itself.
    """
    if len(reading.text) < _LEAST_CHARACTERS:
        return None
    main, usual = reading.language[0], FUNCTION_WORDS.get(reading.language[0])
    if usual is None:
        return None
    if _is_suspicious(reading.words, usual):
        if reading.asked.mixes:
            return None
        other = _other(reading, main, usual)
        if other:
            return failed("mixed_language", f"changes from {main} to {other}")
    return passed("mixed_language", f"stays in {main}")


def _is_suspicious(tokens: list[str], usual: frozenset[str]) -> bool:
    hits = list(map(usual.__contains__, tokens))
    starts = range(0, len(hits) - _WINDOW_WORDS + 1, _WINDOW_WORDS // 2)
    least = _LEAST_SHARE * _WINDOW_WORDS
    return any(sum(hits[start : start + _WINDOW_WORDS]) <= least for start in starts)


def _other(reading: Reading, main: str, usual: frozenset[str]) -> str | None:
    looked_at = 0
    for number, paragraph in enumerate(reading.paragraphs, start=1):
        least = _LEAST_WORDS if number < len(reading.paragraphs) else _JUDGED_WORDS
        tokens = folded_words(paragraph)[:_JUDGED_WORDS]
        if len(tokens) < least or paragraph.startswith(_QUOTES):
            continue
        if sum(map(usual.__contains__, tokens)) > _LEAST_SHARE * len(tokens) + 1:
            continue
        looked_at += 1
        if looked_at > _MOST_LOOKED_AT:
            return None
        code = known_language(first_words(paragraph, _JUDGED_WORDS))
        if code is not None and not same_language(code, main) and _is_backed(code, tokens):
            return code
    return None


def _is_backed(code: str, tokens: list[str]) -> bool:
    """Whether function words or the script of that language back the identifier's word."""
    own = FUNCTION_WORDS.get(code)
    if own is None:
        return code in LANGUAGES.values() and scripts_differ("".join(tokens))
    return sum(map(own.__contains__, tokens)) >= _BACKING_SHARE * len(tokens)
