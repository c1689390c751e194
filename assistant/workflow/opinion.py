"""Second opinion: the next tier reads a draft that would be accepted, and says how likely it finds it.

Reading is prefill, a small part of the cost of writing. The measure is the mean log-probability per token
of the draft under the larger model, a length-normalised likelihood (Murray and Chiang, "Correcting
length bias in neural machine translation", 2018).
"""

from __future__ import annotations

from statistics import fmean

from assistant.errors import TierError, TierTimeout
from assistant.policy.models import SecondOpinion
from assistant.tiers.base import ScoreTextRequest, TextScore, Tier
from assistant.types import OpinionGiven, Score, Usage
from assistant.workflow.state import Context, State

MS_PER_S = 1000.0


def wants_opinion(rule: SecondOpinion | None, score: Score, tier: Tier) -> bool:
    """Whether the route lets `tier` look at an accepted draft of that score."""
    return rule is not None and score.value < rule.below_score and tier.capabilities.score_text


async def second_opinion(
    context: Context, tier: Tier, *, state: State, text: str, seconds_left: float | None
) -> OpinionGiven:
    """What `tier` thinks of `text` as the answer to the conversation; a failure is told, not raised."""
    settings = context.policy.tiers[tier.name]
    timeout_s = (
        settings.timeout_s if seconds_left is None else min(settings.timeout_s, seconds_left)
    )
    request = ScoreTextRequest(messages=state["messages"], text=text, timeout_s=timeout_s)
    started_s = context.clock()
    score: TextScore | None = None
    failure: TierError | None = None
    with context.meters[tier.name].run() as charge:
        try:
            if timeout_s <= 0:
                raise TierTimeout(tier=tier.name, after_s=0.0)
            score = await tier.score_text(request)
        except TierError as problem:
            failure = problem
    load = tier.load()
    running = 0.0 if load is None else load.running
    return OpinionGiven(
        tier=tier.name,
        mean_logprob=fmean(score.logprobs) if score is not None and score.logprobs else None,
        failure=None if failure is None else failure.code,
        ms=(context.clock() - started_s) * MS_PER_S,
        cost=context.pricing[tier.name].run(
            charge,
            None if score is None else score.usage,
            in_flight=max(charge.in_flight, running),
        ),
        usage=Usage() if score is None else score.usage,
    )


def disagrees(opinion: OpinionGiven, rule: SecondOpinion) -> bool:
    """Whether the draft is too unlikely; a tier that could not read it has no say."""
    return opinion.mean_logprob is not None and opinion.mean_logprob < rule.min_logprob
