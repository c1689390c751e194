"""What a program can verify about a text. Pure; every judge is linear in the text and never raises."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from assistant.confidence.text.words import folded_words, lines, sentences, words
from assistant.evaluation.verifiable.base import Requirement

_MARKERS = "-*+\u2022#>0123456789.() \t"
"""What stands before the words of a list item."""

_MOST_WORDS_COMPARED = 400
"""Texts far beyond what was asked for are not compared word by word, which is quadratic."""

_QUOTES = "\"'\u201c\u201d\u2018\u2019*_` \t"


def tokens(text: str) -> list[str]:
    """Folded words without the possessive `'s`, so that "Mara's" mentions Mara."""
    return [word.removesuffix("'s") for word in folded_words(text)]


def holds(text: str, term: str) -> bool:
    """Whether the words of a term stand in the text in a row, in any case."""
    run, said = tokens(term), tokens(text)
    return any(said[start : start + len(run)] == run for start in range(len(said) - len(run) + 1))


def mentions(*ways: str, name: str = "") -> Requirement:
    """Some way to say the thing occurs."""
    return Requirement(
        name=name or f"mentions {ways[0]}", met=lambda text: any(holds(text, way) for way in ways)
    )


def avoids(*terms: str, name: str = "") -> Requirement:
    """None of the terms occurs."""
    return Requirement(
        name=name or f"avoids {terms[0]}",
        met=lambda text: not any(holds(text, term) for term in terms),
    )


def word_count(low: int, high: int) -> Requirement:
    """Between so many words, both included."""
    return Requirement(
        name=f"{low} to {high} words", met=lambda text: low <= len(words(text)) <= high
    )


def sentence_count(low: int, high: int) -> Requirement:
    """Between so many sentences, both included."""
    return Requirement(
        name=f"{low} to {high} sentences", met=lambda text: low <= len(sentences(text)) <= high
    )


def items(text: str) -> list[str]:
    """Lines without their bullets, numbers and emphasis; lines that only introduce a list left out."""
    found = [line.lstrip(_MARKERS).strip(_QUOTES) for line in lines(text)]
    return [line for line in found if line and not line.endswith(":")]


def item_count(low: int, high: int | None = None) -> Requirement:
    """So many list items, one a line."""
    most = low if high is None else high
    return Requirement(name=f"{low} items", met=lambda text: low <= len(items(text)) <= most)


def items_differ(least: int | None = None) -> Requirement:
    """No item is said twice; or at least so many are different."""

    def met(text: str) -> bool:
        every = items(text)
        return len({one.casefold() for one in every}) >= (len(every) if least is None else least)

    return Requirement(name="items differ", met=met)


def items_at_most(limit: int) -> Requirement:
    """No item is longer, in words."""
    return Requirement(
        name=f"items of at most {limit} words",
        met=lambda text: all(len(words(one)) <= limit for one in items(text)),
    )


def in_order(wanted: Sequence[str]) -> Requirement:
    """Each of these is mentioned, one after the other."""
    runs = [tokens(one) for one in wanted]

    def met(text: str) -> bool:
        said, start = tokens(text), 0
        for run in runs:
            places = range(start, len(said) - len(run) + 1)
            found = next((at for at in places if said[at : at + len(run)] == run), None)
            if found is None:
                return False
            start = found + len(run)
        return True

    return Requirement(name="in order", met=met)


def begins(opening: str) -> Requirement:
    """It begins with these words, whatever quotes and capitals."""
    run = tokens(opening)
    return Requirement(
        name="given beginning", met=lambda text: tokens(text[: 4 * len(opening)])[: len(run)] == run
    )


def ends(closing: str) -> Requirement:
    """It ends with these words."""
    run = tokens(closing)
    return Requirement(
        name="given end", met=lambda text: tokens(text[-4 * len(closing) :])[-len(run) :] == run
    )


def likeness(text: str, wanted: str) -> float:
    """Share of words that two texts have in common in one order, in [0, 1] (Ratcliff-Obershelp)."""
    first, second = folded_words(text), folded_words(wanted)
    if max(len(first), len(second)) > _MOST_WORDS_COMPARED:
        return 0.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def like(wanted: str, least: float) -> Requirement:
    """Nearly the wanted text, word for word."""
    return Requirement(
        name="nothing else changed", met=lambda text: likeness(text, wanted) >= least
    )


def unlike(source: str, most: float) -> Requirement:
    """Not the source given back."""
    return Requirement(name="is reworded", met=lambda text: likeness(text, source) <= most)


def not_repetitive() -> Requirement:
    """No sentence follows itself."""
    return Requirement(
        name="no sentence twice in a row",
        met=lambda text: all(one != other for one, other in pairwise(sentences(text))),
    )
