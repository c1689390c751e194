"""Names, numbers and links of a text: what a rewrite must not lose."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.confidence.text.words import folded_words

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,:/'\u2019\u00a0-]\d+)*")
_AFTER_NUMBER = re.compile(r"\s?(?:%|[^\W\d_]+)")
# A mail address is looked for at the start of a run of its characters only, else a long run without
# spaces would be searched for its "@" again from each of its letters.
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'()\[\]]+|(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.-]+", re.IGNORECASE
)
_LINK_TAIL = ".,;:!?*_`"
_CAPITAL = re.compile(r"[^\W\d_a-z](?<![\w'\u2019-].)[\w'\u2019-]*")
_HEADING = re.compile(
    r"\s*(?:#|\*\*[^*\n]{1,200}\*\*:?\s*$|(?:subject|betreff|objet|asunto|re)\s?:)", re.IGNORECASE
)
_TITLE_BEFORE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Mme|Sr|Sra|[^\W\d_a-z])\.\s$")
_TITLE_REACH = 6
_HONORIFIC = re.compile(r"(?:\b(?:Herrn?|Frau|Familie)|\b(?:Dr|Prof|Mme|Hr|Fr)\.)\s$")
_HONORIFIC_REACH = 9
_SIGN_OFF = re.compile(
    r"(?:\w{1,12} ){0,4}(?:regards|wishes|sincerely|truly|faithfully|cheers|thanks|thank you|best|love|"
    r"gr\u00fc\u00dfen?|gru\u00df|cordialement|saludos?|yours)[,.!]?",
    re.IGNORECASE,
)
_INNER = frozenset(",;&'\u2019-\u2013/")
"""Marks that a word inside a sentence may follow; behind any other a capital means nothing."""

# Capitalised in English without naming anybody; a rewrite may drop or move them freely.
_NOT_NAMES = frozenset([
    "i", "i'm", "i'd", "i've", "i'll", "ok", "okay", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may",
    "june", "july", "august", "september", "october", "november", "december", "dear", "hello",
    "hi", "thanks", "thank", "regards", "best", "sincerely", "yours", "the", "a", "an", "and",
    "but", "if", "we", "you", "he", "she", "it", "they", "this", "that", "please", "mr", "mrs",
    "ms", "dr", "prof", "sir", "madam", "subject", "re", "mon", "tue", "wed", "thu", "fri",
    "sat", "sun", "internet", "english", "kind", "warm", "team", "god", "christmas", "easter",
])  # fmt: skip

_SHOUTED = frozenset([
    "asap", "fyi", "note", "faq", "todo", "tbd", "rsvp", "eod", "ps", "nb", "diy", "usp", "kpi",
    "vip", "ceo", "cfo", "cto", "hr", "it", "pm", "am",
])  # fmt: skip
"""Written in capitals without naming anybody, or a role that may be spelled out."""

_ACRONYM_LETTERS = 6
"""A longer word all in capitals is loud, not a name."""

_GERMAN = frozenset([
    "der", "die", "das", "und", "ist", "nicht", "mit", "ich", "sie", "wir", "zu", "ein", "eine",
    "einen", "den", "dem", "des", "für", "auf", "von", "im", "auch", "sich", "es", "wird",
    "haben", "sind", "bei", "am", "um", "an", "er", "hat", "wenn", "aber", "oder", "noch",
    "nach", "über", "aus", "bis", "vor", "werden", "kann", "uns", "ihr", "ihre", "sehr",
    "geehrte", "bitte", "leider", "können", "durch", "zum", "zur", "alle",
])  # fmt: skip
_GERMAN_SHARE = 0.18
"""Share of its commonest words that makes a text German, which writes each noun with a capital."""

_TITLE_SHARE = 0.6
_TITLE_WORDS = 3
_NO_TITLE_ENDS = (",", ".", "!", "?")
"""A line of so many words, so many of them capitals, is a title."""

_SIGNATURE_WORDS = 3
"""Longest name under a letter."""

_NOUN_CAPITALS = 0.25
"""Above this share of capitals inside sentences the language or the style (headlines) capitalises
common words, and names cannot be told apart."""

_FEW_WORDS = 20
"""A shorter text may well be half names."""

_STEM_SHORTFALL = 2
"""Names inflect at their end in many languages: the last two letters may differ."""

_LONG_NAME = 6
"""Letters of a name from which both of them may; of a shorter one only the last."""

_ENDING = 3
"""Letters that an inflected name may have more: "Andersens", "Anna's"."""


def numbers(text: str) -> dict[str, str]:
    """Numbers by their digits alone, so 1,200 and 1.200 agree; the value is how a reader knows it."""
    found: dict[str, str] = {}
    for match in _NUMBER.finditer(without_links(text)):
        tail = _AFTER_NUMBER.match(match.string, match.end())
        shown = match.group() + (tail.group() if tail else "")
        found.setdefault(_digits(match.group()), shown)
    return found


def names(text: str) -> list[str]:
    """Words of names, in order, once each; see `name_runs`."""
    runs = name_runs(text, folded_words(text))
    return list(dict.fromkeys(word for run in runs for word in run))


def name_runs(text: str, words: Sequence[str]) -> list[tuple[str, ...]]:
    """Capitalised words that do not open a sentence, neighbours together, in order, once each.

    Takes the text's folded words. Titles, headings and loud words are no names. In German, which
    writes nouns with capitals, only what follows "Frau" or "Dr." is one, and in a text of other
    capitals, or a script without them, nothing is.
    """
    german = sum(word in _GERMAN for word in words) > _GERMAN_SHARE * len(words)
    runs: dict[tuple[str, ...], None] = {}
    capitals = 0
    signing = False
    for line in text.splitlines():
        found = list(_CAPITAL.finditer(line))
        if signing and 0 < len(line.split()) == len(found) <= _SIGNATURE_WORDS:
            runs[tuple(_bare(match.group()) for match in found)] = None
        signing = _SIGN_OFF.fullmatch(line.strip()) is not None or (signing and not line.strip())
        if not found or _untold(line, found):
            continue
        inner = [match for match in found if _inside(line, match, german=german)]
        capitals += len(inner)
        runs |= dict.fromkeys(_joined(line, inner))
    unclear = len(words) >= _FEW_WORDS and capitals > _NOUN_CAPITALS * len(words)
    return [] if unclear else list(runs)


def capitals(text: str) -> dict[str, str]:
    """Every capitalised word, folded and without its possessive, with how it is written."""
    found: dict[str, str] = {}
    for word in _CAPITAL.findall(text):
        bare = _bare(word)
        found.setdefault(bare.casefold(), bare)
    return found


def name_kept(name: str, words: Collection[str], joined: str) -> bool:
    """Whether a name is among folded words, letting its ending inflect.

    `joined` is the same text as one string, for names of several parts or in scripts without spaces.
    """
    folded = name.casefold().replace("\u2019", "'")
    if folded in words:
        return True
    if not folded.isalpha() and folded in joined:
        return True
    stem = folded[: len(folded) - (_STEM_SHORTFALL if len(folded) >= _LONG_NAME else 1)]
    longest = len(folded) + _ENDING
    return any(word.startswith(stem) and len(word) <= longest for word in words)


def links(text: str) -> list[str]:
    """Web and mail addresses in order, once each, without trailing punctuation."""
    if not _may_link(text):
        return []
    lines = filter(_may_link, text.split("\n"))
    return list(
        dict.fromkeys(link.rstrip(_LINK_TAIL) for line in lines for link in _LINK.findall(line))
    )


def without_links(text: str) -> str:
    """The text with a space for each address."""
    if not _may_link(text):
        return text
    lines = text.split("\n")
    return "\n".join(_LINK.sub(" ", line) if _may_link(line) else line for line in lines)


def _may_link(text: str) -> bool:
    return "://" in text or "@" in text or "www." in text


def _untold(line: str, found: list[re.Match[str]]) -> bool:
    if _HEADING.match(line):
        return True
    count = len(line.split())
    if line.rstrip().endswith(_NO_TITLE_ENDS):
        return False
    return count >= _TITLE_WORDS and len(found) >= _TITLE_SHARE * count


def _inside(line: str, match: re.Match[str], *, german: bool) -> bool:
    word, start = _bare(match.group()), match.start()
    folded = word.casefold()
    if len(word) < 2 or not word[0].isupper() or folded in _NOT_NAMES or folded in _SHOUTED:  # noqa: PLR2004 - initials
        return False
    if word.isupper() and len(word) > _ACRONYM_LETTERS:
        return False
    if german:
        return _HONORIFIC.search(line[max(0, start - _HONORIFIC_REACH) : start]) is not None
    before = line[max(0, start - _TITLE_REACH) : start].rstrip()[-1:]
    if before.isalnum() or (before in _INNER and before):
        return True
    return _TITLE_BEFORE.search(line[max(0, start - _TITLE_REACH) : start]) is not None


def _joined(line: str, inner: list[re.Match[str]]) -> list[tuple[str, ...]]:
    runs: list[list[str]] = []
    end = -1
    for match in inner:
        if runs and line[end : match.start()] == " ":
            runs[-1].append(_bare(match.group()))
        else:
            runs.append([_bare(match.group())])
        end = match.end()
    return [tuple(run) for run in runs]


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("\u2019s").rstrip("'\u2019-")


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
