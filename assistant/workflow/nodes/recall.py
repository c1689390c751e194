"""Recall: asks the cache, unless the door has asked it already."""

from __future__ import annotations

from langgraph.runtime import Runtime

from assistant.workflow.state import Context, State


async def recall(state: State, runtime: Runtime[Context]) -> State:
    """Looks the request up once; a hit skips every tier."""
    if "lookup" in state:
        return {}
    return {"lookup": await runtime.context.cache.get(state["plan"].query)}
