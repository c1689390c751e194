"""Features of how hard the request is, whatever the draft: kinds of writing that models do badly.

They are the prior of a score: on the data of the shipped artefact a model that knows them, and nothing
of the draft, finds drafts in the bottom third with an AUROC near .7.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from assistant.confidence.features.base import Feature, View

_MOST_HITS = 4
"""More words of a kind say no more."""

_SCRIPT = re.compile(
    r"\b(?:screenplay|script|slugline|scenes?|dialogues?|skit|sitcom|episode|panel|monologue)\b",
    re.IGNORECASE,
)
_IMITATION = re.compile(
    r"\b(?:imitat\w{1,5}|in the (?:same )?style|style of|same style|mimic|reference story)\b",
    re.IGNORECASE,
)
_CONTINUATION = re.compile(
    r"\b(?:continue|continuation|next chapter|rest of the|keep writing)\b", re.IGNORECASE
)
_FIRST_PERSON = re.compile(r"\bfirst[- ]person\b", re.IGNORECASE)
_THOROUGH = re.compile(
    r"\b(?:detailed|in detail|lengthy|comprehensive|in[- ]depth|extensive|thorough\w{0,4}|elaborate)\b",
    re.IGNORECASE,
)


def _hits(pattern: re.Pattern[str]) -> Callable[[View], float]:
    """How often the instruction says so, up to four times."""

    def measure(view: View) -> float:
        found = islice(pattern.finditer(view.reading.instruction), _MOST_HITS)
        return float(sum(1 for _ in found))

    return measure


def _hard(name: str, pattern: re.Pattern[str], low: str, high: str) -> Feature:
    """A kind of request at which drafts fail more often than at others."""
    return Feature(
        name=name,
        family="difficulty",
        measure=_hits(pattern),
        sign=-1,
        low=low,
        high=high,
        taken_for_granted=True,
        on_prefix=True,
    )


REQUEST_FEATURES = (
    _hard(
        "asks_script",
        _SCRIPT,
        "asks for no scenes or dialogue",
        "the instruction asks for scenes or dialogue, which drafts rarely bring to life",
    ),
    _hard(
        "asks_imitation",
        _IMITATION,
        "asks for no style to be imitated",
        "the instruction asks to imitate a style, which drafts rarely meet",
    ),
    _hard(
        "asks_first_person",
        _FIRST_PERSON,
        "asks for no teller in the first person",
        "the instruction asks for a teller in the first person, whom drafts often forget",
    ),
    Feature(
        name="asks_continuation",
        family="difficulty",
        measure=_hits(_CONTINUATION),
        sign=0,
        low="asks for a text of its own",
        high="asks for a text to be continued",
        taken_for_granted=True,
        on_prefix=True,
    ),
    Feature(
        name="asks_detail",
        family="difficulty",
        measure=_hits(_THOROUGH),
        sign=0,
        low="",
        high="says that it wants detail",
        taken_for_granted=True,
        on_prefix=True,
    ),
)
"""What the instruction asks for, by its own words (English)."""
