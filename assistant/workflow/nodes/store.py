"""Store: remembers the answer, if the write rules allow it, hands it over, and notes how it was made."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from assistant.cache.base import Bypass, CacheQuery, Hit
from assistant.cache.rules import repeats_ask_again
from assistant.types import DraftCompleted
from assistant.workflow.noting import noted
from assistant.workflow.state import Context, State
from assistant.workflow.watching import watch_similar


async def store(state: State, runtime: Runtime[Context]) -> State:
    """Writes to the cache before the answer leaves, so that the next identical request finds it."""
    context = runtime.context
    lookup = state["lookup"]
    if isinstance(lookup, Hit):
        entry = lookup.entry
    else:
        entry = (await context.cache.put(_to_store(state), state["answer"])).entry
    finished: State = {**state, "entry": entry}
    to_note = repeats_ask_again(state["plan"].query)
    runtime.stream_writer(DraftCompleted(answer=state["answer"], entry=entry, to_note=to_note))
    if not state.get("unasked"):
        context.records.note(noted(finished, context))
    if not isinstance(lookup, Hit):
        watch_similar(finished, context)
    return {"entry": entry}


def _to_store(state: State) -> CacheQuery:
    """The query as it is stored: one that turned out to repeat another asks for another text."""
    query, lookup = state["plan"].query, state["lookup"]
    if isinstance(lookup, Bypass) and lookup.reason == "repeat":
        return replace(query, control=replace(query.control, regenerate=True))
    return query
