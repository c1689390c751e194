"""Whether there is time for the next tier: the deadline and the writer's patience, against its expected pace."""

from __future__ import annotations

from typing import Final

from assistant.workflow.decide import Why
from assistant.workflow.plan import Plan
from assistant.workflow.prompt import wanted_words
from assistant.workflow.state import Context, State

MS_PER_S: Final = 1000.0

TOKENS_PER_WORD: Final = 1.35
"""Of the usual tokenizers in European languages."""

LIKELY_TOKENS: Final = 160
"""Of a text whose length nobody knows yet: about 120 words."""

CHARACTERS_PER_TOKEN: Final = 4
"""Of a prompt that no engine has counted yet."""


def seconds_left(plan: Plan, received_s: float, *, now: float) -> float | None:
    """Seconds until the deadline of the request, never below 0; None without a deadline."""
    if plan.deadline_ms is None:
        return None
    return max(0.0, received_s + plan.deadline_ms / MS_PER_S - now)


def too_late(
    state: State, context: Context, *, rung: int, accepted_tokens: int | None = None
) -> Why | None:
    """Why the tier of `rung` may not be asked any more; None while it may.

    Where nothing is known of its pace it may, until the deadline itself. `accepted_tokens` need not be
    written any more; None takes those of the state.
    """
    plan = state["plan"]
    left_s = seconds_left(plan, state["received_s"], now=context.clock())
    if left_s is not None and left_s <= 0:
        return Why.DEADLINE
    if left_s is None and plan.patience_ms is None:
        return None
    name = plan.ladder[rung]
    tier, pace = context.tiers[name], context.paces.get(name)
    # Asked even where nothing comes of it yet: engines tell their load in the background.
    load = tier.load()
    expected = None
    if pace is not None:
        expected = pace.expected(
            prompt_tokens=_prompt_tokens(state),
            completion_tokens=tokens_to_write(state, accepted_tokens=accepted_tokens),
            load=load,
            in_flight=context.meters[name].in_flight,
            slots=context.policy.tiers[name].max_concurrency,
        )
    if expected is None:
        return None
    if left_s is not None and expected.last_token_s > left_s:
        return Why.DEADLINE
    if plan.patience_ms is not None and expected.first_token_s > plan.patience_ms / MS_PER_S:
        return Why.PATIENCE
    return None


def _prompt_tokens(state: State) -> int:
    characters = sum(len(message.content) for message in state["messages"])
    return characters // CHARACTERS_PER_TOKEN


def tokens_to_write(state: State, *, accepted_tokens: int | None = None) -> int:
    """How long the rest of the answer may become, in tokens."""
    request = state["plan"].request
    words = None if request.length is None else wanted_words(request.length, request.text)
    likely = LIKELY_TOKENS if words is None else round(words * TOKENS_PER_WORD)
    most = request.sampling.max_tokens
    whole = likely if most is None else min(likely, most)
    there = state["accepted"].tokens if accepted_tokens is None else accepted_tokens
    return max(1, whole - there)
