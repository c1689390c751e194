"""Which passages of a draft and its request are embedded: few, short, in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant.confidence.text.words import (
    SENTENCE_END_CHARACTERS,
    ends_like_a_sentence,
    first_words,
    sentence_ends,
    sentences,
    words,
)

DENSE_PASSAGES = 24
"""Passages of a draft that are all embedded: some 500 words, more than most drafts have."""

THINNED = 3
"""Behind them one passage in this many stands for its neighbours."""

DRAFT_PASSAGES = 48
"""Most passages of a draft: some 2,000 words; what lies behind is not embedded."""

_LAST_PASSAGE = DENSE_PASSAGES + THINNED * (DRAFT_PASSAGES - DENSE_PASSAGES - 1)
"""Position of the last passage of a draft that can be embedded."""

_PASSAGE_LEAST_WORDS = 15
"""A passage of a draft is closed at the first sentence end from here on: about a sentence each."""

ASK_PASSAGES = 6
"""Most passages of an instruction."""

SOURCE_PASSAGES = 12
"""Most passages of the text to be rewritten, summarized or continued."""

PASSAGE_WORDS = 40
"""Longest passage, words: about 55 tokens, half the time of MiniLM's full window."""

_LAST_CHARACTERS = tuple(SENTENCE_END_CHARACTERS)

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
    # A blank behind it ends the last sentence as it would within the text.
    closed, pending = _closed(sentences(f"{text.strip()} "))
    if len(words(pending)) >= _SHORT_WORDS or not closed:
        closed.append(pending)
    return tuple(first_words(one, PASSAGE_WORDS) for one in _thinned(closed) if one)


def settled_passages(beginning: str) -> tuple[str, ...]:
    """Those of them that no continuation of this beginning can change."""
    return GrowingPassages().add(beginning)


class GrowingPassages:
    """Tells the settled passages of a text that is being written; reads each character once.

    A sentence end is known from the character behind it: more dots or a closing quote may still come.
    """

    def __init__(self) -> None:
        """Begins with an empty text."""
        # The open sentence, and one character before it: a dot right behind another ends nothing.
        self._text = ""
        self._start = 0
        self._read = 0
        self._pending: list[str] = []
        self._words = 0
        self._closed = 0

    def add(self, piece: str) -> tuple[str, ...]:
        """The passages that this further piece settles, in order."""
        self._text += piece
        certain = len(piece.rstrip(SENTENCE_END_CHARACTERS))
        if not certain or self._closed > _LAST_PASSAGE:
            return ()
        read = len(self._text) - len(piece) + certain
        settled: list[str] = []
        for end in sentence_ends(self._text[:read], self._start, self._read):
            settled.extend(self._take(self._text[self._start : end].strip()))
            self._start = end
        done = max(0, self._start - 1)
        self._text = self._text[done:]
        self._start -= done
        self._read = read - done
        return tuple(settled)

    def likely_last(self) -> str | None:
        """The passage that the text would close with if it ended here, where it looks finished.

        It is settled as soon as anything but more of the same sentence end follows, so little is lost
        by embedding it right away, while the engine still makes up its mind to stop.
        """
        if not self._text.endswith(_LAST_CHARACTERS) or not _is_kept(self._closed):
            return None
        open_sentence = self._text[self._start :].strip()
        if not ends_like_a_sentence(open_sentence):
            return None
        if self._words + len(words(open_sentence)) < _PASSAGE_LEAST_WORDS:
            return None
        return first_words(" ".join([*self._pending, open_sentence]), PASSAGE_WORDS)

    def _take(self, sentence: str) -> Iterator[str]:
        if not sentence:
            return
        self._pending.append(sentence)
        self._words += len(words(sentence))
        if self._words >= _PASSAGE_LEAST_WORDS:
            if _is_kept(self._closed):
                yield first_words(" ".join(self._pending), PASSAGE_WORDS)
            self._closed += 1
            self._pending, self._words = [], 0


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
    return tuple(passage for at, passage in enumerate(passages) if _is_kept(at))


def _is_kept(position: int) -> bool:
    behind = position - DENSE_PASSAGES
    return behind < 0 or (behind % THINNED == 0 and position <= _LAST_PASSAGE)


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
