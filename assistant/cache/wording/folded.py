"""An instruction reduced to what decides its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One thing an instruction says: a word, a concept, a number, a quotation.

    `key` is what it is compared by, `word` its folded wording, `surface` the word as it was, in
    lower case, `cls` its class of concepts or what else it is. `relation` binds it to what is before
    it. `past`: it tells what somebody did. `free`: it holds for the whole text, so that its place
    does not count; `given`: it only names the pasted text. `previous` and `following` are the keys
    beside it in its clause; `inner` and `last` tell whether the one before it is in its phrase, and
    whether the one behind it is not. `listed` is the key it goes on a list with.
    """

    key: str
    word: str
    cls: str
    relation: str = ""
    negated: bool = False
    past: bool = False
    plural: bool = False
    given: bool = False
    free: bool = False
    inner: bool = False
    last: bool = False
    listed: str = ""
    surface: str = ""
    previous: str = ""
    following: str = ""


class Sign(NamedTuple):
    """One thing an instruction says, at its place.

    `key` as of an atom, or of a person or tense; `relation` binds its phrase. `opens`: a phrase that
    may stand elsewhere begins with it, `first`: any phrase. `part` numbers the part of the clause it is in, `label` is the key
    that a colon stands behind, `form` how the word is inflected, `actor` the person that acts.
    """

    key: str
    relation: str
    opens: bool
    first: bool
    part: int
    label: str = ""
    form: str = ""
    tense: str = ""
    held: str = ""
    member: bool = False
    actor: str = ""
    cls: str = ""
    word: str = ""
    negated: bool = False
    past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """An instruction reduced to what decides its text.

    Equal `canonical` and `source` mean the same text. Requests of different `bucket` are never the
    same. `source` is the pasted text to the letter, empty if there is none. `persons` and `tenses`
    are the grammatical ones of the instruction, `heads` the verbs passed over at the head of its
    clauses: it may lack them, but not have others.
    """

    language: str
    canonical: str = field(repr=False)
    bucket: str
    source: str = field(repr=False)
    atoms: tuple[Atom, ...] = field(repr=False)
    signs: tuple[Sign, ...] = field(repr=False)
    persons: frozenset[str]
    tenses: frozenset[str]
    heads: frozenset[str]
