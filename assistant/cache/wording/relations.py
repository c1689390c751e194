"""Whether the same words of two requests are bound in the same way: who, what, to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from assistant.cache.wording.folded import Atom
from assistant.cache.wording.language import Language
from assistant.cache.wording.verdict import Reason


@dataclass(slots=True)
class Place:
    """Where a key stands: what is before it, what is behind it, what binds it."""

    cls: str
    before: set[str] = field(default_factory=set)
    behind: set[str] = field(default_factory=set)
    inner: set[str] = field(default_factory=set)
    leads: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    relations: set[str] = field(default_factory=set)
    negated: set[bool] = field(default_factory=set)


Places = Mapping[str, Place]


def places(atoms: Iterable[Atom], renamed: Mapping[str, str]) -> Places:
    """The places of every key that does not hold for the whole text."""
    found: dict[str, Place] = {}
    for atom in atoms:
        if atom.given:
            continue
        key = renamed.get(atom.key, atom.key)
        place = found.setdefault(key, Place(atom.cls))
        place.negated.add(atom.negated)
        place.relations.add(atom.relation)
        if atom.previous:
            before = renamed.get(atom.previous, atom.previous)
            place.before.add(before)
            if atom.inner or (atom.relation == "that" and not atom.listed):
                place.inner.add(before)
        if atom.listed:
            place.listed.add(renamed.get(atom.listed, atom.listed))
        if atom.following:
            behind = renamed.get(atom.following, atom.following)
            place.behind.add(behind)
            if not atom.last:
                place.leads.add(behind)
    return found


MOST_KEYS: Final = 300
"""Words of a request beyond which bindings are not compared: the work grows with their square."""


@dataclass(frozen=True, slots=True)
class Binding:
    """How surely the words of two requests are bound alike: keys without any common neighbour."""

    unbound: int


def compared(stored: Places, asked: Places, language: Language) -> Binding | Reason:
    """How the places of the same keys fit together, or why they do not."""
    if len(stored) > MOST_KEYS:
        return "unknown"
    bound = [key for key in stored if not key.startswith("@")]
    reason = _bound_otherwise(stored, asked, language) or _exchange(bound, stored, asked, language)
    if reason is not None:
        return reason
    loose = sum(not _evidence(key, key, stored, asked, {}) for key in bound)
    return Binding(loose if len(bound) > 1 else 0)


def _bound_otherwise(stored: Places, asked: Places, language: Language) -> Reason | None:
    """Whether a key is denied, or bound by a relation, in one request only."""
    for key, place in stored.items():
        if place.negated != asked[key].negated:
            return "negation"
        if _conflict(place, asked[key], language):
            return "role"
    return "role" if _migrated(stored, asked, language) else None


def _exchange(
    bound: Sequence[str], stored: Places, asked: Places, language: Language
) -> Reason | None:
    """Whether two keys stand in each other's place."""
    if any(_reattached(key, stored, asked, language) for key in bound):
        return "order"
    for one, other in combinations(bound, 2):
        if _turned_round(one, other, stored, asked, language):
            return "role" if stored[one].cls in _ENTITIES else "order"
    return None


def _migrated(stored: Places, asked: Places, language: Language) -> bool:
    """Whether a relation binds one thing in one request and another thing in the other."""
    binding = language.grammar.relations.keys() - {"that", "of"}
    lost = [
        (place.relations - asked[key].relations) & binding
        for key, place in stored.items()
        if asked[key].relations == {""}
    ]
    gained = [
        (asked[key].relations - place.relations) & binding
        for key, place in stored.items()
        if place.relations == {""}
    ]
    return bool(set().union(*lost) & set().union(*gained))


def _turned_round(one: str, other: str, stored: Places, asked: Places, language: Language) -> bool:
    return _swapped_in(one, other, stored, asked, language) and _exchanged(
        one, other, stored, asked
    )


_ENTITIES: Final = frozenset({"person", "name", "place", "organization", "language"})
_VALUES: Final = frozenset({"number", "date", "time", "money", "percent", "measure", "quote"})


def _conflict(one: Place, other: Place, language: Language) -> bool:
    """Whether the relations of a key in both requests exclude each other."""
    here, there = one.relations - {""}, other.relations - {""}
    if not here or not there or here & there:
        return False
    compatible = language.grammar.compatible
    table = compatible.people if one.cls in _ENTITIES else compatible.things
    binding = set(language.grammar.relations) - {"that"}
    if not here <= binding or not there <= binding:
        return False
    return not any(here & set(row) and there & set(row) for row in table)


def _listed(one: str, other: str, places: Places) -> bool:
    """Whether both are neighbours in a list, whose order does not count; of languages it does."""
    neighbours = one in places[other].listed or other in places[one].listed
    return neighbours and places[one].cls != "language"


