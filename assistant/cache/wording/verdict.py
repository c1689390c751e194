"""What the comparison of two requests says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Reason: TypeAlias = Literal[
    "source",
    "quote",
    "number",
    "date",
    "time",
    "name",
    "place",
    "negation",
    "polarity",
    "tone",
    "audience",
    "role",
    "length",
    "comparator",
    "format",
    "language",
    "person",
    "tense",
    "word",
    "order",
    "unknown",
]
"""Which decisive detail of two requests differs. Names are stable: they label metrics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """Both requests ask for the same text.

    `strength` in (0, 1] is that of the weakest step that was needed, `steps` name the kinds of step:
    1.0 only order, politeness, formatting and folding.
    """

    strength: float
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """The requests ask for different texts, or nothing shows that they ask for the same."""

    reason: Reason


Comparison: TypeAlias = Same | Different
