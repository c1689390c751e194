"""Beginnings of drafts, cut where a reader of a stream would be shown the next piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.asked import Asked
from assistant.confidence.beginning import view_of_beginning
from assistant.confidence.features import FEATURES
from assistant.confidence.features.base import NAN
from assistant.confidence.fitting.additive import Learn
from assistant.confidence.fitting.examples import NATURAL, Example
from assistant.confidence.fitting.table import fold_of
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.linear import Flags, Floats
from assistant.confidence.text.words import sentence_ends, words

SEGMENT_WORDS = 30
"""About as many words make the 40 tokens of a segment."""

MOST_SEGMENTS = 60
"""Beginnings measured of a draft; what comes later was nearly always decided before."""

SHOWN_EARLY = frozenset(
    {
        "loop",
        "refusal",
        "language",
        "preamble",
        "forbidden_word",
        "gibberish",
        "word_salad",
        "parrot",
        "rambling",
        "stitched",
        "template_leak",
    }
)
"""Planted defects that a beginning may show; what is missing at the end, none can."""

_TAUGHT = frozenset({0, 1, 2, 3, 5, 7, 11, 15, 23, 31, 47})
"""Segments behind which a fit looks: early ones are closer together, as most is decided there."""

Places: TypeAlias = NDArray[np.int_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginnings:
    """Beginnings of examples, one row each: all of a draft together, its whole text behind them.

    `example` is the place of a row's draft, `end` its length in code points, `seen` its words and
    `share` their share of the draft. `values` has a column for each of `FEATURES`, NaN where one says
    nothing of a beginning. `natural`, `acceptable`, `target` and `folds` are those of the draft. A fit
    learns from the rows `taught`, among which the `mass` of a draft is divided: each counts once.
    """

    examples: tuple[Example, ...]
    example: Places
    end: Places
    seen: Floats
    share: Floats
    whole: Flags
    values: Floats
    natural: Flags
    acceptable: Flags
    target: Floats
    folds: Places
    taught: Flags
    mass: Floats

    def learn(self, rows: Flags) -> Learn:
        """What a model of these rows learns from."""
        return Learn(
            values=self.values[rows],
            target=self.target[rows],
            mass=self.mass[rows],
            judged=self.natural[rows],
        )

    def draft(self, row: int) -> ScoringInput:
        """The beginning of a row as a draft."""
        return cut(self.examples[self.example[row]].draft, int(self.end[row]))


def has_beginnings(example: Example) -> bool:
    """Whether its beginnings can be judged: it is a judged draft, or its planted defect may show early."""
    return example.kind == NATURAL or example.kind in SHOWN_EARLY


class _Row(NamedTuple):
    example: int
    end: int
    seen: int
    share: float
    whole: bool
    taught: bool
    values: list[float]


def beginnings_of(examples: Sequence[Example]) -> Beginnings:
    """Measures beginnings of judged drafts, and of drafts with a planted defect that may show early."""
    chosen = tuple(one for one in examples if has_beginnings(one))
    rows = [row for place, one in enumerate(chosen) for row in _rows(place, one)]
    example = np.array([row.example for row in rows])
    taught = np.array([row.taught for row in rows])
    weights = np.array([one.weight for one in chosen])
    taught_of = np.bincount(example[taught], minlength=len(chosen))
    return Beginnings(
        examples=chosen,
        example=example,
        end=np.array([row.end for row in rows]),
        seen=np.array([float(row.seen) for row in rows]),
        share=np.array([row.share for row in rows]),
        whole=np.array([row.whole for row in rows]),
        values=np.array([row.values for row in rows]),
        natural=np.array([one.kind == NATURAL for one in chosen])[example],
        acceptable=np.array([one.acceptable for one in chosen])[example],
        target=np.array([one.target for one in chosen])[example],
        folds=np.array([fold_of(one.group) for one in chosen])[example],
        taught=taught,
        mass=np.where(taught, (weights / np.maximum(1, taught_of))[example], 0.0),
    )


def _rows(place: int, one: Example) -> Iterator[_Row]:
    asked = Asked(one.draft.request)
    text = one.draft.text
    total = len(words(text))
    ends = segment_ends(text)[:MOST_SEGMENTS]
    for segment, end in enumerate([*ends, len(text)]):
        draft = cut(one.draft, end)
        seen = len(words(draft.text))
        whole = segment == len(ends)
        # A planted defect in a text of one segment is the beginning of a longer one that has it.
        taught = segment in _TAUGHT and not whole
        yield _Row(
            example=place,
            end=end,
            seen=seen,
            share=seen / max(1, total),
            whole=whole,
            taught=taught or (whole and not ends and one.kind != NATURAL),
            values=_measured(draft, asked),
        )


def _measured(draft: ScoringInput, asked: Asked) -> list[float]:
    view = view_of_beginning(draft, asked)
    return [feature.measure(view) if feature.on_prefix else NAN for feature in FEATURES]


def cut(draft: ScoringInput, end: int) -> ScoringInput:
    """The draft up to an offset, as it was while it was being written."""
    return replace(draft, text=draft.text[:end].rstrip(), finish="stop", siblings=(), logprobs=())


def segment_ends(text: str, least: int = SEGMENT_WORDS) -> list[int]:
    """Offsets behind each segment but the last: sentence ends with so many words since the one before.

    The last segment ends with the text, which is then a whole draft and no beginning.
    """
    found: list[int] = []
    start = count = 0
    for end in sentence_ends(text):
        count += len(words(text[start:end]))
        start = end
        if count >= least and text[end:].strip():
            found.append(end)
            count = 0
    return found
