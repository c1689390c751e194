"""The signs of two requests in pairs: which one of either is which one of the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from assistant.cache.wording.folded import Sign

DOCUMENT: Final = "document"
_ORDERED: Final = frozenset({"language", "action", "relation", DOCUMENT})
"""Classes whose members may be meant in the order they are named in."""
_LONGEST_RUN: Final = 6
"""How many signs are looked at to tell which of two like ones is meant."""


def common(signs: Sequence[Sign], renamed: Mapping[str, str]) -> list[Sign]:
    """The signs under common keys; the parts of a compound as one, what holds for the whole text not."""
    found: list[Sign] = []
    raw = held = ""
    for sign in signs:
        key = renamed.get(sign.key, sign.key)
        again = found and found[-1].key == key and raw != sign.key
        raw = sign.key
        if not again and not key.startswith("@"):
            held = sign.cls if sign.cls == DOCUMENT or not sign.relation else held
            found.append(sign._replace(key=key, held=held))
    return _sorted(found)


def _sorted(signs: list[Sign]) -> list[Sign]:
    """The signs with the members of each plain list in one order: "you and me", "me and you"."""
    place = 1
    while place < len(signs):
        end = place
        while end < len(signs) and signs[end].member and signs[end].opens:
            end += 1
        begin = place - 1
        if (
            end > place
            and signs[begin].first
            and signs[begin].cls not in _ORDERED
            and not _goes_on(signs, end)
        ):
            members = sorted(signs[begin:end], key=lambda sign: sign.key)
            slots = signs[begin:end]
            signs[begin:end] = [
                _put_in(one, slot) for one, slot in zip(members, slots, strict=True)
            ]
        place = max(end, place + 1)
    return signs


def _goes_on(signs: Sequence[Sign], end: int) -> bool:
    """Whether the last member of a list has more words than one."""
    return end < len(signs) and not signs[end].opens


def _put_in(one: Sign, slot: Sign) -> Sign:
    return one._replace(
        relation=slot.relation,
        opens=slot.opens,
        first=slot.first,
        part=slot.part,
        member=slot.member,
    )


def paired(here: Sequence[Sign], there: Sequence[Sign]) -> list[int] | None:
    """For each sign of `there` the place of its like in `here`; None if they do not say the same."""
    if len(here) != len(there):
        return None
    places: dict[str, list[int]] = {}
    for place, sign in enumerate(here):
        places.setdefault(sign.key, []).append(place)
    found: list[int] = []
    last = -1
    for place, sign in enumerate(there):
        left = places.get(sign.key)
        if not left:
            return None
        last = last + 1 if last + 1 in left else _longest(here, left, there, place)
        left.remove(last)
        found.append(last)
    return found


def _run(here: Sequence[Sign], start: int, there: Sequence[Sign], place: int) -> int:
    """How many signs are alike from both places on."""
    length = 0
    ahead = zip(here[start : start + _LONGEST_RUN], there[place:], strict=False)
    for one, other in ahead:
        if one.key != other.key or one.relation != other.relation:
            break
        length += 1
    return length


def _longest(here: Sequence[Sign], starts: Sequence[int], there: Sequence[Sign], place: int) -> int:
    """Of several places the one from which most signs are alike."""
    runs = {start: _run(here, start, there, place) for start in starts}
    return max(runs, key=runs.__getitem__)
