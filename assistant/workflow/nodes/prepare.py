"""Prepare: the conversation that the first tier reads."""

from __future__ import annotations

from assistant.workflow.prompt import conversation
from assistant.workflow.state import State


async def prepare(state: State) -> State:
    """Builds the prompt and starts at the first rung."""
    return {"messages": conversation(state["plan"].request), "rung": 0}
