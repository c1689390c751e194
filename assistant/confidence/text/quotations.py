"""Quoted speech and citations of a text."""

from __future__ import annotations

import re

from assistant.confidence.text.words import folded_words

_LEAST_WORDS = 3
"""Shorter passages in quotes are terms or titles, which a rewrite may name without quotes."""

_LONGEST = 600
"""Characters between two quotes; more is the space between two that do not belong together."""

_QUOTED = re.compile(
    rf'"([^"\n]{{1,{_LONGEST}}})"'
    rf"|\u201c([^\u201c\u201d\n]{{1,{_LONGEST}}})\u201d"
    rf"|\u201e([^\u201e\u201c\u201d\n]{{1,{_LONGEST}}})[\u201c\u201d]"
    rf"|\u00ab\s?([^\u00ab\u00bb\n]{{1,{_LONGEST}}})\u00bb"
    rf"|\u00bb([^\u00ab\u00bb\n]{{1,{_LONGEST}}})\u00ab"
)
_OPENERS = '"\u201c\u201e\u00ab\u00bb'

_NUMBERED = re.compile(
    r"\[(?<![\w\]!]\[)(\d{1,3}(?:\s?[,\u2013-]\s?\d{1,3}){0,8})\]|\[(?<=\]\[)(\d{1,3})\]"
)
_FOOTNOTE = re.compile(r"\[\^([\w-]{1,30})\]")
_KEYED = re.compile(r"\\[a-z]{0,12}cite[a-z]{0,8}\*?(?:\[[^\]\n]{0,60}\]){0,2}\{([^}\n]{1,200})\}|\[-?@([\w:.-]{1,60})")  # fmt: skip
_RAISED = re.compile(
    r"[\u00b9\u00b2\u00b3\u2074-\u2079\u2070](?<=[\w.,;:!?\u201d\"].)[\u00b9\u00b2\u00b3\u2074-\u2079\u2070]{0,2}"
)
_RAISED_DIGITS = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "0123456789"
)
_AUTHOR = r"[^\W\d_a-z][\w'\u2019-]{1,30}"
_AUTHOR_YEAR = re.compile(
    rf"(?<![\w'\u2019-])({_AUTHOR})(?:,? (?:and|&|und|et) {_AUTHOR}|,? et al\.?){{0,1}},? \(?((?:1[89]|20)\d\d)[a-z]?\b(?:, pp?\. ?\d{{1,4}})?[);,]"
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_AUTHORS_REACH, _PAGES_REACH = 70, 12
"""Characters before and behind a year that its authors and page take."""

_NOT_AUTHORS = frozenset([
    "in", "since", "until", "by", "from", "of", "during", "before", "after", "around", "early",
    "late", "mid", "summer", "winter", "spring", "autumn", "fall", "january", "february",
    "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember",
    "the", "and", "seit", "im", "jahr", "version",
])  # fmt: skip
"""Capitalised words before a year that wrote nothing."""

_MOST_IN_RANGE = 40
"""A range of more sources than this is no citation."""


def quotations(text: str) -> tuple[tuple[str, str], ...]:
    """Passages in quotes with their folded words joined by spaces, in order, once each."""
    if not any(mark in text for mark in _OPENERS):
        return ()
    found: dict[str, str] = {}
    for match in _QUOTED.finditer(text):
        said = next(filter(None, match.groups()), "").strip()
        words = folded_words(said)
        if len(words) >= _LEAST_WORDS:
            found.setdefault(" ".join(words), said)
    return tuple((said, words) for words, said in found.items())


def citations(text: str) -> dict[str, str]:
    """References to sources by what they refer to; the value is how a reader finds them.

    "[1, 2]" and "[1][2]" agree, as do "Smith (2019)" and "(Smith, 2019)".
    """
    found: dict[str, str] = {}
    if "[" in text or "\\" in text:
        found |= _bracketed(text)
    for year in _YEAR.finditer(text):
        # Looked for before each year, as years are rare and capitals are not.
        for match in _AUTHOR_YEAR.finditer(
            text, max(0, year.start() - _AUTHORS_REACH), year.end() + _PAGES_REACH
        ):
            author = match[1].removesuffix("'s").removesuffix("\u2019s")
            if author.casefold() not in _NOT_AUTHORS:
                found.setdefault(f"{author.casefold()} {match[2]}", f"{author} {match[2]}")
    if not text.isascii():
        for match in _RAISED.finditer(text):
            number = match.group().translate(_RAISED_DIGITS)
            found.setdefault(f"raised {number}", match.group())
    return found


def _bracketed(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _NUMBERED.finditer(text):
        for number in _numbers(match[1] or match[2]):
            found.setdefault(str(number), f"[{number}]")
    for match in _FOOTNOTE.finditer(text):
        found.setdefault(f"^{match[1]}", match.group())
    for match in _KEYED.finditer(text):
        for key in (match[1] or match[2]).split(","):
            found.setdefault(f"@{key.strip()}", key.strip())
    return found


def _numbers(listed: str) -> list[int]:
    found: list[int] = []
    for part in listed.split(","):
        ends = [int(end) for end in re.split(r"[\u2013-]", part) if end.strip()]
        if len(ends) == 2 and 0 < ends[1] - ends[0] < _MOST_IN_RANGE:  # noqa: PLR2004 - from, to
            found += range(ends[0], ends[1] + 1)
        else:
            found += ends
    return found
