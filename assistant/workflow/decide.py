"""The decision of the cascade: serve this draft, ask the next tier, or settle. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, TypeAlias

from assistant.types import Score

Action: TypeAlias = Literal["accept", "escalate", "settle"]
"""`settle`: the text is below the bar, but no rung or no time is left."""


class Why(StrEnum):
    """The reason of a decision, stable for programs."""

    SCORE_OK = "score_ok"
    ONLY_RUNG = "only_rung"
    LOW_SCORE = "low_score"
    FAILED_CHECK = "failed_check"
    DEADLINE = "deadline"
    SECOND_OPINION = "second_opinion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a text must reach: a score, and checks that may not fail.

    `acts` is false on a ladder of one, where the score is reported and changes nothing.
    """

    min_score: float
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
    return replace(score, value=score.value * bar.min_score)


def overruled(score: Score, bar: Bar) -> Score:
    """The score of a draft that a larger tier found unlikely: below the bar, as a failed check's is."""
    return replace(score, value=score.value * bar.min_score)


def decide(score: Score, bar: Bar, *, rungs_left: int, seconds_left: float | None) -> Decision:
    """Accepts, escalates or settles.

    Args:
        score: The best text of this rung, after `against_bar`.
        bar: The route's rule.
        rungs_left: Tiers above this one in the ladder.
        seconds_left: Time until the request's deadline; None without one.
    """
    if not bar.acts:
        return Decision(action="accept", why=Why.ONLY_RUNG)
    if bar.required_checks.intersection(score.failed_checks):
        why = Why.FAILED_CHECK
    elif score.value < bar.min_score:
        why = Why.LOW_SCORE
    else:
        return Decision(action="accept", why=Why.SCORE_OK)
    if rungs_left == 0:
        return Decision(action="settle", why=why)
    if seconds_left is not None and seconds_left <= 0:
        return Decision(action="settle", why=Why.DEADLINE)
    return Decision(action="escalate", why=why)
