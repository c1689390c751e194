"""Prepare: what the first tier reads; of an answer that is taken up again, what the next one does."""

from __future__ import annotations

from functools import partial

from anyio import to_thread
from langgraph.runtime import Runtime

from assistant.confidence.asked import Asked
from assistant.types import How
from assistant.workflow.accepted import Accepted
from assistant.workflow.decide import against_bar, decide
from assistant.workflow.nodes.escalate import beginning
from assistant.workflow.prompt import conversation
from assistant.workflow.scoring import score_texts
from assistant.workflow.state import Candidate, Context, Resumed, State, Text
from assistant.workflow.takeover import takeover_conversation


async def prepare(state: State, runtime: Runtime[Context]) -> State:
    """Builds the prompt and starts at the first rung, or above the one that has answered before."""
    asked = Asked(state["plan"].request)
    accepted = state.get("accepted") or Accepted()
    ready: State = {"asked": asked, "accepted": accepted, "rung": 0, "reason": ""}
    resumed = state.get("resumed")
    if resumed is not None:
        return ready | await _resumed({**state, **ready}, runtime.context, resumed)
    how: How = "continue" if accepted.text else "first"
    if accepted.text:
        going_on = partial(takeover_conversation, asked, accepted=accepted.text)
        messages = await to_thread.run_sync(going_on)
    else:
        messages = conversation(state["plan"].request)
    return ready | {"how": how, "messages": messages}


async def _resumed(state: State, context: Context, resumed: Resumed) -> State:
    """The earlier text is a candidate like any other, scored anew by today's scorer."""
    text = Text(content=resumed.text, finish=resumed.finish)
    scores, degraded = await score_texts(context, state["asked"], [text], within_s=None)
    bar = state["plan"].bar
    score = against_bar(scores[0], bar)
    met_bar = decide(score, bar, rungs_left=0).action == "accept"
    candidate = Candidate(
        rung=resumed.served, text=text, score=score, accepted=met_bar, calibrated=scores[0].value
    )
    earlier: State = {"candidates": (candidate,), "path": resumed.path, "degraded": degraded}
    how, messages = await to_thread.run_sync(partial(beginning, {**state, **earlier}))
    return earlier | {"how": how, "messages": messages, "rung": resumed.rung + 1}
