"""Inflected words to their base forms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assistant.cache.wording.schema import Form, Inflection, InflectionRule, Spelling

_SHORTEST_VARIANT = 6
"""Letters of a word before a change of its ending by spelling is thought of: "wise" has none."""


class Lemma(NamedTuple):
    """A base form and how the word was inflected."""

    base: str
    form: Form


class Lemmatizer:
    """Base forms by rules, exceptions and the words known to the language."""

    __slots__ = (
        "_cache",
        "_ends",
        "_exceptions",
        "_keep",
        "_known",
        "_rules",
        "_spelled",
        "_spelling",
        "_vowels",
    )

    def __init__(self, inflection: Inflection, spelling: Spelling, known: frozenset[str]) -> None:
        self._exceptions = _exceptions(inflection)
        self._rules: Mapping[str, Sequence[InflectionRule]] = _by_last_letter(inflection.rules)
        self._known = known
        self._vowels = inflection.vowels
        self._keep = frozenset(spelling.keep)
        self._spelled = spelling.words
        self._spelling = spelling
        self._ends = spelling.ends
        self._cache: dict[str, Lemma] = {}

    def lemma(self, word: str) -> Lemma:
        """The base form of a lower-case word; a word nothing is known about may stay as it is."""
        found = self._cache.get(word)
        if found is None:
            base, form = self._find(self._respelled(word))
            spelled = self._spelled.get(base, base)
            found = Lemma(base if " " in spelled else spelled, form)
            if len(self._cache) < _CACHE_LIMIT:
                self._cache[word] = found
        return found

    def _respelled(self, word: str) -> str:
        if (found := self._spelling.stem.search(word)) is not None:
            word = self._restemmed(word, found)
        if len(word) < _SHORTEST_VARIANT:
            return word
        for old, new in self._ends:
            if word.endswith(old):
                stem = word[: -len(old)]
                kept = stem + old[:2] in self._keep
                return word if kept else stem + new
        return word

    def _restemmed(self, word: str, found: re.Match[str]) -> str:
        if found[2]:
            return self._spelling.finals[found[2]] + found[3]
        return word.replace(found[1], self._spelling.stems[found[1]])

    def _find(self, word: str) -> Lemma:
        exception = self._exceptions.get(word)
        if exception is not None:
            return exception
        for rule in self._rules.get(word[-1:], ()):
            if word.endswith(rule.end) and len(word) - len(rule.end) >= rule.stem:
                base = self._apply(rule, word[: len(word) - len(rule.end)])
                return Lemma(word, "") if base is None else Lemma(base, rule.form)
        return Lemma(word, "")

    def _apply(self, rule: InflectionRule, stem: str) -> str | None:
        candidates = [stem + end for end in rule.replace]
        if rule.double and len(stem) > 1:
            if stem[-1] == stem[-2]:
                candidates.insert(1, stem[:-1])
            elif self._one_vowel_one_consonant(stem):
                candidates.reverse()
        for candidate in candidates:
            if candidate in self._known:
                return candidate
        return None if rule.known else candidates[0]

    def _one_vowel_one_consonant(self, stem: str) -> bool:
        # Such a verb would have doubled its consonant: "hoping" is of "hope", not of "hop".
        vowels = self._vowels
        before = stem[-3:-2]
        return stem[-1] not in vowels and stem[-2] in vowels and before not in set(vowels)


_CACHE_LIMIT = 50_000


def _exceptions(inflection: Inflection) -> dict[str, Lemma]:
    found: dict[str, Lemma] = {word: Lemma(word, "") for word in inflection.fixed.words}
    for base, forms in inflection.irregular.items():
        for form in forms:
            found.setdefault(form, Lemma(base, "ed"))
    for base, plural in inflection.plurals.items():
        found.setdefault(plural, Lemma(base, "s"))
    return found


def _by_last_letter(rules: Sequence[InflectionRule]) -> dict[str, list[InflectionRule]]:
    found: dict[str, list[InflectionRule]] = {}
    for rule in rules:
        found.setdefault(rule.end[-1], []).append(rule)
    return found
