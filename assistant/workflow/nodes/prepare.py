"""Prepare: the conversation that the first tier reads."""

from __future__ import annotations

from assistant.confidence.asked import Asked
from assistant.workflow.prompt import conversation
from assistant.workflow.state import State


async def prepare(state: State) -> State:
    """Builds the prompt and starts at the first rung."""
    request = state["plan"].request
    return {"messages": conversation(request), "asked": Asked(request), "rung": 0}
