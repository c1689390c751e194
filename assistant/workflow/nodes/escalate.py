"""Escalate: steps to the next rung, back to an earlier one, or tries the same again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from anyio import to_thread

from assistant.types import CheckResult, How, Message
from assistant.workflow.forced import repairs
from assistant.workflow.prompt import conversation, repair_conversation
from assistant.workflow.ranking import shown
from assistant.workflow.state import Candidate, State
from assistant.workflow.takeover import takeover_conversation
from assistant.workflow.verdict import fallback_rung


async def escalate(state: State) -> State:
    """The next tier goes on from what was accepted; else it starts fresh, or repairs what there is."""
    # What is left to do takes as long to find out as a score.
    how, messages = await to_thread.run_sync(partial(_beginning, state))
    stepped: State = {"messages": messages, "how": how, "rung": _rung(state)}
    return stepped | {"fallen_back": True} if state["action"] == "fall_back" else stepped


def beginning(state: State) -> tuple[How, tuple[Message, ...]]:
    """How a tier that is asked after another begins, and the conversation that it reads."""
    plan = state["plan"]
    accepted = state["accepted"].text
    if accepted:
        failed = _stopped_for(state)
        return "continue", takeover_conversation(state["asked"], accepted=accepted, failed=failed)
    best = _repaired(state.get("candidates", ())) if repairs(state) else None
    if best is None:
        return "fresh", conversation(plan.request)
    failed_checks = [check for check in best.score.checks if not check.passed]
    return "repair", repair_conversation(
        plan.request, draft=best.text.content, failed=failed_checks
    )


def _beginning(state: State) -> tuple[How, tuple[Message, ...]]:
    if state["action"] == "resample":
        return "resample", state["messages"]
    return beginning(state)


def _rung(state: State) -> int:
    match state["action"]:
        case "resample":
            return state["rung"]
        case "fall_back":
            below = fallback_rung(state)
            return state["rung"] if below is None else below
        case _:
            return state["rung"] + 1


def _repaired(candidates: Sequence[Candidate]) -> Candidate | None:
    """The text to repair: the best whole one, else the beginning of one that was stopped."""
    stopped = [one for one in candidates if one.text.content]
    return shown(candidates) or (stopped[-1] if stopped else None)


def _stopped_for(state: State) -> CheckResult | None:
    deferral = state["written"].deferral if "written" in state else None
    return None if deferral is None else deferral.check