def _sort(key: str, place: Place, language: Language) -> str:
    """What a key may be exchanged with; empty if that is not known."""
    return _SORTS.get(place.cls) or language.parts.get(key, "")


_SORTS: Final = {
    **dict.fromkeys(_VALUES, "value"),
    **dict.fromkeys(("person", "organization", "audience", "place"), "who"),
    **dict.fromkeys(("tone", "length", "format"), "a"),
    "document": "n",
    **{
        each: each
        for each in (
            "language", "relation", "modal", "quantifier", "question", "action",
        )
    },
}  # fmt: skip
"""Classes whose members can only be exchanged with members of the same sort."""


def _alike(one: str, other: str, stored: Places, language: Language) -> bool:
    """Whether two keys could stand in each other's place."""
    first = _sort(one, stored[one], language)
    second = _sort(other, stored[other], language)
    loose = {"", "n", "v", "a", "r", "who"}
    return first == second or ("" in {first, second} and {first, second} <= loose)


def _exchanged(one: str, other: str, stored: Places, asked: Places) -> bool:
    """Whether `asked` is nearer to `stored` with the two keys in each other's place."""
    swap = {one: other, other: one}
    as_is = _evidence(one, one, stored, asked, {}) + _evidence(other, other, stored, asked, {})
    swapped = _evidence(one, other, stored, asked, swap)
    swapped += _evidence(other, one, stored, asked, swap)
    return swapped > as_is


def _reattached(key: str, stored: Places, asked: Places, language: Language) -> bool:
    """Whether what stands right beside a key in its phrase is now another thing of its kind."""
    one, other = stored[key], asked[key]
    for here, there in ((one.inner, other.inner), (one.leads, other.leads)):
        if here and there and not here & there:
            pairs = [(a, b) for a in here for b in there if {a, b} <= stored.keys()]
            if any(_swapped_in(a, b, stored, asked, language) for a, b in pairs):
                return True
    return False


def _swapped_in(one: str, other: str, stored: Places, asked: Places, language: Language) -> bool:
    listed = _listed(one, other, stored) and _listed(one, other, asked)
    return not listed and _alike(one, other, stored, language)


def _evidence(
    key: str, place_of: str, stored: Places, asked: Places, swap: Mapping[str, str]
) -> int:
    """How much of the surroundings of `key` is found around the place of `place_of`."""
    here, there = stored[key], asked[place_of]
    before = {swap.get(word, word) for word in there.before}
    behind = {swap.get(word, word) for word in there.behind}
    score = 2 * bool(here.before & before) + 2 * bool(here.behind & behind)
    score += 2 * bool((here.relations & there.relations) - {""})
    return score + bool(here.before & behind) + bool(here.behind & before)


def persons_conflict(stored: frozenset[str], asked: frozenset[str]) -> bool:
    """Whether the persons that act or are acted on exclude each other."""
    return (
        _other_speaker(stored, asked)
        or _one_of_two(_speakers(stored), _speakers(asked))
        or _turned(stored, asked)
    )


def _speakers(persons: frozenset[str]) -> frozenset[str]:
    return frozenset(each for each in persons if each in {"i>", "we>"})


def _one_of_two(stored: frozenset[str], asked: frozenset[str]) -> bool:
    """Whether one request speaks as both "I" and "we", the other only as one of them."""
    return bool(stored) and bool(asked) and stored != asked


def _other_speaker(stored: frozenset[str], asked: frozenset[str]) -> bool:
    return _exclude(_plain(stored), _plain(asked)) or _exclude(_acting(stored), _acting(asked))


def _exclude(here: set[str], there: set[str]) -> bool:
    return bool(here - there and there - here)


def _acting(persons: frozenset[str]) -> set[str]:
    return {person for person in persons if person.endswith(">")}


def _plain(persons: frozenset[str]) -> set[str]:
    return {person for person in persons if ">" not in person}


def _turned(stored: frozenset[str], asked: frozenset[str]) -> bool:
    """Whether a person only acts in one request and is only acted on in the other."""
    return _turns(stored - asked, asked - stored) or _turns(asked - stored, stored - asked)


def _turns(gone: frozenset[str], new: frozenset[str]) -> bool:
    acts = {each.rstrip(">") for each in gone if each.endswith(">")}
    suffers = {each.lstrip(">") for each in new if each.startswith(">")}
    return bool(acts & suffers) and any(each.endswith(">") for each in new)


def sequence(atoms: Sequence[Atom], renamed: Mapping[str, str]) -> list[str]:
    """The keys in their order, to see whether that is the same."""
    return [renamed.get(atom.key, atom.key) for atom in atoms if not atom.given]
