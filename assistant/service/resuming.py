"""What is kept of an answer for a larger tier, and what such a tier goes on from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.policy.models import Policy
from assistant.types import Answer, Cost, Rung, Usage
from assistant.upgrades.base import KeptDraft, News, Upgrade
from assistant.workflow.plan import Plan
from assistant.workflow.state import Resumed


def draft_of(policy: Policy, plan: Plan, answer: Answer) -> KeptDraft | None:
    """What is kept of an answer; None where the last tier of its route has written already."""
    ladder = policy.route_for(plan.request).ladder
    made = answer.provenance
    reached = [rung.tier for rung in made.path if rung.decision != "failed" and rung.tier in ladder]
    highest = max(reached, key=ladder.index, default=None)
    if highest is None or highest == ladder[-1]:
        return None
    return KeptDraft(
        request=plan.request,
        text=answer.text,
        finish=answer.finish,
        tier=highest,
        served=_served(answer),
        path=made.path,
        surface=plan.query.control.surface,
        of=made.cache.of or answer.id,
    )


def _served(answer: Answer) -> int:
    """The step whose text was served: the last of its tier, of several the one with the score of the answer."""
    made = answer.provenance
    steps = [at for at, rung in enumerate(made.path) if rung.tier == made.tier]
    scored = [at for at in steps if made.path[at].score == made.score]
    return max(scored or steps, default=0)


def resumed_from(draft: KeptDraft, rung: int) -> Resumed:
    """What a run begins with that goes on above `rung`: the answer so far, at no cost."""
    return Resumed(
        text=draft.text,
        finish=draft.finish,
        served=draft.served,
        rung=rung,
        path=_paid(draft.path),
    )


def _paid(path: Sequence[Rung]) -> tuple[Rung, ...]:
    """The same steps at no cost, and without what they kept: the answer before has told it."""
    return tuple(
        replace(
            rung,
            usage=Usage(),
            cost=Cost(),
            segments=0,
            kept_tokens=0,
            second_opinion=None
            if rung.second_opinion is None
            else replace(rung.second_opinion, usage=Usage(), cost=Cost()),
        )
        for rung in path
    )


def news_of(resumed: Resumed, answer: Answer) -> News:
    """Ready, unless no larger tier has written anything: that is worth another try."""
    asked_before = {rung.tier for rung in resumed.path}
    new = [
        rung
        for rung in answer.provenance.path[len(resumed.path) :]
        if rung.tier not in asked_before
    ]
    if all(rung.decision == "failed" for rung in new):
        return News(upgrade=Upgrade(status="failed", id=""))
    return News(upgrade=Upgrade(status="ready", id=answer.id), better=answer)
