"""Recall: asks the cache, unless the door has asked it already, then for similar requests."""

from __future__ import annotations

from langgraph.runtime import Runtime

from assistant.cache.base import Hit, Miss
from assistant.workflow.state import Context, State


async def recall(state: State, runtime: Runtime[Context]) -> State:
    """Looks the request up; a hit skips every tier. Only where the policy serves similar ones are they asked for.

    Who was sent the beginning of a text gets the rest of that one.
    """
    cache, query = runtime.context.cache, state["plan"].query
    lookup = state["lookup"] if "lookup" in state else await cache.get(query)
    sent = "accepted" in state and state["accepted"].text
    if isinstance(lookup, Miss) and query.rules.semantic == "serve" and not sent:
        similar = await cache.similar(query)
        # Why the request itself was not found says more than that nothing else was, either.
        if isinstance(similar, Hit) or lookup.reason == "absent" != similar.reason != "shadow":
            lookup = similar
    return {"lookup": lookup}
