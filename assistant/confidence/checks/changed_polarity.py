"""A sentence of the writer's text that the draft turned into its opposite."""

from __future__ import annotations

from typing import TypeAlias

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.checks.keeping import SAME_LANGUAGE
from assistant.confidence.reading import Reading
from assistant.confidence.text.polarity import Stance, alike, opposed
from assistant.types import CheckResult

_ALIKE = 0.5
"""Share of words, negators aside, that two sentences have in common when one is made from the other."""

_LEAST_WORDS = 3
"""A shorter sentence ("I do not.") says too little to be found again."""

_SHOWN_CHARACTERS = 70


def changed_polarity(reading: Reading) -> CheckResult | None:
    """Applies to rewriting within one language, sentence by sentence where they are nearly the same."""
    if reading.task not in SAME_LANGUAGE or not reading.source or not reading.words:
        return None
    source, written = _parted(reading.asked.told.stances), _parted(reading.told.stances)
    turned = _turned(source, written) or _turned(written, source)
    if turned is None:
        return passed("changed_polarity", "affirms and denies what the text does")
    first, second = turned
    stance = first if first in written[0] or first in written[1] else second
    return failed("changed_polarity", f'says the opposite: "{_short(stance.said)}"')


_Parted: TypeAlias = tuple[list[Stance], list[Stance]]
"""What denies, and what affirms."""


def _parted(stances: tuple[Stance, ...]) -> _Parted:
    long = [one for one in stances if len(one.words) >= _LEAST_WORDS]
    return [one for one in long if one.denials % 2], [one for one in long if not one.denials % 2]


def _turned(one: _Parted, other: _Parted) -> tuple[Stance, Stance] | None:
    """A denial that only an affirmation of the other text is near to, with that affirmation."""
    for denial in one[0]:
        if any(alike(denial, same, _ALIKE) for same in other[0]):
            continue
        for near in other[1]:
            if opposed(denial, near, share=_ALIKE) and not any(
                alike(near, same, _ALIKE)
                and len(near.words & same.words) >= len(near.words & denial.words)
                for same in one[1]
            ):
                return denial, near
    return None


def _short(said: str) -> str:
    return said if len(said) <= _SHOWN_CHARACTERS else f"{said[:_SHOWN_CHARACTERS]}..."
