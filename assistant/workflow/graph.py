"""The graph: prepare -> recall -> draft -> judge -> (escalate -> draft -> judge)* -> finish -> store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache
from typing import Literal, cast

import anyio
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langsmith.run_helpers import tracing_context

from assistant.cache.base import Hit
from assistant.types import Event
from assistant.workflow.nodes.draft import draft
from assistant.workflow.nodes.escalate import escalate
from assistant.workflow.nodes.finish import finish
from assistant.workflow.nodes.judge import judge
from assistant.workflow.nodes.prepare import prepare
from assistant.workflow.nodes.recall import recall
from assistant.workflow.nodes.store import store
from assistant.workflow.state import Context, State

STEPS_BESIDE_RUNGS = 5
"""prepare, recall, finish, store and the start."""

STEPS_PER_TRY = 3
"""draft, judge, escalate."""

TRIES_PER_RUNG = 2
"""A tier may try again with several texts."""

TRIES_BESIDE = 1
"""A lower tier may complete what the larger ones could not."""


async def run(state: State, context: Context) -> AsyncGenerator[Event, None]:
    """Events of one run, DraftCompleted last. Closing the generator aborts the tier at work."""
    events: asyncio.Queue[Event | None] = asyncio.Queue()

    async def work() -> None:
        try:
            async for event in _run(state, context):
                events.put_nowait(event)
        finally:
            events.put_nowait(None)

    # A task of its own, cancelled once: a cancelled scope of anyio cancels again at every turn, which
    # ends LangGraph's clean-up before it has reached the node at work, and the tier would write on.
    task = asyncio.create_task(work())
    try:
        while (event := await events.get()) is not None:
            yield event
        await task
    finally:
        task.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([task])


async def _run(state: State, context: Context) -> AsyncGenerator[Event, None]:
    tries = TRIES_PER_RUNG * len(state["plan"].ladder) + TRIES_BESIDE
    limit = STEPS_BESIDE_RUNGS + STEPS_PER_TRY * tries
    # LangChain sends every node's input to LangSmith when the environment asks for tracing: texts of
    # writers must not leave that way.
    with tracing_context(enabled=False):
        # Declared as an iterator, it is a generator, and what the nodes write are our events.
        events = cast(
            AsyncGenerator[Event, None],
            cascade().astream(
                state, {"recursion_limit": limit}, context=context, stream_mode="custom"
            ),
        )
        async with aclosing(events):
            async for event in events:
                yield event


@cache
def cascade() -> CompiledStateGraph[State, Context, State, State]:
    """The compiled graph; it holds no state of its own and serves all runs."""
    graph = StateGraph(State, context_schema=Context)
    for node in (prepare, recall, draft, judge, escalate, finish, store):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "prepare")
    graph.add_edge("prepare", "recall")
    graph.add_conditional_edges("recall", _after_recall)
    graph.add_edge("draft", "judge")
    graph.add_conditional_edges("judge", _after_judge)
    graph.add_edge("escalate", "draft")
    graph.add_edge("finish", "store")
    graph.add_edge("store", END)
    return graph.compile()


def _after_recall(state: State) -> Literal["finish", "draft"]:
    return "finish" if isinstance(state["lookup"], Hit) else "draft"


def _after_judge(state: State) -> Literal["finish", "escalate"]:
    return "finish" if state["action"] in {"accept", "settle"} else "escalate"
