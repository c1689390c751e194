"""Escalate: steps to the next rung, with the draft and its failed checks if the route repairs."""

from __future__ import annotations

from assistant.workflow.forced import repairs
from assistant.workflow.prompt import conversation, repair_conversation
from assistant.workflow.ranking import shown
from assistant.workflow.state import State


async def escalate(state: State) -> State:
    """The next tier starts fresh, or sees the best text so far and what was wrong with it."""
    plan = state["plan"]
    request = plan.request
    best = shown(state.get("candidates", ()))
    if not repairs(state) or best is None:
        messages = conversation(request)
    else:
        failed = [check for check in best.score.checks if not check.passed]
        messages = repair_conversation(request, draft=best.text.content, failed=failed)
    return {"messages": messages, "rung": state["rung"] + 1}
