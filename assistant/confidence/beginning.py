"""How a beginning is read: what is still to come is not missed, and the cost has a ceiling.

A stream is judged again and again while it grows, so that reading all of it each time would cost with
the square of its length. Of a long beginning the opening and the latest part are read: earlier segments
were judged when they were the latest.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.confidence.asked import Asked
from assistant.confidence.checks import CHECKS
from assistant.confidence.checks.base import Check
from assistant.confidence.features.base import View
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.reading import Reading
from assistant.confidence.text.words import first_words, sentence_ends, words
from assistant.types import CheckResult

OPENING_WORDS = 100
"""Where refusals, preambles, the language and a repeated opening show."""

LATEST_WORDS = 500
"""More than any cycle that the loop check knows takes to turn, and several stretches of vocabulary."""

LONG_WORDS = 650
"""Beginnings up to here are read whole."""

_CHARACTERS_A_WORD = 8
"""More than most scripts take with the blank, so that enough characters are looked at."""

_SOON_CHARACTERS = 800
"""A paragraph or so: ends are looked for that far ahead."""

_LATEST_TOKENS = 1000
"""Log-probabilities that the latest part surely has."""

_BY_ALL_HEADINGS = frozenset({"empty_section", "repeated_heading"})
"""Checks of a text's structure: they read headings alone, and need all of them."""


def view_of_beginning(draft: ScoringInput, asked: Asked | None = None) -> View:
    """What features may look at, with the outcomes of the checks whose failure is final.

    `draft.text` is the beginning; how it was finished is not looked at, and it has no vectors.
    """
    whole = Reading(draft, asked)
    text = latest(draft.text)
    read = whole
    if text != draft.text:
        read = Reading(
            replace(draft, text=text, logprobs=draft.logprobs[-_LATEST_TOKENS:]), whole.asked
        )
    outcomes = (_outcome(check, whole, read) for check in CHECKS if check.on_prefix)
    return View(
        reading=read,
        checks={outcome.name: outcome for outcome in outcomes if outcome is not None},
        relations=None,
    )


def latest(text: str) -> str:
    """The text itself; of a long one its opening and its latest part, as if nothing stood between.

    Both are whole paragraphs or sentences, as far as there are ends of any.
    """
    reach = LONG_WORDS * _CHARACTERS_A_WORD
    seen = len(words(text[-reach:]))
    if len(text) <= reach and seen <= LONG_WORDS:
        return text
    size = min(reach, len(text)) * LATEST_WORDS // max(seen, LATEST_WORDS)
    start = _next_end(text, len(text) - size)
    end = _next_end(text, len(first_words(text[:reach], OPENING_WORDS)))
    return text if end >= start else f"{text[:end].rstrip()}\n\n{text[start:].lstrip()}"


def _next_end(text: str, place: int) -> int:
    """Behind the first paragraph that ends soon after the place, or else the first sentence."""
    stretch = text[place : place + _SOON_CHARACTERS]
    paragraph = stretch.find("\n\n")
    return place + (paragraph if paragraph >= 0 else next(sentence_ends(stretch), 0))


def _outcome(check: Check, whole: Reading, read: Reading) -> CheckResult | None:
    return check.run(whole if check.name in _BY_ALL_HEADINGS else read, beginning=True)
