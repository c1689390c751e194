"""Forced escalations: some drafts that are good enough are repaired all the same, to learn from.

Drafts that were accepted get no label by themselves, so that a calibration on outcomes alone would know
deferred drafts only. A random sample of them, weighted by the inverse of its share, stands for them all
(Horvitz and Thompson, "A generalization of sampling without replacement from a finite universe", 1952).
"""

from __future__ import annotations

from assistant.types import DraftRequest
from assistant.workflow.decide import chosen
from assistant.workflow.state import Context, State


def is_forced(state: State, context: Context) -> bool:
    """Whether the draft of this rung, once accepted, is one of the sample.

    Only on the first rung, with a tier above it, and where the writer can wait: never with a deadline,
    for another entry than `auto`, for who wants an answer now, or for a reader who has been sent a part of
    the draft.
    """
    share = context.policy.feedback.forced_escalation
    plan = state["plan"]
    return (
        share > 0
        and state["rung"] == 0
        and len(plan.ladder) > 1
        and plan.deadline_ms is None
        and plan.gate is None
        and not plan.request.answer_now
        and not state.get("fallen_back")
        and plan.request.entry == "auto"
        and can_repair(plan.request)
        and chosen(state["id"], share)
    )


def repairs(state: State) -> bool:
    """Whether the tiers above the first see what was written before them."""
    return state["plan"].escalate == "repair" or state.get("forced", False)


def can_repair(request: DraftRequest) -> bool:
    """Whether a draft can be shown: a continuation goes on from its beginning and nothing else."""
    return not request.messages or request.messages[-1].role == "user"
