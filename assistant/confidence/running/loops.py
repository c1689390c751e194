"""The text has begun to go round in circles."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from assistant.confidence.asked import Asked
from assistant.confidence.checks.loop import loop
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.reading import RUN_WORDS, Reading

_LONGEST_PERIOD_WORDS = 80
"""The check of loops looks for no longer cycles."""

_LEAST_TURNS = 2
"""Turns behind the first one; the check wants at least these."""

_LONG_RUN = 8
"""Words in a run of which the check of loops takes the share that was said before."""

_MOSTLY_SAID = 0.4
"""The share from which it is asked."""

_SHARE_RUNS = 53
"""Runs of that length in the shortest text that it judges by its share."""

_SHOWN_WORDS = 12
"""Enough of what is repeated for a writer to find it."""

_FENCE = re.compile(r"```+|~~~+")

_UNSEEN = "\u25a1"
"""A word that stands for those before and behind a stretch of text, so that no cut-off sentence is
taken for a whole one."""


class Loop:
    """Counts repetition word by word, and asks the check of loops where it may find one.

    A cycle is a run of words each of which was said the same number of words ago. What the check says
    of the last turns holds for the whole text and for every continuation. Cycles without a letter
    (tables of numbers, rules) and fenced code are passed over.
    """

    def __init__(self, asked: Asked, *, cycle_words: int) -> None:
        """Nothing was heard yet; `cycle_words` as in `AbortLimits`."""
        self._asked = asked
        self._cycle_words = cycle_words
        self._atoms: list[str] = []
        self._ends: list[int] = []  # number of words up to and with each atom
        self._words: list[str] = []
        self._in_code = False
        self._period, self._length = 0, 0
        self._asked_turns = _LEAST_TURNS - 1
        self._latest: dict[tuple[str, ...], int] = {}
        self._recent: deque[str] = deque(maxlen=_LONG_RUN)
        self._said: set[tuple[str, ...]] = set()
        self._runs = 0
        self._ask_share_at = _SHARE_RUNS

    def hear(self, atom: str, words: list[str]) -> str | None:
        """Evidence of a loop; None while there is none."""
        self._atoms.append(atom)
        if len(_FENCE.findall(atom)) % 2:
            self._in_code = not self._in_code
        elif not self._in_code:
            for word in words:
                self._count(word)
        self._ends.append(len(self._words))
        return None if self._in_code else self._cycle() or self._share()

    def _count(self, word: str) -> None:
        self._words.append(word)
        self._recent.append(word)
        said = tuple(self._recent)
        if len(said) >= RUN_WORDS:
            run, position = said[-RUN_WORDS:], len(self._words)
            ago = position - self._latest.get(run, position)
            self._latest[run] = position
            if ago == self._period:
                self._length += 1
            else:
                self._period, self._length, self._asked_turns = ago, 1, _LEAST_TURNS - 1
        if len(said) == _LONG_RUN and _has_letter(said):
            self._runs += 1
            self._said.add(said)

    def _cycle(self) -> str | None:
        period, again = self._period, self._length + RUN_WORDS - 1
        if not 0 < period <= _LONGEST_PERIOD_WORDS or again < self._cycle_words:
            return None
        turns = again // period
        if turns <= self._asked_turns or not _has_letter(self._words[-period:]):
            return None
        self._asked_turns = turns
        # Some words more, so that the sentence that the first turn may be is seen from its beginning.
        turning = self._last(again + period + RUN_WORDS)
        if self._failure(f"{_UNSEEN} {turning}{_UNSEEN}") is None:
            return None
        # The last whole turn, counted from where the first began: most often that of a sentence.
        end = len(self._words) - again % period
        return f'says over and over: "{_short(self._words[end - period : end])}"'

    def _share(self) -> str | None:
        if self._runs < self._ask_share_at or self._runs * (1 - _MOSTLY_SAID) <= len(self._said):
            return None
        # The check reads the whole text: should it see it otherwise, it is asked ever more rarely.
        self._ask_share_at = 2 * self._runs
        return self._failure("".join(self._atoms) + _UNSEEN)

    def _last(self, count: int) -> str:
        """The last words as written, and what shares an atom with the first of them."""
        return "".join(self._atoms[bisect_right(self._ends, len(self._words) - count) :])

    def _failure(self, text: str) -> str | None:
        result = loop(Reading(ScoringInput(request=self._asked.request, text=text), self._asked))
        return None if result is None or result.passed else result.evidence


def _has_letter(words: Sequence[str]) -> bool:
    return any(character.isalpha() for word in words for character in word)


def _short(said: list[str]) -> str:
    rest = "..." if len(said) > _SHOWN_WORDS else ""
    return " ".join(said[:_SHOWN_WORDS]) + rest
