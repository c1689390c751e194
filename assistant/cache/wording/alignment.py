"""Which atoms of two requests say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from assistant.cache.wording.folded import Atom
from assistant.cache.wording.language import Language
from assistant.cache.wording.verdict import Reason

_REASONS: dict[str, Reason] = {
    "quote": "quote",
    "number": "number",
    "measure": "length",
    "money": "number",
    "percent": "number",
    "ordinal": "number",
    "date": "date",
    "time": "time",
    "name": "name",
    "place": "place",
    "polarity": "polarity",
    "tone": "tone",
    "audience": "audience",
    "person": "role",
    "length": "length",
    "document": "format",
    "format": "format",
    "language": "language",
    "relation": "polarity",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """The atoms of both requests under common keys; `renamed` maps keys of the second to the first.

    `steps` name the kinds of substitution that were needed.
    """

    renamed: dict[str, str]
    steps: frozenset[str]


def align(stored: Sequence[Atom], asked: Sequence[Atom], language: Language) -> Aligned | Reason:
    """Every atom of each request with its like in the other, or why there is none."""
    here, there = _by_key(stored), _by_key(asked)
    left = [key for key in here if key not in there]
    right = [key for key in there if key not in here]
    renamed: dict[str, str] = {}
    _join(left, right, (here, there), renamed)
    _join(right, left, (there, here), renamed)
    _unquoted(left, right, there, renamed)
    _unquoted(right, left, here, renamed)
    steps = _substituted(left, right, (here, there), renamed, language)
    _settle(left, right, (here, there), renamed)
    _settle(right, left, (there, here), renamed)
    if left or right:
        return reason_for(here[left[0]] if left else there[right[0]])
    shared = [(atom, there[key]) for key, atom in here.items() if key in there]
    if any(one.word != other.word for one, other in shared):
        steps.add("concepts")
    return _inflected(shared) or Aligned(renamed=renamed, steps=frozenset(steps))


def _substituted(
    left: list[str],
    right: list[str],
    atoms: tuple[_Atoms, _Atoms],
    renamed: dict[str, str],
    language: Language,
) -> set[str]:
    """Strikes what both requests say in words of one meaning, nearest kind first; tells the kinds."""
    here, there = atoms
    steps: set[str] = set()
    for step in _STEPS:
        for key in tuple(right):
            akin = (other for other in left if _akin(here[other], there[key], step, language))
            partner = next(akin, None)
            if partner is not None:
                left.remove(partner)
                right.remove(key)
                renamed[key] = partner
                steps.add(step)
    return steps


def _inflected(shared: Sequence[tuple[Atom, Atom]]) -> Reason | None:
    """What the inflection of the same words tells apart: the past, one person or several."""
    for one, other in shared:
        if one.word == other.word and one.past != other.past:
            return "tense"
        if "name" in {one.cls, other.cls} and one.surface != other.surface:
            return "name"
        if one.word == other.word and one.plural != other.plural and one.cls in _SOMEBODY:
            return "role"
    return None


_DECISIVE: Final = frozenset(
    {"tone", "audience", "format", "document", "language", "length", "relation", "quote", "name"}
    | {"number", "measure", "money", "percent", "date", "time", "modal", "quantifier", "place"}
    | {"question", "negation"}
)
"""Classes whose members no thesaurus may put in each other's place."""

_Atoms: TypeAlias = dict[str, Atom]
_SOMEBODY: Final = frozenset({"person", "organization"})


def _settle(
    free: list[str],
    bound: list[str],
    atoms: tuple[_Atoms, _Atoms],
    renamed: dict[str, str],
) -> None:
    """Strikes what holds for the whole text in one request and for the same word in the other."""
    freed, held = atoms
    for key in tuple(free):
        word = key.removeprefix("@")
        if word == key or word not in bound:
            continue
        one, other = freed[key].following, held[word].following
        alike = renamed.get(one, one) == renamed.get(other, other) and one != ""
        if alike or (not one and held[word].last):
            free.remove(key)
            bound.remove(word)
            renamed[word] = key


def _in_a_row(parts: Sequence[str], atoms: _Atoms) -> bool:
    return all(atoms[one].following == other for one, other in pairwise(parts))


def _join(
    whole: list[str], parts: list[str], atoms: tuple[_Atoms, _Atoms], renamed: dict[str, str]
) -> None:
    """Strikes a compound of one request with its parts in the other: homeowner, home owner."""
    mine, others = atoms
    for key in tuple(whole):
        found = _parts_of(mine[key], parts)
        if found and _in_a_row(found, others):
            whole.remove(key)
            for each in found:
                parts.remove(each)
                renamed[each] = key


def _parts_of(atom: Atom, parts: Sequence[str]) -> list[str]:
    words = atom.word.split()
    if len(words) > 1 and all(word in parts for word in words) and len(set(words)) == len(words):
        return words
    if atom.cls in _DECISIVE or len(atom.key) < _SHORTEST_COMPOUND:
        return []
    pairs = ((one, two) for one in parts for two in parts if one + two == atom.key and one != two)
    return list(next(pairs, ()))


def _unquoted(
    quotes: list[str], words: list[str], atoms: dict[str, Atom], renamed: dict[str, str]
) -> None:
    """Strikes a quoted word with the same word without quotation marks."""
    for key in tuple(quotes):
        if not key.startswith('"'):
            continue
        plain = next((w for w in words if atoms[w].surface == key[1:].casefold()), None)
        if plain is not None:
            quotes.remove(key)
            words.remove(plain)
            renamed[plain] = key


_SHORTEST_COMPOUND: Final = 6
_Step: TypeAlias = Literal["near", "synonyms", "thesaurus"]
_STEPS: Final[tuple[_Step, ...]] = ("near", "synonyms", "thesaurus")


def reason_for(atom: Atom) -> Reason:
    """Which kind of detail an atom is that the other request lacks."""
    return _REASONS.get(atom.cls, "word")


def _by_key(atoms: Iterable[Atom]) -> dict[str, Atom]:
    found: dict[str, Atom] = {}
    for atom in atoms:
        if atom.given:
            continue
        found.setdefault(atom.key, atom)
    return found


def _akin(one: Atom, other: Atom, step: _Step, language: Language) -> bool:
    """Whether both are in one group of synonyms."""
    if step == "near":
        return _near(one, other, language)
    if one.cls in _DECISIVE or other.cls in _DECISIVE:
        return False
    if one.cls == other.cls and one.cls in _CURATED:
        return False
    groups = language.synonyms if step == "synonyms" else language.thesaurus
    nothing: frozenset[int] = frozenset()
    mine = groups.get(one.key, nothing) | groups.get(one.word, nothing)
    theirs = groups.get(other.key, nothing) | groups.get(other.word, nothing)
    return bool(mine & theirs) and frozenset((one.key, other.key)) not in language.antonyms


def _near(one: Atom, other: Atom, language: Language) -> bool:
    """Whether writers put both in each other's place, and both hold for the same."""
    if one.free != other.free:
        return False
    nothing: frozenset[int] = frozenset()
    mine = language.near.get(one.key.removeprefix("@"), nothing)
    return bool(mine & language.near.get(other.key.removeprefix("@"), nothing))


_CURATED: Final = frozenset({"polarity", "person", "organization", "time", "action"})
"""Classes whose members are told apart by hand."""
