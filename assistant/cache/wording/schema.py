"""What the data files of a language hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Form: TypeAlias = Literal["", "s", "ed", "ing"]
"""How a word is inflected: not, plural or third person, past or participle, gerund."""


def _lower(words: list[str]) -> list[str]:
    for word in words:
        if word != word.lower() or word != " ".join(word.split()) or not word:
            message = f"{word!r} must be lower case, with single blanks"
            raise ValueError(message)
    return words


Words: TypeAlias = Annotated[list[str], AfterValidator(_lower)]


_NEVER: Final = r"(?!)"


def _any(texts: Iterable[str]) -> str:
    """A pattern for one of `texts`, the longest first; letters at its end end the word."""
    ordered = sorted(texts, key=len, reverse=True)
    return "|".join(re.escape(t) for t in ordered) or _NEVER


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Detection(_Part):
    """How the language is known."""

    words: Words


class Possessive(_Part):
    """Endings that show an owner."""

    ends: list[str]
    bare: str
    verb_after: Words
    verb: str


class Spelling(_Part):
    """Variants of spelling, as they are and as they are folded.

    `words` are whole words or phrases, `stems` parts of words, `finals` singulars with their
    plural. `marks` are short forms with a mark inside, `before_digits` and `behind_digits` marks
    that stand by a number.
    """

    words: dict[str, str]
    stems: dict[str, str] = {}
    finals: dict[str, str] = {}
    marks: dict[str, str]
    before_digits: dict[str, str] = {}
    behind_digits: dict[str, str] = {}
    ends: list[tuple[str, str]]
    keep: Words

    @cached_property
    def mark(self) -> re.Pattern[str]:
        """Finds what `marks` and the marks beside digits write in short."""
        groups = (
            ("".join((r"(?<![^\W\d_])(?P<m>", _any(self.marks), ")"))),
            "".join((r"(?P<b>", _any(self.before_digits), r")(?=\s?\d)")),
            "".join((r"(?<=\d)(?P<a>", _any(self.behind_digits), r")(?![^\W_])")),
        )
        return re.compile("|".join(groups), re.IGNORECASE)

    @cached_property
    def stem(self) -> re.Pattern[str]:
        """Finds the parts of words, and whole words, that are spelled in two ways."""
        return re.compile(f"({_any(self.stems)})|^({_any(self.finals)})(s?)$")

    def marked(self, match: re.Match[str]) -> str:
        """What stands in words for a match of `mark`."""
        key = match[0].casefold()
        tables = {"m": self.marks, "b": self.before_digits, "a": self.behind_digits}
        return tables[match.lastgroup or "m"][key]


class InflectionRule(_Part):
    """An ending, and what stands in its place in the base form."""

    end: str = Field(min_length=1)
    replace: list[str] = Field(alias="with", min_length=1)
    form: Form
    stem: int = Field(ge=0)
    double: bool = False
    known: bool = False


class Fixed(_Part):
    """Words that only look inflected."""

    words: Words


class Inflection(_Part):
    """How a word finds its base form."""

    vowels: str
    rules: list[InflectionRule]
    irregular: dict[str, Words]
    plurals: dict[str, str]
    fixed: Fixed


class Numbers(_Part):
    """Number words."""

    cardinals: dict[str, int]
    scales: dict[str, int]
    joint: str
    ordinals: dict[str, int]
    ordinal_ends: Words
    not_numbers: Words
    signs: Words
    percent: Words
    money_scales: dict[str, int] = {}
    half: str
    minus: str
    parts: dict[str, int] = {}
    labels: frozenset[str] = frozenset()
    romans: dict[str, int] = {}


class Comparators(_Part):
    """What bounds a number: before it, or behind it within `reach` words."""

    before: dict[str, Words]
    after: dict[str, Words]
    reach: int = Field(ge=0)
    of_text_only: Words


class Calendar(_Part):
    """Dates and times of day."""

    months: dict[str, int]
    ambiguous: Words
    before_month: Words
    weekdays: dict[str, int]
    of: Words
    am: Words
    pm: Words
    clock: Words
    named_times: dict[str, str]
    range: Words
    before_time: Words = []
    morning: Words = []
    evening: Words = []
    parts_of_hour: dict[str, int] = {}
    past: Words = []
    to: Words = []
    since: Words = []


class Money(_Part):
    """Currencies."""

    symbols: dict[str, str]
    words: dict[str, str]


class Units(_Part):
    """Short forms of units, those that the length of a text is told in, and those of things."""

    words: dict[str, str]
    of_text: Words
    measures: frozenset[str] = frozenset()


class Frames(_Part):
    """What a request says only out of courtesy or to carry its content."""

    openers: Words
    wishes: Words
    clauses: Words
    closers: Words
    fillers: Words
    beneficiaries: Words


class Function(_Part):
    """Words without content of their own."""

    articles: Words
    abbreviations: Words
    drop: Words
    turns: Words
    separators: Words


class Light(_Part):
    """Words whose presence does not decide: anywhere, at the head of a clause, actions."""

    words: Words
    head: Words
    actions: Words


class Compatible(_Part):
    """Which relations may stand for one another."""

    things: list[Words]
    people: list[Words]


class Negation(_Part):
    """What turns its scope into the opposite."""

    words: Words
    verbal: Words
    verbs: Words


class Tense(_Part):
    """Auxiliaries that tell the time of what is said."""

    past: Words
    future: Words
    present: Words
    participle_after: Words


class Cases(_Part):
    """Which words for persons are subject, which object."""

    subject: Words
    object: Words


class Particles(_Part):
    """Words that may stand apart from their verb."""

    words: Words


class Questions(_Part):
    """Question words that stay content."""

    words: Words


class Reference(_Part):
    """How a request points to a text that comes along with it."""

    words: Words
    behind: Words
    pronouns: Words
    actions: Words
    nouns: Words


class Volatile(_Part):
    """Words of requests whose answers do not last."""

    time: Words
    variety: Words


class Grammar(_Part):
    """A language file: everything but concepts and synonyms."""

    code: str = Field(pattern="^[a-z]{2,3}$")
    detection: Detection
    contractions: dict[str, str]
    contraction_ends: dict[str, str]
    possessive: Possessive
    spelling: Spelling
    inflection: Inflection
    numbers: Numbers
    comparators: Comparators
    calendar: Calendar
    money: Money
    units: Units
    frames: Frames
    function: Function
    light: Light
    relations: dict[str, Words]
    particles: Particles
    relations_kept: dict[str, Words]
    compatible: Compatible
    negation: Negation
    persons: dict[str, Words]
    possessive_persons: Words
    cases: Cases
    tense: Tense
    modals: dict[str, Words]
    quantifiers: dict[str, Words]
    questions: Questions
    reference: Reference
    volatile: Volatile


class Concepts(_Part):
    """A concept file: class, then concept, then its other wordings; every wording once."""

    classes: dict[str, dict[str, Words]]
    antonyms: dict[str, Words] = {}

    @model_validator(mode="after")
    def _each_wording_once(self) -> Concepts:
        seen: dict[str, str] = {}
        for concepts in self.classes.values():
            for concept, wordings in concepts.items():
                for wording in _lower([concept, *wordings]):
                    if wording in seen:
                        message = f"{wording!r} is in {seen[wording]!r} and in {concept!r}"
                        raise ValueError(message)
                    seen[wording] = concept
        return self
