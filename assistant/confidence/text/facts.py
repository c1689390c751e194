"""Names, numbers and links of a text: what a rewrite must not lose."""

from __future__ import annotations

import re

from assistant.confidence.text.demands import SMALL_NUMBERS
from assistant.confidence.text.words import folded_words, sentences, words

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,:/'\u2019\u00a0-]\d+)*")
_AFTER_NUMBER = re.compile(r"\s?(?:%|[^\W\d_]+)")
# A mail address is looked for at the start of a run of its characters only, else a long run without
# spaces would be searched for its "@" again from each of its letters.
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'()\[\]]+|(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.-]+", re.IGNORECASE
)
_LINK_TAIL = ".,;:!?*_`"
_CAPITALISED = re.compile(r"^[^\W\d_][\w'\u2019-]*$")

# Capitalised in English without naming anybody; a rewrite may drop or move them freely.
_NOT_NAMES = frozenset(
    [
        "i",
        "i'm",
        "i'd",
        "i've",
        "i'll",
        "ok",
        "okay",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "dear",
        "hello",
        "hi",
        "thanks",
        "thank",
        "regards",
        "best",
        "sincerely",
        "yours",
        "the",
        "a",
        "an",
        "and",
        "but",
        "if",
        "we",
        "you",
        "he",
        "she",
        "it",
        "they",
        "this",
        "that",
        "please",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sir",
        "madam",
        "subject",
        "re",
    ]
)

_SPELLED = {str(value): word for word, value in SMALL_NUMBERS.items()}

_NOUN_CAPITALS = 0.25
"""Above this share of capitals inside sentences the language (German) or the style (headlines)
capitalises common words, and names cannot be told apart."""

_STEM_SHORTFALL = 2
"""Names inflect at their end in many languages: the last two letters may differ."""


def numbers(text: str) -> dict[str, str]:
    """Numbers by their digits alone, so 1,200 and 1.200 agree; the value is how a reader knows it."""
    found: dict[str, str] = {}
    for match in _NUMBER.finditer(_LINK.sub(" ", text)):
        digits = _digits(match.group())
        tail = _AFTER_NUMBER.match(match.string, match.end())
        found.setdefault(digits, match.group() + (tail.group() if tail else ""))
    return found


def number_kept(digits: str, text_numbers: dict[str, str], text_words: set[str]) -> bool:
    """Whether a number is still there, as digits or spelled out in English."""
    return digits in text_numbers or _SPELLED.get(digits) in text_words


def names(text: str) -> list[str]:
    """Capitalised words that do not open a sentence, in order, once each.

    Empty for a text that capitalises common words, and for scripts without capitals.
    """
    inner = [word for sentence in sentences(text) for word in words(sentence)[1:]]
    capitals = [word for word in inner if word[0].isupper() and _CAPITALISED.match(word)]
    if len(capitals) > _NOUN_CAPITALS * len(inner):
        return []
    return list(
        dict.fromkeys(
            word.removesuffix("'s").removesuffix("\u2019s")
            for word in capitals
            if word.casefold() not in _NOT_NAMES and len(word) > 1
        )
    )


def name_kept(name: str, folded_text: str) -> bool:
    """Whether a name is in a case-folded text, letting its ending inflect."""
    folded = name.casefold()
    stem = folded[: max(3, len(folded) - _STEM_SHORTFALL)]
    return stem in folded_text


def links(text: str) -> list[str]:
    """Web and mail addresses in order, once each, without trailing punctuation."""
    return list(dict.fromkeys(link.rstrip(_LINK_TAIL) for link in _LINK.findall(text)))


def spelled_numbers(text: str) -> set[str]:
    """Small numbers a text spells out in English."""
    return {word for word in folded_words(text) if word in SMALL_NUMBERS}


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
