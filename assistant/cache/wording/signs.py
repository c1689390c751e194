"""The things an instruction says in their order, owners behind what they own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from assistant.cache.wording.folded import Atom, Sign
from assistant.cache.wording.reading import Draft, Mark, Phrase, Reading

OWNER: Final = "'s"
"""The key of the mark between an owner and what is owned."""
ACTING: Final = ">"
"""Ends the key of a person that does something."""
TENSE: Final = "+"
"""Begins the key of a tense."""


def signs(reading: Reading, atoms: Sequence[Atom]) -> tuple[Sign, ...]:
    """What `reading` has read, in order, without what holds for the whole text."""
    found: list[Sign] = []
    kept = reading.language.grammar.relations_kept
    keys = [mark.key if mark.atom < 0 else atoms[mark.atom].key for mark in reading.marks]
    read = {number: list(marks) for number, marks in groupby(reading.marks, _phrase)}
    for number, phrase in enumerate(reading.phrases):
        marks = read.get(number)
        relation = "" if phrase.relation in kept else phrase.relation
        begin = Sign("", relation, phrase.movable, True, phrase.part, _label(phrase, keys))
        if marks is not None:
            found.extend(_signs(marks, begin, reading, atoms))
        elif phrase.movable and relation not in _SILENT:
            # "two arguments for": what is bound is left out.
            found.append(begin._replace(key=f"<{relation}", relation=""))
    return tuple(_with_actors(found))


_SILENT: Final = frozenset({"", "that"})


def _phrase(mark: Mark) -> int:
    return mark.phrase


def _label(phrase: Phrase, keys: Sequence[str]) -> str:
    return keys[phrase.label] if phrase.label >= 0 else ""


def _signs(
    marks: Sequence[Mark], begin: Sign, reading: Reading, atoms: Sequence[Atom]
) -> Iterator[Sign]:
    placed = [mark for mark in marks if mark.atom < 0 or _placed(atoms[mark.atom])]
    if _for_writer(placed, begin.relation):
        return
    doing = False
    for place, (mark, relation) in enumerate(_owned(placed, begin.relation)):
        if mark.atom < 0:
            yield begin._replace(key=mark.key, relation=relation)
        else:
            form = reading.atoms[mark.atom].form
            if form == _DOING and not begin.first:
                doing = True
                begin = begin._replace(opens=True, first=True)
            bound = "" if doing else relation
            opens = begin.opens or _counted(placed, place, reading) or _asked(mark, reading)
            sign = begin._replace(relation=bound, opens=opens)
            yield _told(sign, atoms[mark.atom], reading.atoms[mark.atom])
        begin = begin._replace(opens=False, first=False)


_DOING: Final = "ing"


def _for_writer(marks: Sequence[Mark], relation: str) -> bool:
    """Whether a phrase only tells for whom the work is done: "for me"."""
    if len(marks) != 1 or marks[0].atom >= 0:
        return False
    person, case = marks[0].key[:-1], marks[0].key[-1:]
    return case == _SUFFERING and relation == "for" and person in _WRITERS


_SUFFERING: Final = "<"
_WRITERS: Final = frozenset({"i", "we"})


def _placed(atom: Atom) -> bool:
    return not atom.free and not atom.given


def _counted(marks: Sequence[Mark], place: int, reading: Reading) -> bool:
    """Whether a number and its unit stand right before: "20-second radio spot"."""
    if place < 2:  # noqa: PLR2004
        return False
    number, unit = marks[place - 2].atom, marks[place - 1].atom
    of_text = reading.language.grammar.units.of_text
    return (
        number >= 0 and reading.atoms[number].cls == "number" and reading.atoms[unit].key in of_text
    )


def _asked(mark: Mark, reading: Reading) -> bool:
    """Whether this is, or stands behind, what is to be done with the pasted text."""
    if not reading.sourced:
        return False
    around = reading.atoms[max(mark.atom - 1, 0) : mark.atom + 1]
    return any(atom.cls == "action" for atom in around)


def _told(sign: Sign, atom: Atom, draft: Draft) -> Sign:
    return Sign(
        atom.key, sign.relation, sign.opens, sign.first, sign.part, sign.label,
        form=draft.form, member=draft.member, cls=atom.cls, word=atom.word,
        negated=atom.negated, past=atom.past,
    )  # fmt: skip


def _owned(marks: Sequence[Mark], relation: str) -> Iterator[tuple[Mark, str]]:
    """The marks with their relations: what is owned, then its owner."""
    place = max((n for n, mark in enumerate(marks) if mark.key == OWNER), default=-1)
    if place < 0:
        yield from ((mark, relation) for mark in marks)
        return
    yield from ((mark, relation) for mark in marks[place + 1 :])
    yield from _owned(marks[:place], "of")


def _with_actors(found: Sequence[Sign]) -> Iterator[Sign]:
    """The signs without pronouns that act and without tenses: each is told of the sign behind it."""
    actor, tense, opens = "", "", False
    for sign in found:
        if not sign.word and sign.key.endswith(ACTING):
            # A pronoun that acts begins a clause, whatever stands before it.
            actor, opens = sign.key, True
        elif not sign.word and sign.key.startswith(TENSE):
            tense, opens = sign.key, sign.opens or opens
        elif actor or tense:
            first = sign.first or bool(actor)
            opens = sign.opens or opens
            yield sign._replace(actor=actor, tense=tense, opens=opens, first=first)
            actor, tense, opens = "", "", False
        else:
            yield sign
