"""What has been read of an instruction so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from assistant.cache.wording.language import Language


@dataclass(slots=True, kw_only=True)
class Draft:
    """An atom that is not linked with its neighbours yet; see `Atom` for what the fields mean."""

    key: str
    word: str
    cls: str
    surface: str = ""
    form: str = ""
    relation: str = ""
    negated: bool = False
    past: bool = False
    plural: bool = False
    given: bool = False
    free: bool = False
    member: bool = False
    phrase: int = 0
    clause: int = 0


class Mark(NamedTuple):
    """One thing read, in order: the atom at a place, or a person, a tense, an owner."""

    key: str
    phrase: int
    atom: int = -1


@dataclass(slots=True)
class Phrase:
    """How a phrase is bound.

    `movable` tells that it may stand elsewhere, `part` what it is a part of, `label` the place of the
    mark that ends the label it stands behind, -1 without one.
    """

    relation: str
    movable: bool
    part: int
    label: int = -1


@dataclass(slots=True)
class Reading:
    """What has been read of an instruction so far."""

    language: Language
    atoms: list[Draft] = field(default_factory=list)
    canonical: list[str] = field(default_factory=list)
    persons: set[str] = field(default_factory=set)
    tenses: set[str] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    marks: list[Mark] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=lambda: [Phrase("", movable=True, part=0)])
    phrase: int = 0
    clause: int = 0
    relation: str = ""
    negated: bool = False
    negator: str = ""
    denying: bool = False
    pointed: int = -1
    inflected: bool = False
    member: bool = False
    subject: bool = False
    sourced: bool = False

    def begin(self, relation: str = "") -> None:
        """A new phrase of the same part of the clause."""
        self.phrase += 1
        self.relation = relation
        last = self.phrases[-1]
        movable = relation not in _CLINGING
        self.phrases.append(Phrase(relation, movable=movable, part=last.part, label=last.label))

    def go_on(self) -> None:
        """A phrase of its own that no other may come before."""
        self.begin(self.relation)
        self.phrases[-1].movable = False

    def part(self) -> None:
        """A new part of the clause: nothing of it hangs on the old one."""
        self.begin()
        self.phrases[-1].part += 1

    def label(self, opens: bool, ends: bool) -> None:
        """What was read last is the label of what comes, or what comes has none any more."""
        if opens and self.marks:
            self.phrases[-1].label = len(self.marks) - 1
        elif ends:
            self.phrases[-1].label = -1

    def mark(self, key: str) -> None:
        """Something that is no atom, but has its place."""
        self.marks.append(Mark(key, self.phrase))

    def end_clause(self) -> None:
        """A new clause: nothing of the old one reaches into it."""
        if self.negated:
            # What is denied is not named ("but leave that out"): that must not be lost.
            self.add(Draft(key="!", word="!", cls="negation"))
            self.canonical.append("!")
        self.part()
        self.member = self.denying = False
        self.clause += 1
        self.negator = ""

    def negate(self, word: str) -> None:
        """The next atom is denied, or no longer so; a member of a denied list may repeat that."""
        self.negated = self.denying or not self.negated
        self.denying = False
        self.negator = word

    def add(self, atom: Draft) -> None:
        """One more atom, with the negation and relation of its place."""
        atom.relation = self.relation
        atom.negated = self.negated
        atom.phrase = self.phrase
        atom.clause = self.clause
        atom.member = self.member
        self.marks.append(Mark("", self.phrase, len(self.atoms)))
        self.atoms.append(atom)
        self.member = False
        self.negated = self.denying = False


PASSIVE: Final = "+past"
"""The mark of a past that a participle may tell alone: "the proposal (was) accepted"."""
_CLINGING: Final = frozenset({"of"})
"""Relations of phrases that stay right behind what they belong to."""
