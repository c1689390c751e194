"""What follows from a rung that is over: serve, try again, ask the next tier, fall back, or settle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from assistant.tiers.base import Tier
from assistant.types import OpinionGiven, Score, Usage
from assistant.workflow.decide import Action, Why, chosen, decide
from assistant.workflow.forced import is_forced
from assistant.workflow.opinion import disagrees, second_opinion, wants_opinion
from assistant.workflow.patience import seconds_left, tokens_to_write, too_late
from assistant.workflow.resampling import is_cheaper
from assistant.workflow.state import Context, State, Text
from assistant.workflow.takeover import can_mend
from assistant.workflow.writing import rungs_left

_STILL_TRIED: Final = 0.05
"""Share of drafts that are tried again though it does not pay: else a route would never find out that it
pays by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows from a rung; `why` is None where no text came of it."""

    action: Action
    why: Why | None = None
    opinion: OpinionGiven | None = None
    overruled: bool = False

    @property
    def met_bar(self) -> bool:
        """Whether the text is good enough, asked for a repair or not."""
        return self.action == "accept" or self.why is Why.FORCED


def after_failure(state: State, context: Context) -> Verdict:
    """Nothing, or only a part, was written: the next tier, or one below that had begun well."""
    if _time_left(state, context) == 0:
        return Verdict(action="settle")
    if rungs_left(state):
        return Verdict(action="escalate")
    return Verdict(action="fall_back" if fallback_rung(state) is not None else "settle")


def fallback_rung(state: State) -> int | None:
    """The highest rung whose tier is well, after those above it failed; None where there is none.

    Nobody else can complete the text. Not where a whole text is there that may be served, nor a second
    time.
    """
    if state.get("fallen_back"):
        return None
    sent = state["accepted"].sent
    candidates = state.get("candidates", ())
    if any(not one.text.partial and one.text.content.startswith(sent) for one in candidates):
        return None
    ladder = state["plan"].ladder
    well = [
        ladder.index(step.tier)
        for step in state.get("path", ())
        if step.decision != "failed" and step.tier in ladder
    ]
    return max(well, default=None)


async def after_success(state: State, context: Context, text: Text, score: Score) -> Verdict:
    """The decision by score and checks; where it is to accept, the next tier may still disagree."""
    verdict = await _by_bar(state, context, text, score)
    if verdict.why is Why.SCORE_OK and is_forced(state, context):
        return replace(verdict, action="escalate", why=Why.FORCED)
    if verdict.action == "escalate" and _tries_again(state, context):
        return replace(verdict, action="resample")
    if verdict.action == "escalate" and not _can_mend(state, text, score):
        return replace(verdict, action="settle")
    return verdict


def after_deferral(state: State, context: Context, why: Why) -> Verdict:
    """The draft was stopped before its end."""
    again = _tries_again(state, context)
    return Verdict(action="resample" if again else "escalate", why=why)


async def _by_bar(state: State, context: Context, text: Text, score: Score) -> Verdict:
    plan = state["plan"]
    left = rungs_left(state)
    decision = decide(score, plan.bar, rungs_left=left, late=state["written"].late)
    if decision.action == "escalate" and plan.request.answer_now:
        return Verdict(action="settle", why=Why.ANSWER_NOW)
    if decision.action == "escalate":
        late = too_late(state, context, rung=state["rung"] + 1)
        decision = decide(score, plan.bar, rungs_left=left, late=late)
    rule = plan.second_opinion
    if decision.action != "accept" or rule is None or not left:
        return Verdict(action=decision.action, why=decision.why)
    reader = context.tiers[plan.ladder[state["rung"] + 1]]
    if not wants_opinion(rule, score, reader):
        return Verdict(action=decision.action, why=decision.why)
    opinion = await second_opinion(
        context, reader, state=state, text=text.content, seconds_left=_time_left(state, context)
    )
    if not disagrees(opinion, rule):
        return Verdict(action="accept", why=decision.why, opinion=opinion)
    late = too_late(state, context, rung=state["rung"] + 1)
    return Verdict(
        action="escalate" if late is None else "settle",
        why=Why.SECOND_OPINION if late is None else late,
        opinion=opinion,
        overruled=True,
    )


def _can_mend(state: State, text: Text, score: Score) -> bool:
    """Whether the next tier would have something to write; what was sent it cannot change."""
    kept = state["written"].kept_tokens
    if not state["accepted"].text:
        return True
    if state["plan"].bar.required_checks.intersection(score.failed_checks):
        return True
    return can_mend(
        state["asked"],
        text=text.content,
        failed=score.failed_checks,
        held=1 - kept / max(1, text.tokens),
    )


def _tries_again(state: State, context: Context) -> bool:
    """Whether the same tier writes several texts before the next one is asked.

    Not where a part was sent, nor for who wants the same text every time.
    """
    plan = state["plan"]
    rule = plan.resample
    if rule is None or state["how"] == "resample" or state["accepted"].text:
        return False
    sampling = plan.request.sampling
    if sampling.seed is not None or sampling.temperature == 0:
        return False
    tier = context.tiers[plan.ladder[state["rung"]]]
    if not tier.capabilities.samples or too_late(state, context, rung=state["rung"]) is not None:
        return False
    if rule.when == "always":
        return True
    return _is_cheaper(state, context, tier, samples=rule.samples) or chosen(
        state["id"], _STILL_TRIED
    )


def _is_cheaper(state: State, context: Context, tier: Tier, *, samples: int) -> bool:
    plan, written = state["plan"], state["written"]
    usage = written.usage
    longest = max(
        (text.tokens for text in written.texts if not text.partial), default=tokens_to_write(state)
    )
    one = Usage(prompt_tokens=usage.prompt_tokens, completion_tokens=longest)
    several = replace(one, completion_tokens=samples * longest)
    larger = context.tiers[plan.ladder[state["rung"] + 1]]
    again = context.pricing[tier.name].alone(several, in_flight=written.in_flight)
    instead = context.pricing[larger.name].alone(one, in_flight=written.in_flight)
    if again is None or instead is None:
        return False
    chance = context.resampling.chance(plan.route)
    # Seconds where a card has no price.
    if again.usd > 0 and instead.usd > 0:
        return is_cheaper(again=again.usd, larger=instead.usd, chance=chance)
    return is_cheaper(again=again.gpu_s, larger=instead.gpu_s, chance=chance)


def _time_left(state: State, context: Context) -> float | None:
    return seconds_left(state["plan"], state["received_s"], now=context.clock())
