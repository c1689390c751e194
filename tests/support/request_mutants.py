"""Mutants of requests: the same words in other places, or a word more, less or another."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD: Final = re.compile(r"\w+(?:['\u2019]\w+)?")
_FUNCTION: Final = _set_of(
    """
    a an the this these that those there here such very really quite rather also too as well
    be is are am was were been being do does did done has have had having will shall would
    it its itself which who whom whose so then even still already just own one ones thing
    and but or plus yet while to from by of for about on in at into with i me my mine we us
    our ours you your yours he him his she her hers they them their theirs can could may
    might must should not no please kindly thanks thank hi hello if us until than write make
    keep give need want let get put say use sound include mention tone style text version
    add provide draft compose produce prepare create register used help best contain each
    max have has had
    """
)
_PREPOSITIONS: Final = _set_of(
    """
    to from by for about on in at into with of against before after
    """
)
_PERSONS: Final = {
    "i": "you", "me": "you", "my": "your", "you": "I", "your": "my", "he": "she", "she": "he", "him": "her",
    "his": "her", "her": "his", "we": "they", "they": "we", "our": "their", "their": "our", "us": "them", "them": "us",
}  # fmt: skip
_OTHERS: Final = {
    "i": "we", "me": "us", "my": "our", "we": "I", "us": "me", "our": "my", "he": "they", "she": "they", "his": "their",
}  # fmt: skip
_TENSES: Final = {
    "is": "was", "are": "were", "am": "was", "was": "is", "were": "are", "has": "had", "have": "had", "will": "would",
    "can": "could", "does": "did", "do": "did", "comes": "came", "goes": "went", "takes": "took", "said": "says",
    "came": "comes", "went": "goes", "took": "takes", "gave": "gives", "found": "finds", "got": "gets", "met": "meets",
}  # fmt: skip
_MOVABLE: Final = frozenset(
    {"not", "only", "first", "never", "always", "no", "all", "every", "last", "most"}
)


class Word(NamedTuple):
    """A word of a request and where it stands."""

    start: int
    end: int
    text: str

    @property
    def folded(self) -> str:
        """In lower case."""
        return self.text.casefold()

    @property
    def content(self) -> bool:
        """Whether it says something itself."""
        plain = self.folded.partition("'")[0] not in _FUNCTION
        return plain and not self.text.isdigit() and len(self.text) > 1


Change: TypeAlias = tuple[Word, str]
Mutation: TypeAlias = Callable[[str, Sequence[Word], random.Random, Sequence[str]], list[Change]]


def _swap(pair: Sequence[Word]) -> list[Change]:
    one, other = pair
    return [(one, _cased(other.text, one.text)), (other, _cased(one.text, other.text))]


def _cased(text: str, like: str) -> str:
    """`text` with a first capital only where a name has its own or `like` has one."""
    return text.capitalize() if like[0].isupper() and text.islower() else text


def _two(words: Sequence[Word], text: str, draw: random.Random) -> list[Change]:
    """Two of these words in each other's place, but not members of one plain list."""
    if len(words) < 2:
        return []
    one, other = sorted(draw.sample(words, 2))
    if one.folded == other.folded or _listed(text, one, other):
        return []
    return _swap((one, other))


_LIST: Final = re.compile(r"[\s,&/-]*(?:(?:and|or|the|a|an)[\s,]*)*")


def _listed(text: str, one: Word, other: Word) -> bool:
    """Whether only other members of a list stand between the two."""
    between = text[one.end : other.start]
    parts = re.split(r",|;|\band\b|\bor\b|&|/", between)
    return len(parts) > 1 and all(len(part.split()) <= 2 for part in parts)


def _names(words: Sequence[Word], text: str) -> list[Word]:
    return [
        word
        for word in words
        if word.text[0].isupper() and word.content and text[: word.start].rstrip()[-1:].isalnum()
    ]


def swap_words(
    text: str, words: Sequence[Word], draw: random.Random, _: Sequence[str]
) -> list[Change]:
    """Two content words in each other's place."""
    return _two([word for word in words if word.content], text, draw)


def swap_near_words(
    text: str, words: Sequence[Word], draw: random.Random, _: Sequence[str]
) -> list[Change]:
    """Two content words not far from each other in each other's place."""
    content = [word for word in words if word.content]
    if len(content) < 2:
        return []
    start = draw.randrange(len(content) - 1)
    return _two(content[start : start + 4], text, draw)


def swap_names(
    text: str, words: Sequence[Word], draw: random.Random, _: Sequence[str]
) -> list[Change]:
    """Two names in each other's place."""
    return _two(_names(words, text), text, draw)


def swap_numbers(
    text: str, words: Sequence[Word], draw: random.Random, _: Sequence[str]
) -> list[Change]:
    """Two numbers in each other's place."""
    return _two([word for word in words if word.text.isdigit()], text, draw)


def swap_persons(
    text: str, words: Sequence[Word], draw: random.Random, _: Sequence[str]
) -> list[Change]:
    """Two pronouns in each other's place."""
    return _two([word for word in words if word.folded in _PERSONS], text, draw)


