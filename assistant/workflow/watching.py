"""After an answer has left: what would a stored one have been worth, and may this one be found from now on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from assistant.cache.base import Miss
from assistant.confidence.asked import Asked
from assistant.workflow.decide import against_bar
from assistant.workflow.plan import Plan
from assistant.workflow.scoring import score_texts
from assistant.workflow.state import Context, State, Text


def watch_similar(state: State, context: Context) -> None:
    """Lets the cache compare this request with similar ones, in the background."""
    plan = state["plan"]
    if plan.query.rules.semantic == "off" or plan.query.rules.exact_ttl_s is None:
        return
    context.background.start(
        "watch_similar",
        context.cache.watch(
            plan.query,
            state["answer"],
            entry=state.get("entry") or None,
            acceptable=partial(_acceptable, context, plan, state["asked"])
            if _would_have_looked(state)
            else None,
        ),
    )


def _would_have_looked(state: State) -> bool:
    """Whether a similar answer could have been served in place of this one."""
    return isinstance(state["lookup"], Miss) and not state.get("unasked")


async def _acceptable(context: Context, plan: Plan, asked: Asked, text: str) -> bool | None:
    """Whether a stored text would reach the bar of this request, scored for it without log-probabilities.

    None where the route has no bar that could tell.
    """
    stored = Text(content=text, finish="stop")
    scores, _ = await score_texts(context, asked, [stored], within_s=None)
    bar = replace(plan.bar, acts=True)
    score = against_bar(scores[0], bar)
    if bar.required_checks.intersection(score.failed_checks):
        return False
    if not plan.bar.acts or bar.min_score is None:
        return None
    return score.value >= bar.min_score
