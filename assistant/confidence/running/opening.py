"""What the beginning of a draft tells: that it declines, or is in the wrong language."""

from __future__ import annotations

from assistant.confidence.asked import Asked
from assistant.confidence.checks.language import language
from assistant.confidence.checks.refusal import refusal
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_REFUSAL_WORDS = 32
"""Words within which a refusal shows; the check itself reads 240 characters."""

_REFUSAL_EVERY = 4
"""Words between two looks for a refusal: nine looks of some 60 microseconds in all."""

_LANGUAGE_FIRST = 20
"""Words before the language is identified; with fewer, names and borrowed words decide."""

_LANGUAGE_EVERY = 12
"""Words between two looks, a millisecond each."""

_LANGUAGE_IN_A_ROW = 2
"""Looks that must agree: a text may open with a foreign motto."""

_LANGUAGE_CHARACTERS = 300
"""The check reads as many; at its end a single look settles it."""


class Refusal:
    """Listens for a refusal in the first words, as the check of that name knows it."""

    def __init__(self, asked: Asked) -> None:
        """Nothing was heard yet."""
        self._asked = asked
        self._head: list[str] = []
        self._words = 0
        self._look_at = _REFUSAL_EVERY
        self._over = False

    def hear(self, atom: str, words: list[str]) -> str | None:
        """Evidence that the draft declines; None while it does not."""
        if self._over:
            return None
        self._head.append(atom)
        self._words += len(words)
        if self._words < self._look_at:
            return None
        self._look_at = self._words + _REFUSAL_EVERY
        self._over = self._words >= _REFUSAL_WORDS
        return _failure(refusal(_reading(self._asked, "".join(self._head))))


class Language:
    """Listens for another language than asked, as the check of that name knows it.

    Two looks in a row must find it, or one that has read as much as the check ever reads.
    """

    def __init__(self, asked: Asked) -> None:
        """Nothing was heard yet."""
        self._asked = asked
        self._head: list[str] = []
        self._characters = 0
        self._words = 0
        self._look_at = _LANGUAGE_FIRST
        self._in_a_row = 0
        self._over = False

    def hear(self, atom: str, words: list[str]) -> str | None:
        """Evidence of another language than asked; None while there is none."""
        if self._over:
            return None
        self._head.append(atom)
        self._characters += len(atom)
        self._words += len(words)
        self._over = self._characters >= _LANGUAGE_CHARACTERS
        if self._words < self._look_at and not self._over:
            return None
        self._look_at = self._words + _LANGUAGE_EVERY
        found = _failure(language(_reading(self._asked, "".join(self._head))))
        self._in_a_row = self._in_a_row + 1 if found else 0
        return found if self._over or self._in_a_row >= _LANGUAGE_IN_A_ROW else None


def _reading(asked: Asked, text: str) -> Reading:
    return Reading(ScoringInput(request=asked.request, text=text), asked)


def _failure(result: CheckResult | None) -> str | None:
    return None if result is None or result.passed else result.evidence
