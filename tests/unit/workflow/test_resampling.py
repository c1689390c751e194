"""When several texts of the same tier are worth trying before a larger one is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.economics.curve import Curve
from assistant.economics.pricing import TierPricing
from assistant.economics.profile import Profile
from assistant.tiers.fake import FakeTier, Script
from assistant.types import Answer, DraftRequest
from assistant.workflow.resampling import Resampling, is_cheaper
from support.cascade import ScriptedScorer, assistant_over

POLICY = """
apiVersion: inkladder/v1
name: two
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"]}
  large: {engine: sglang, model: big, endpoints: ["http://large:1"]}
routes: [{name: default, ladder: [draft, large], resample: {samples: 4}}]
"""


def priced(*, per_token_s: float) -> TierPricing:
    """A tier whose tokens cost so much at any load, read or written."""
    curve = Curve(((1.0, per_token_s),))
    return TierPricing(
        profile=Profile(
            model="m",
            card="c",
            quantization=None,
            gpus=1,
            prefill=Curve(((1.0, per_token_s / 100),)),
            decode=curve,
            ttft=None,
            tpot=None,
            source="test",
        )
    )


async def answer_at(draft_s: float, large_s: float) -> Answer:
    """With tiers that cost so much a token, and a draft below the bar."""
    draft = FakeTier(
        Script(texts=("Weak enough.",)),
        Script(texts=("Bad one.", "Good one.", "So so.", "Poor.")),
        name="draft",
    )
    large = FakeTier(Script(texts=("The best of all.",)), name="large")
    assistant = assistant_over(
        [draft, large],
        ScriptedScorer({"Good one.": 0.8, "The best of all.": 0.9}),
        policy=POLICY,
        pricing={"draft": priced(per_token_s=draft_s), "large": priced(per_token_s=large_s)},
    )
    return await assistant.draft(DraftRequest(instruction="Write a line."))


async def test_a_cheap_tier_tries_again_first() -> None:
    """Four of its texts cost less than half of the larger one's."""
    answer = await answer_at(draft_s=0.001, large_s=0.1)

    assert answer.text == "Good one."
    assert [rung.how for rung in answer.provenance.path] == ["first", "resample"]


async def test_a_tier_as_dear_as_the_next_does_not() -> None:
    """Four texts for the price of one larger would be wasted, but for the few that are tried all the same."""
    hows = [
        [rung.how for rung in (await answer_at(draft_s=0.1, large_s=0.1)).provenance.path]
        for _ in range(12)
    ]

    assert ["first", "fresh"] in hows


@given(again=st.floats(0.001, 10), larger=st.floats(0.001, 10), chance=st.floats(0, 1))
def test_trying_pays_while_it_costs_less_than_it_saves(
    again: float, larger: float, chance: float
) -> None:
    """Expected costs with and without the try decide."""
    tried = again + (1 - chance) * larger

    if tried < larger * (1 - 1e-9):
        assert is_cheaper(again=again, larger=larger, chance=chance)
    if tried > larger * (1 + 1e-9):
        assert not is_cheaper(again=again, larger=larger, chance=chance)


def test_the_chance_is_that_of_the_latest_tries() -> None:
    """It begins in the middle, learns, and forgets."""
    resampling = Resampling()
    assert resampling.chance("a") == pytest.approx(0.5)

    for _ in range(1000):
        resampling.note("a", success=False)
    low = resampling.chance("a")
    for _ in range(600):
        resampling.note("a", success=True)

    assert low < 0.05
    assert resampling.chance("a") > 0.85
    assert resampling.chance("b") == pytest.approx(0.5)
