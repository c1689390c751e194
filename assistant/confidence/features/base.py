"""What a feature is: a number with a reason, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assistant.confidence.checks import GROSS
from assistant.confidence.reading import Reading
from assistant.confidence.relations import Relations
from assistant.types import CheckResult

Family: TypeAlias = Literal[
    "check",
    "unmet_instruction",
    "lost_content",
    "decay",
    "coherence",
    "outline",
    "logprob",
    "agreement",
    "style",
    "difficulty",
]
"""Why a feature may say something about quality; ablations leave out one family at a time.

`check`: a deterministic check failed; `decay`: loops and decline along the text; `coherence`: how
passages relate in meaning; `outline`: parts of the request covered; `agreement`: of several samples;
`style`: how it is worded; `difficulty`: what is asked, whatever the draft (the prior).
"""

NAN = float("nan")
"""The feature does not apply: it then says nothing for or against a draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All a feature may look at; `relations` is None when no vectors were computed."""

    reading: Reading
    checks: dict[str, CheckResult]
    relations: Relations | None

    @property
    def unusable(self) -> bool:
        """Whether a gross check failed: what else is then missing follows from it, and is not told."""
        return any(name in GROSS and not outcome.passed for name, outcome in self.checks.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A named number. `sign` says how it may move the score: 1 up, -1 down, 0 as fitted.

    A `defect` is 0 for nearly every sound draft, so that its curve must be learned from planted ones
    too; the others are tendencies of judged drafts, which planted ones would only distort. `low` and
    `high` say, to a writer, a value below and above the usual one; `{value}` and
    `{percent}` are filled in; an empty sentence is no reason to tell. `taken_for_granted` marks what a writer expects anyway: that a check is
    passed, that a request is easy. `on_prefix` says that it means the same on a beginning as on the
    whole text: it tells of the request, or is a rate that does not count on what is still to come.
    """

    name: str
    family: Family
    measure: Callable[[View], float]
    sign: Literal[-1, 0, 1]
    low: str
    high: str
    needs_vectors: bool = False
    taken_for_granted: bool = False
    defect: bool = False
    candidate: bool = False
    on_prefix: bool = False

    def told(self, value: float, usual: float) -> bool:
        """Whether there is a sentence for such a value."""
        return bool(self.low if value < usual else self.high)

    def say(self, view: View, value: float, usual: float) -> str:
        """The sentence for a value; a failed check is said by its own evidence."""
        sentence = self.low if value < usual else self.high
        check = view.checks.get(self.name)
        evidence = check.evidence if check else ""
        return sentence.format(value=value, percent=f"{value:.0%}", evidence=evidence)
