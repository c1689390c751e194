"""Which passages of a draft and its request are embedded: few, short, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from assistant.confidence.text.words import first_words, sentences, words

DENSE_PASSAGES = 24
"""Passages of a draft that are all embedded: some 500 words, more than most drafts have."""

THINNED = 3
"""Behind them one passage in this many stands for its neighbours."""

DRAFT_PASSAGES = 48
"""Most passages of a draft: some 2,000 words; what lies behind is not embedded."""

_PASSAGE_LEAST_WORDS = 15
"""A passage of a draft is closed at the first sentence end from here on: about a sentence each."""

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


def draft_passages(text: str) -> tuple[str, ...]:
    """Passages of a draft, those of a beginning being the first ones of the whole.

    So they can be embedded while the draft is still being written: only its last passage is not
    settled. Later passages of a long draft are thinned out, which keeps the cost bounded.
    """
    closed, pending = _closed(sentences(text))
    if len(words(pending)) >= _SHORT_WORDS or not closed:
        closed.append(pending)
    return _thinned([first_words(one, PASSAGE_WORDS) for one in closed if one])


def settled_passages(beginning: str) -> tuple[str, ...]:
    """Those of them that no continuation of this beginning can change."""
    # What follows the last sentence end seen may still grow, and so may that sentence itself.
    closed, _ = _closed(sentences(beginning)[:-1])
    return _thinned([first_words(one, PASSAGE_WORDS) for one in closed])


def _closed(units: list[str]) -> tuple[list[str], str]:
    closed: list[str] = []
    pending: list[str] = []
    count = 0
    for unit in units:
        pending.append(unit)
        count += len(words(unit))
        if count >= _PASSAGE_LEAST_WORDS:
            closed.append(" ".join(pending))
            pending, count = [], 0
    return closed, " ".join(pending)


def _thinned(passages: list[str]) -> tuple[str, ...]:
    dense, rest = passages[:DENSE_PASSAGES], passages[DENSE_PASSAGES:]
    return (*dense, *rest[::THINNED])[:DRAFT_PASSAGES]


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
