"""The decision of the cascade: serve this draft, ask the next tier, or settle. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, TypeAlias

from assistant.types import Score

Action: TypeAlias = Literal["accept", "escalate", "resample", "fall_back", "settle"]
"""`resample`: the same tier writes several texts; `fall_back`: a lower one completes what no larger one
could; `settle`: the text is below the bar, but no rung or no time is left."""


_WITHOUT_BAR = 0.6
"""Scales a failed text where no bar does: the `min_score` of a route that names none."""

_CHOICE_BYTES = 8
"""Fine enough for any share."""


class Why(StrEnum):
    """The reason of a decision, stable for programs."""

    SCORE_OK = "score_ok"
    ONLY_RUNG = "only_rung"
    LOW_SCORE = "low_score"
    NO_SAFE_THRESHOLD = "no_safe_threshold"
    FAILED_CHECK = "failed_check"
    DEADLINE = "deadline"
    PATIENCE = "patience"
    ANSWER_NOW = "answer_now"
    EARLY_LOOP = "early_loop"
    EARLY_REFUSAL = "early_refusal"
    EARLY_LANGUAGE = "early_language"
    EARLY_MARGIN = "early_margin"
    SECOND_OPINION = "second_opinion"
    FORCED = "forced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a text must reach: a score, and checks that may not fail.

    `min_score` is None where no score keeps the risk that the route allows: everything is deferred.
    `acts` is false on a ladder of one, where the score is reported and changes nothing.
    """

    min_score: float | None
    required_checks: frozenset[str]
    acts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with a judged text, and why."""

    action: Action
    why: Why


def against_bar(score: Score, bar: Bar) -> Score:
    """The score as this route ranks and shows it: a failed required check scales it below the bar.

    On a ladder of one nothing is ranked, and the score stays as it is.

    Scaling by the bar keeps the order of two texts that both fail, and makes sure that a text with a
    failed required check never outranks one that was accepted, so that choosing by score alone is
    never worse.
    """
    if not (bar.acts and bar.required_checks.intersection(score.failed_checks)):
        return score
    return replace(score, value=score.value * _scale(bar))


def overruled(score: Score, bar: Bar) -> Score:
    """The score of a draft that a larger tier found unlikely: below the bar, as a failed check's is."""
    return replace(score, value=score.value * _scale(bar))


def _scale(bar: Bar) -> float:
    """Nothing is accepted under a bar without a score: any factor below 1 keeps the order there.

    A bar of 0 would make all texts alike that failed a check, and the better one could not be told.
    """
    return _WITHOUT_BAR if not bar.min_score else bar.min_score


def decide(score: Score, bar: Bar, *, rungs_left: int, late: Why | None = None) -> Decision:
    """Accepts, escalates or settles.

    Args:
        score: The best text of this rung, after `against_bar`.
        bar: The route's rule.
        rungs_left: Tiers above this one in the ladder.
        late: Why the next tier may not be asked any more; None while it may.
    """
    if not bar.acts:
        return Decision(action="accept", why=Why.ONLY_RUNG)
    if bar.required_checks.intersection(score.failed_checks):
        why = Why.FAILED_CHECK
    elif bar.min_score is None:
        why = Why.NO_SAFE_THRESHOLD
    elif score.value < bar.min_score:
        why = Why.LOW_SCORE
    else:
        return Decision(action="accept", why=Why.SCORE_OK)
    if rungs_left == 0:
        return Decision(action="settle", why=why)
    if late is not None:
        return Decision(action="settle", why=late)
    return Decision(action="escalate", why=why)


def defers_beginning(score: Score, bar: Bar, *, min_score: float) -> Why | None:
    """Why a draft is deferred by its beginning; None while it may go on.

    Args:
        score: The probability that the whole draft is acceptable, as far as its beginning tells.
        bar: The route's rule for whole drafts, for the checks that may not fail.
        min_score: Least score of a beginning.
    """
    if bar.required_checks.intersection(score.failed_checks):
        return Why.FAILED_CHECK
    return Why.LOW_SCORE if score.value < min_score else None


def chosen(answer_id: str, share: float) -> bool:
    """Whether an accepted draft is one of the `share` (0 to 1) that the next tier repairs all the same.

    A hash of the random id decides: always the same of one answer, and whatever its score is.
    """
    digest = hashlib.blake2b(f"forced {answer_id}".encode(), digest_size=_CHOICE_BYTES).digest()
    return int.from_bytes(digest) < share * (1 << 8 * _CHOICE_BYTES)
