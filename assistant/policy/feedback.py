"""What is remembered about drafts after they were served, and which good ones are improved all the same."""

from __future__ import annotations

from pydantic import Field

from assistant.policy.base import Strict
from assistant.policy.duration import Duration, DurationOrZero


class FeedbackPolicy(Strict):
    """What becomes of a draft: its decision record, the writers' verdicts, and a sample to learn from."""

    enabled: bool = True
    """Whether a decision record of every answer is kept: numbers and names, never a text."""

    keep: Duration = 30 * 86_400.0
    """How long a decision record is kept, and for how long a verdict on its draft is taken."""

    compare_for: DurationOrZero = 86_400.0
    """How long a served text can be compared with what the writer made of it; only keyed digests of its
    words are held for that. With `0` nothing is held, and clients measure the edit distance themselves."""

    forced_escalation: float = Field(default=0.0, ge=0, le=1)
    """Share of the drafts accepted on the first rung that the next tier is asked to repair all the same:
    what it leaves unchanged was good, so that accepted drafts get a label, too. Requests with a deadline
    or for the fast entry are never taken; each one taken waits for the larger tier."""
