"""The little notation of the language files for phrases that vary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias


class _Slot(NamedTuple):
    words: frozenset[str]
    optional: bool


_Places: TypeAlias = frozenset[tuple[int, int]]
"""Phrases by number, each with the slot that comes next."""


@dataclass(slots=True)
class _State:
    """Where phrases are after some words; its steps are found when they are first taken."""

    places: _Places
    ended: bool
    expected: frozenset[str]
    steps: dict[str, _State] = field(default_factory=dict)


class Patterns:
    """Phrases in which "a|b" are alternatives and "(x)" or "(x y)" are words that may be missing."""

    __slots__ = ("_by_first", "_phrases", "_starts", "_states")

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._phrases: list[tuple[_Slot, ...]] = []
        self._by_first: dict[str, list[int]] = {}
        self._states: dict[_Places, _State] = {}
        self._starts: dict[str, _State] = {}
        for line in lines:
            self.add(line)

    def add(self, pattern: str) -> None:
        """Lets `pattern` match; it has at least one word that may not be missing."""
        slots = tuple(_slots(pattern))
        self._starts.clear()
        self._phrases.append(slots)
        for slot in slots:
            for word in slot.words:
                self._by_first.setdefault(word, []).append(len(self._phrases) - 1)
            if not slot.optional:
                break

    def end(self, words: Sequence[str], start: int) -> int:
        """Where the longest phrase that begins at `start` ends; `start` if there is none."""
        if start >= len(words) or words[start] not in self._by_first:
            return start
        state = self._start(words[start])
        place, found = start + 1, start + 1 if state.ended else start
        while place < len(words) and words[place] in state.expected:
            word = words[place]
            following = state.steps.get(word)
            if following is None:
                following = state.steps[word] = self._state(self._moved(state.places, word))
            state = following
            place += 1
            if state.ended:
                found = place
        return found

    def whole(self, words: Sequence[str]) -> bool:
        """Whether all of `words` is one of the phrases."""
        return bool(words) and self.end(words, 0) == len(words)

    def _start(self, word: str) -> _State:
        state = self._starts.get(word)
        if state is None:
            begun = self._opened((number, 0) for number in self._by_first[word])
            state = self._starts[word] = self._state(self._moved(begun, word))
        return state

    def _moved(self, places: Iterable[tuple[int, int]], word: str) -> _Places:
        phrases = self._phrases
        return self._opened(
            (number, slot + 1)
            for number, slot in places
            if slot < len(phrases[number]) and word in phrases[number][slot].words
        )

    def _opened(self, places: Iterable[tuple[int, int]]) -> _Places:
        """`places` and those behind words that may be missing."""
        found: set[tuple[int, int]] = set()
        for number, slot in places:
            slots = self._phrases[number]
            last = slot
            while last < len(slots) and slots[last].optional:
                last += 1
            found.update((number, place) for place in range(slot, last + 1))
        return frozenset(found)

    def _state(self, places: _Places) -> _State:
        state = self._states.get(places)
        if state is None:
            phrases = self._phrases
            ended = any(slot == len(phrases[number]) for number, slot in places)
            open_slots = (phrases[n][slot].words for n, slot in places if slot < len(phrases[n]))
            state = _State(places, ended, frozenset().union(*open_slots))
            self._states[places] = state
        return state


def patterns(lines: Iterable[str]) -> Patterns:
    """The patterns written in `lines`."""
    return Patterns(lines)


def _slots(pattern: str) -> Iterable[_Slot]:
    inside = False
    for part in pattern.split():
        inside = inside or part.startswith("(")
        yield _Slot(frozenset(part.strip("()").split("|")), inside)
        inside = inside and not part.endswith(")")