def swap_prepositions(
    text: str, words: Sequence[Word], draw: random.Random, _: Sequence[str]
) -> list[Change]:
    """Two prepositions in each other's place."""
    return _two([word for word in words if word.folded in _PREPOSITIONS], text, draw)


def swap_objects(
    text: str, words: Sequence[Word], draw: random.Random, _: Sequence[str]
) -> list[Change]:
    """The first content words behind two prepositions in each other's place."""
    bound: list[Word] = []
    for place, word in enumerate(words):
        if word.folded in _PREPOSITIONS:
            bound.extend([later for later in words[place + 1 : place + 4] if later.content][:1])
    return _two(bound, text, draw)


def move_word(
    _: str, words: Sequence[Word], draw: random.Random, __: Sequence[str]
) -> list[Change]:
    """A word that decides what another means in front of a third."""
    movable = [word for word in words if word.folded in _MOVABLE]
    content = [word for word in words if word.content and word not in movable]
    if not movable or len(content) < 2:
        return []
    moved, target = draw.choice(movable), draw.choice(content)
    following = [word for word in content if word.start > moved.start][:1]
    if target in following:
        return []
    return [(moved, ""), (target, f"{moved.folded} {target.text}")]


def delete_word(
    _: str, words: Sequence[Word], draw: random.Random, __: Sequence[str]
) -> list[Change]:
    """A content word less."""
    content = [word for word in words if word.content]
    return [(draw.choice(content), "")] if content else []


def repeat_word(
    _: str, words: Sequence[Word], draw: random.Random, __: Sequence[str]
) -> list[Change]:
    """A content word once more, somewhere else."""
    content = [word for word in words if word.content]
    if len(content) < 4:
        return []
    again, target = draw.sample(content, 2)
    return [(target, f"{again.folded} {target.text}")]


def replace_word(
    _: str, words: Sequence[Word], draw: random.Random, others: Sequence[str]
) -> list[Change]:
    """Another word in the place of one."""
    content = [word for word in words if word.content]
    return [(draw.choice(content), draw.choice(others))] if content else []


def copy_over(
    _: str, words: Sequence[Word], draw: random.Random, __: Sequence[str]
) -> list[Change]:
    """A word of the request in the place of another."""
    content = [word for word in words if word.content]
    if len(content) < 4:
        return []
    one, other = draw.sample(content, 2)
    return [] if one.folded == other.folded else [(one, _cased(other.text, one.text))]


def _mapped(words: Sequence[Word], table: dict[str, str], draw: random.Random) -> list[Change]:
    found = [
        word
        for place, word in enumerate(words)
        if word.folded in table and not _asking(words[max(place - 1, 0) : place + 2])
    ]
    if not found:
        return []
    word = draw.choice(found)
    return [(word, _cased(table[word.folded], word.text))]


def _asking(around: Sequence[Word]) -> bool:
    """Whether these are words of a courtesy: "could I", "can you", "for me", "I need"."""
    return any(word.folded in _COURTESIES for word in around)


_COURTESIES: Final = frozenset(
    {
        "can",
        "could",
        "would",
        "may",
        "will",
        "might",
        "for",
        "need",
        "give",
        "want",
        "tell",
        "help",
        "should",
    }
)


def change_person(
    _: str, words: Sequence[Word], draw: random.Random, __: Sequence[str]
) -> list[Change]:
    """Somebody else in one place."""
    return _mapped(words, _PERSONS, draw)


def change_count(
    _: str, words: Sequence[Word], draw: random.Random, __: Sequence[str]
) -> list[Change]:
    """Several persons for one, or one for several."""
    return _mapped(words, _OTHERS, draw)


def change_tense(
    _: str, words: Sequence[Word], draw: random.Random, __: Sequence[str]
) -> list[Change]:
    """Another tense in one place."""
    return _mapped(words, _TENSES, draw)


def change_preposition(
    _: str, words: Sequence[Word], draw: random.Random, __: Sequence[str]
) -> list[Change]:
    """Another preposition in one place."""
    found = [word for word in words if word.folded in _PREPOSITIONS]
    if not found:
        return []
    word = draw.choice(found)
    others = sorted(_PREPOSITIONS - {word.folded})
    return [(word, _cased(draw.choice(others), word.text))]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    swap_words, swap_near_words, swap_names, swap_numbers, swap_persons, swap_prepositions, swap_objects,
    move_word, delete_word, repeat_word, replace_word, copy_over, change_person, change_count, change_tense,
    change_preposition,
)  # fmt: skip


def mutants(text: str, others: Sequence[str], draw: random.Random) -> Iterator[tuple[str, str]]:
    """For each kind of mutation that `text` allows its name and a mutant; `others` are foreign words."""
    words = [Word(found.start(), found.end(), found[0]) for found in _WORD.finditer(text)]
    for mutation in MUTATIONS:
        changes = mutation(text, words, draw, others)
        if changes:
            yield mutation.__name__, _changed(text, changes)


def _changed(text: str, changes: Sequence[Change]) -> str:
    for word, new in sorted(changes, reverse=True):
        text = text[: word.start] + new + text[word.end :]
    return text
