"""Which passages of a draft and its request are embedded: few, short, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from assistant.confidence.text.words import first_words, sentences, words

DRAFT_PASSAGES = 12
"""Most passages of a draft; a typical 100 to 200 word draft gets one passage a sentence."""

ASK_PASSAGES = 6
"""Most passages of an instruction."""

SOURCE_PASSAGES = 12
"""Most passages of the text to be rewritten, summarized or continued."""

PASSAGE_WORDS = 40
"""Longest passage, words: about 55 tokens, half the time of MiniLM's full window."""

_SHORT_WORDS = 5
"""A sentence shorter than this (a heading, "Yes.") says too little alone and joins the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """Passages of the three texts a draft is compared by."""

    ask: tuple[str, ...]
    source: tuple[str, ...]
    draft: tuple[str, ...]

    def flat(self) -> tuple[str, ...]:
        """All of them in the order vectors are expected."""
        return self.ask + self.source + self.draft


def windows(text: str, count: int) -> tuple[str, ...]:
    """At most `count` neighbouring stretches of whole sentences, each by its first words.

    Every stretch is represented, so a long text costs the same as a medium one and neighbours stay
    neighbours.
    """
    units = _merged(sentences(text))
    groups = min(count, len(units))
    bounds = (
        [round(position * len(units) / groups) for position in range(groups + 1)] if groups else []
    )
    return tuple(
        first_words(" ".join(units[start:end]), PASSAGE_WORDS) for start, end in pairwise(bounds)
    )


def _merged(units: list[str]) -> list[str]:
    merged: list[str] = []
    pending: list[str] = []
    count = 0
    for unit in units:
        pending.append(unit)
        count += len(words(unit))
        if count >= _SHORT_WORDS:
            merged.append(" ".join(pending))
            pending, count = [], 0
    if pending and merged:
        merged[-1] = " ".join([merged[-1], *pending])
    elif pending:
        merged.append(" ".join(pending))
    return merged
