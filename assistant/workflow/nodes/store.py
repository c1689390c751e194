"""Store: remembers the answer, if the write rules allow it, hands it over, and notes how it was made."""

from __future__ import annotations

from langgraph.runtime import Runtime

from assistant.types import DraftCompleted
from assistant.workflow.noting import noted
from assistant.workflow.state import Context, State


async def store(state: State, runtime: Runtime[Context]) -> State:
    """Writes to the cache before the answer leaves, so that the next identical request finds it."""
    context = runtime.context
    exact = context.policy.cache.exact
    if exact.enabled:
        await context.cache.put(state["plan"].query, state["answer"], ttl_s=exact.ttl)
    runtime.stream_writer(DraftCompleted(answer=state["answer"]))
    context.records.note(noted(state, context))
    return {}
