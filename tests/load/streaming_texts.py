"""Texts of the streaming bench: sentences of some twenty tokens that carry how they fare. Pure.

A token is a word with the blank before it. The text of a number is the same for every tier but for one
adverb: the draft tier writes it where its draft begins to fall short.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, Self, TypeAlias

from assistant.workflow.segments import SegmentGate

TOKENS: Final = 256
"""A text ends with the sentence that reaches about so many: the length of the measured requests."""

SEGMENT_TOKENS: Final = 40
"""Of a segment, as shipped policies have it."""

LATEST: Final = 4
"""The latest segment, from 0, that is surely judged before the end of a text of that length."""

FALTERS: Final = "haltingly"
"""Stands in a draft from where its beginnings are below the bar."""

FALLS_SHORT: Final = "wanly"
"""Stands in a draft of which only the whole is below the bar."""

Fate: TypeAlias = int | Literal["accepted", "end"]
"""The segment, from 0, behind which a draft is deferred; `end`: only as a whole."""

_SUBJECTS: Final = (
    "The harbour master", "A young deckhand from the north", "The woman in the yellow raincoat",
    "An old engineer with one good ear", "The first mate", "A schoolboy with a heavy satchel",
    "The cook of the little galley", "Nobody on the windy pier", "The keeper of the second lighthouse",
    "A couple of patient anglers", "The driver of the mail van",
)  # fmt: skip
_ADVERBS: Final = ("calmly", "gladly", "slowly", "often", "rarely", "briefly", "openly", "quietly")
_VERBS: Final = (
    "counts the crates of salted herring", "watches the grey water below the ramp",
    "reads the weather report aloud", "ties the last rope to the iron ring",
    "asks about the price of a return ticket", "sweeps sand from the wooden steps",
    "paints the name of a ship in white letters", "waits for a letter from the mainland",
    "carries two buckets of fresh mussels", "looks for the green bicycle",
)  # fmt: skip
_PLACES: Final = (
    "behind the customs shed", "near the rusty crane", "on the upper deck", "beside the fuel pump",
    "under the broken clock", "at the end of the mole", "in front of the ticket office",
)  # fmt: skip
_CLAUSES: Final = (
    "while the gulls argue over a crust of bread", "because the tide will turn before noon",
    "although the fog has not lifted since Tuesday", "and the engine hums like a sleeping dog",
    "until somebody rings the brass bell twice", "as if the season had only just begun",
    "so that the children can see the seals", "and then the rain comes back",
)  # fmt: skip
_LONG: Final = 0.4
"""Share of sentences with a second clause: they have 21 tokens on average."""

_TOKEN: Final = re.compile(r"\s*\S+")
_ORDER: Final = re.compile(r"text (\d+) of fate (\w+) in run (\S+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which text is to be written, how its draft fares, and for which run."""

    number: int
    fate: Fate
    run: str

    @property
    def words(self) -> str:
        """What the prompt says, so that an engine knows."""
        return f"text {self.number} of fate {self.fate} in run {self.run}"

    @property
    def key(self) -> str:
        """Names the request among all of a bench."""
        return f"{self.run}/{self.fate}/{self.number}"

    @classmethod
    def parse(cls, prompt: str) -> Self:
        """The order in a prompt.

        Raises:
            ValueError: there is none.
        """
        found = _ORDER.search(prompt)
        if found is None:
            message = f"no order in the prompt {prompt[:80]!r}"
            raise ValueError(message)
        number, fate, run = found.groups()
        known: Fate = int(fate) if fate.isdigit() else "end" if fate == "end" else "accepted"
        return cls(number=int(number), fate=known, run=run)


@cache
def draft_of(number: int, fate: Fate) -> tuple[str, ...]:
    """The tokens of the draft tier's text."""
    words = list(good_text(number))
    if fate == "accepted":
        return tuple(words)
    ends = (0, *judged_ends(tuple(words)))
    first, marker = (ends[-1], FALLS_SHORT) if fate == "end" else (ends[fate], FALTERS)
    at = next(at for at, word in enumerate(words) if at >= first and word.strip() in _ADVERBS)
    words[at] = f" {marker}"
    return tuple(words)


@cache
def good_text(number: int) -> tuple[str, ...]:
    """The tokens of the text of that number, as the larger tier writes it."""
    drawn = random.Random(number)  # noqa: S311 - a bench is to be repeatable
    words: list[str] = []
    typical = 0.0
    while len(words) + typical / 2 < TOKENS:
        parts = [drawn.choice(some) for some in (_SUBJECTS, _ADVERBS, _VERBS, _PLACES)]
        clause = f", {drawn.choice(_CLAUSES)}" if drawn.random() < _LONG else ""
        words += _TOKEN.findall(f" {' '.join(parts)}{clause}.")
        typical = len(words) / words_ended(words)
    words[0] = words[0].lstrip()
    return tuple(words)


def words_ended(words: list[str]) -> int:
    """Sentences that end among the tokens."""
    return sum(word.endswith(".") for word in words)


def judged_ends(words: tuple[str, ...]) -> tuple[int, ...]:
    """Behind how many tokens each segment ends that is judged before the text is over."""
    gate = SegmentGate(unit="sentences", tokens=SEGMENT_TOKENS)
    ends: list[int] = []
    for word in words:
        gate.feed(word)
        while (segment := gate.due()) is not None:
            ends.append((ends[-1] if ends else 0) + segment.tokens)
            gate.accept()
    return tuple(ends)
