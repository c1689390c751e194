"""Terms that the draft does not write as the glossary has them."""

from __future__ import annotations

import re

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.reading import REWRITING, Reading
from assistant.types import CheckResult

_STEM_LETTERS = 5
"""Wordings from here on may inflect in their last two letters."""


def glossary(reading: Reading) -> CheckResult | None:
    """Applies where the style has a glossary of pairs: a term and the wording it must have.

    The term itself is wrong wherever the wording is another, and a text given back must have the
    wording of each term in its source.
    """
    pairs = [(term.strip(), wording.strip()) for term, wording in reading.request.style.glossary]
    pairs = [(term, wording) for term, wording in pairs if term and wording]
    if not pairs or not reading.words:
        return None
    wrong = [wording for term, wording in pairs if not _obeyed(term, wording, reading)]
    if wrong:
        return failed("glossary", f"not worded as given: {quoted(wrong)}")
    return passed("glossary", f"{len(pairs)} terms as given")


def _obeyed(term: str, wording: str, reading: Reading) -> bool:
    text = reading.text
    if term.casefold() == wording.casefold():
        return all(found == wording for found in _occurrences(wording, text))
    rest = re.sub(re.escape(wording), " ", text, flags=re.IGNORECASE)
    if reading.task != "translate" and _occurrences(term, rest):
        return False
    if reading.task not in REWRITING or not _occurrences(term, reading.source):
        return True
    stem = wording[:-2] if len(wording) >= _STEM_LETTERS and wording[-1].isalpha() else wording
    return stem.casefold() in text.casefold()


def _occurrences(term: str, text: str) -> list[str]:
    if term.casefold() not in text.casefold():
        return []
    # Scripts without spaces have no word boundary to look for.
    bounded = term.isascii() or term[0].lower() != term[0].upper()
    before, behind = (r"(?<!\w)", r"(?!\w)") if bounded else ("", "")
    return re.findall(f"{before}{re.escape(term)}{behind}", text, flags=re.IGNORECASE)
