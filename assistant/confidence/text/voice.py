"""Who tells a text and when: grammatical person and tense of English narration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Person: TypeAlias = Literal["first", "second", "third"]
Tense: TypeAlias = Literal["past", "present"]

_FIRST = frozenset(
    ["i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself", "we", "we're", "we've", "we'd", "we'll",
     "us", "our", "ours", "ourselves"]
)  # fmt: skip
_SECOND = frozenset(["you", "your", "yours", "you're", "you've", "you'd", "you'll", "yourself"])
_THIRD = frozenset(["he", "she", "him", "her", "his", "hers", "himself", "herself", "he's", "she's", "he'd",
                    "she'd"])  # fmt: skip
_PAST = frozenset(
    ["was", "were", "had", "did", "said", "went", "came", "looked", "took", "saw", "knew", "thought", "felt",
     "made", "got", "told", "found", "stood", "sat", "turned", "asked", "began", "gave", "heard", "kept", "left",
     "walked", "wasn't", "weren't", "didn't", "hadn't", "could", "would", "seemed", "smiled", "ran", "held"]
)  # fmt: skip
_PRESENT = frozenset(
    ["is", "are", "am", "has", "have", "does", "do", "says", "goes", "comes", "looks", "takes", "sees", "knows",
     "thinks", "feels", "makes", "gets", "tells", "finds", "stands", "sits", "turns", "asks", "begins", "gives",
     "hears", "keeps", "leaves", "walks", "isn't", "aren't", "doesn't", "don't", "hasn't", "can", "will", "seems",
     "smiles", "runs", "holds", "i'm", "it's", "he's", "she's"]
)  # fmt: skip
# An opening mark stops at the next one, so that many of them without an end cost one pass.
_QUOTED = re.compile(
    "\"[^\"\n]*+\"|\u201c[^\u201c\u201d\n]*+\u201d?|\u00ab[^\u00ab\u00bb\n]*+\u00bb|(?<!\\w)'[^'\n]{2,}+'(?!\\w)"
)
_ASKED_PERSON = re.compile(
    r"\b(?:in|from|use|using|keep|to|into)\s+(?:the\s+|a\s+)?(first|second|third)[\s-]person\b"
    r"|\b(first|second|third)[\s-]person\s+(?:narrative|narration|story|account|point of view|perspective|pov|voice|essay)\b",
    re.IGNORECASE,
)
_ASKED_TENSE = re.compile(r"\b(past|present)[\s-]+tense\b", re.IGNORECASE)

_ANOTHER = frozenset(["person", "perspective", "view", "viewpoint", "pov", "tense", "style", "narrator", "formal",
                      "impersonal", "past", "present", "topic", "diary", "letter", "report"])  # fmt: skip

END_CHARACTERS = 2500
"""Some 400 words: enough to hear a voice, and little enough to be the one at the cursor."""

_CLEAR = 6
"""Verbs of one tense that make a narration, with few of the other."""

_TIMES = 5
"""How many times more often a narration's own tense occurs than the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Counts over the narration, what people in it say left out."""

    words: int
    first: int
    second: int
    third: int
    past: int
    present: int

    @property
    def tense(self) -> Tense | None:
        """The tense it is told in; None where it is mixed or hardly told."""
        if self.past >= _CLEAR and self.past > _TIMES * self.present:
            return "past"
        if self.present >= _CLEAR and self.present > _TIMES * self.past:
            return "present"
        return None


def without_quotes(text: str) -> str:
    """The text with everything between quotation marks left out."""
    return _QUOTED.sub(" ", text)


def voice_of(tokens: Sequence[str]) -> Voice:
    """Counts person and tense among folded words."""
    return Voice(
        words=len(tokens),
        first=sum(map(_FIRST.__contains__, tokens)),
        second=sum(map(_SECOND.__contains__, tokens)),
        third=sum(map(_THIRD.__contains__, tokens)),
        past=sum(map(_PAST.__contains__, tokens)),
        present=sum(map(_PRESENT.__contains__, tokens)),
    )


def asked_person(instruction: str) -> Person | None:
    """The person an instruction asks for; None when it names none, or several."""
    found = {(one or other).casefold() for one, other in _ASKED_PERSON.findall(instruction)}
    if len(found) != 1:
        return None
    return "first" if "first" in found else "second" if "second" in found else "third"


def asked_tense(instruction: str) -> Tense | None:
    """The tense an instruction asks for; None when it names none, or both."""
    found = {name.casefold() for name in _ASKED_TENSE.findall(instruction)}
    if len(found) != 1:
        return None
    return "past" if "past" in found else "present"


def wants_another(instruction_words: Sequence[str]) -> bool:
    """Whether an instruction speaks of voice or genre at all: then the text's own need not stay."""
    return not _ANOTHER.isdisjoint(instruction_words)
