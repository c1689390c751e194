"""Quoted speech that the draft lost or changed."""

from __future__ import annotations

from assistant.confidence.checks.base import failed, passed, quoted
from assistant.confidence.checks.keeping import SAME_LANGUAGE, must_keep
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_DIALOGUE = 4
"""A text of more quotes than this is dialogue, which a rewrite may word anew unless told otherwise."""

_PROOFREAD_SAME = 0.75
"""Share of a quote's words that proofreading leaves: it corrects quotes too."""

_SHOWN_CHARACTERS = 60


def lost_quotes(reading: Reading) -> CheckResult | None:
    """Applies where the request keeps quotes, and to rewriting within one language.

    Quotes of three words and more stay word for word, whatever marks are put around them.
    """
    if not must_keep(reading, "quotes", SAME_LANGUAGE, kept="quotes"):
        return None
    source = reading.asked.told.quotations
    if not source or ("quotes" not in reading.request.keep and len(source) > _DIALOGUE):
        return None
    lost = [_short(said) for said, words in source if not _kept(words, reading)]
    if lost:
        return failed("lost_quotes", f"not word for word: {quoted(lost)}")
    return passed("lost_quotes", f"all {len(source)} kept word for word")


def _kept(words: str, reading: Reading) -> bool:
    if f" {words} " in reading.said:
        return True
    if reading.task != "proofread" or "quotes" in reading.request.keep:
        return False
    several = words.split()
    same = sum(word in reading.told.word_set for word in several)
    return same >= _PROOFREAD_SAME * len(several)


def _short(said: str) -> str:
    return said if len(said) <= _SHOWN_CHARACTERS else f"{said[:_SHOWN_CHARACTERS]}..."
