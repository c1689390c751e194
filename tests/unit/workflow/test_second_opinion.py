"""The next tier reads a draft before it is accepted."""

from __future__ import annotations

import pytest

from assistant.errors import TierOverloaded
from assistant.tiers.base import TextScore
from assistant.tiers.fake import FakeTier, Script
from assistant.types import DraftRequest, Usage
from support.cascade import ScriptedScorer, assistant_over

POLICY = """
apiVersion: inkladder/v1
name: opinions
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"]}
  large: {engine: sglang, model: big, endpoints: ["http://large:1"], card: {name: L, usd_per_hour: 3600}}
routes:
  - {name: default, ladder: [draft, large], accept: {min_score: 0.6},
     second_opinion: {min_logprob: -2, below_score: 0.85}}
"""
REQUEST = DraftRequest(instruction="Write a line about rain.")
VALUES = {"Weak.": 0.2, "Good.": 0.7, "Sure.": 0.9, "Large.": 0.65}
LIKELY = TextScore(logprobs=(-0.5, -1.5), usage=Usage(prompt_tokens=40))
UNLIKELY = TextScore(logprobs=(-1.0, -5.0), usage=Usage(prompt_tokens=40))


def ladder(draft: str, score: TextScore | TierOverloaded) -> tuple[FakeTier, FakeTier]:
    """A small tier that writes `draft`, and a large one that reads it as `score`."""
    return (
        FakeTier(Script(texts=(draft,)), name="draft"),
        FakeTier(Script(texts=("Large.",)), name="large", text_scores=(score,)),
    )


async def test_a_draft_that_the_next_tier_finds_likely_is_served() -> None:
    """It was read, not rewritten."""
    draft, large = ladder("Good.", LIKELY)
    assistant = assistant_over([draft, large], ScriptedScorer(VALUES), policy=POLICY)

    answer = await assistant.draft(REQUEST)

    (rung,) = answer.provenance.path
    assert (answer.text, rung.decision, rung.reason) == ("Good.", "accept", "score_ok")
    assert rung.second_opinion is not None
    assert rung.second_opinion.tier == "large"
    assert rung.second_opinion.mean_logprob == pytest.approx(-1.0)
    assert large.requests == []
    assert large.score_requests[0].text == "Good."
    assert large.score_requests[0].messages == draft.requests[0].messages


async def test_a_draft_that_the_next_tier_finds_unlikely_is_written_anew() -> None:
    """And never outranks what the next tier then writes."""
    draft, large = ladder("Good.", UNLIKELY)
    assistant = assistant_over([draft, large], ScriptedScorer(VALUES), policy=POLICY)

    answer = await assistant.draft(REQUEST)

    first, second = answer.provenance.path
    assert (first.decision, first.reason) == ("defer", "second_opinion")
    assert first.score == pytest.approx(0.7 * 0.6)
    assert (answer.text, second.decision) == ("Large.", "accept")
    assert answer.provenance.degraded == ()


async def test_a_sample_that_nobody_read_does_not_take_the_place_of_the_one_that_was() -> None:
    """The second best of the same rung is no better for being unread."""
    draft = FakeTier(Script(texts=("Good.", "Nearly.")), name="draft")
    large = FakeTier(Script(texts=("Large.",)), name="large", text_scores=(UNLIKELY,))
    scorer = ScriptedScorer({**VALUES, "Nearly.": 0.68})
    two = POLICY.replace(
        'endpoints: ["http://draft:1"]', 'samples: 2, endpoints: ["http://draft:1"]'
    )
    assistant = assistant_over([draft, large], scorer, policy=two)

    answer = await assistant.draft(REQUEST)

    assert (answer.text, answer.provenance.tier) == ("Large.", "large")


@pytest.mark.parametrize("text", ["Sure.", "Weak."])
async def test_nobody_is_asked_where_the_score_is_clear(text: str) -> None:
    """Neither about a draft that is surely good nor about one that is deferred anyway."""
    draft, large = ladder(text, UNLIKELY)
    assistant = assistant_over([draft, large], ScriptedScorer(VALUES), policy=POLICY)

    answer = await assistant.draft(REQUEST)

    assert large.score_requests == []
    assert answer.provenance.path[0].second_opinion is None


async def test_a_tier_that_cannot_read_now_has_no_say() -> None:
    """A full large tier must not make the small one's good draft worthless."""
    draft, large = ladder("Good.", TierOverloaded(tier="large"))
    assistant = assistant_over([draft, large], ScriptedScorer(VALUES), policy=POLICY)

    answer = await assistant.draft(REQUEST)

    opinion = answer.provenance.path[0].second_opinion
    assert answer.text == "Good."
    assert opinion is not None
    assert (opinion.mean_logprob, opinion.failure) == (None, "tier_overloaded")


async def test_a_tier_that_cannot_score_texts_is_not_asked() -> None:
    """Its capabilities say so."""
    draft = FakeTier(Script(texts=("Good.",)), name="draft")
    large = FakeTier(Script(texts=("Large.",)), name="large")
    assistant = assistant_over([draft, large], ScriptedScorer(VALUES), policy=POLICY)

    answer = await assistant.draft(REQUEST)

    assert (answer.text, large.score_requests) == ("Good.", [])


async def test_reading_is_paid_for() -> None:
    """The sum holds both rungs and the reading."""
    draft, large = ladder("Good.", LIKELY)
    assistant = assistant_over(
        [draft, large], ScriptedScorer(VALUES), policy=POLICY, real_time=True
    )

    made = (await assistant.draft(REQUEST)).provenance

    (rung,) = made.path
    assert rung.second_opinion is not None
    assert rung.second_opinion.cost.gpu_s > 0
    assert rung.second_opinion.cost.usd == pytest.approx(rung.second_opinion.cost.gpu_s)
    assert made.cost.gpu_s == pytest.approx(rung.cost.gpu_s + rung.second_opinion.cost.gpu_s)
