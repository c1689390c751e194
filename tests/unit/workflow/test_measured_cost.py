"""What a draft on a measured card costs: its tokens at the load that the engine had meanwhile."""

from __future__ import annotations

import pytest

from assistant.economics.measured import shipped_table
from assistant.economics.meter import EngineMeter
from assistant.economics.pricing import TierPricing
from assistant.tiers.base import EngineLoad
from assistant.tiers.fake import FakeTier, Script
from assistant.types import DraftRequest, Rung
from support.cascade import ScriptedScorer, assistant_over
from support.clock import ManualClock

POLICY = """
apiVersion: inkladder/v1
name: measured
tiers:
  draft: {{engine: sglang, model: small, endpoints: ["http://draft:1"], samples: {samples}}}
routes: [{{name: default, ladder: [draft]}}]
"""


REPAIRING = """
apiVersion: inkladder/v1
name: repairing
tiers:
  draft: {engine: sglang, model: small, endpoints: ["http://draft:1"]}
  large: {engine: sglang, model: big, endpoints: ["http://large:1"]}
routes: [{name: default, ladder: [draft, large], escalate: repair}]
"""


async def rung_of(tier: FakeTier, *, samples: int = 1) -> Rung:
    """The one rung of a draft on a card whose 12B was measured."""
    profile = shipped_table().profile(model="google/gemma-4-12B-it", card="H200", quantization=None)
    clock = ManualClock()
    assistant = assistant_over(
        [tier],
        ScriptedScorer({}),
        policy=POLICY.format(samples=samples),
        clock=clock,
        meters={"draft": EngineMeter(clock)},
        pricing={"draft": TierPricing(profile=profile)},
    )
    return (await assistant.draft(DraftRequest(instruction="Write."))).provenance.path[0]


async def test_requests_of_other_processes_make_it_cheaper() -> None:
    """The engine tells while it writes; a report from afterwards would be too late."""
    alone = FakeTier(Script(texts=("One two three.",)), name="draft")
    busy = FakeTier(Script(texts=("One two three.",)), name="draft")
    busy.engine_load = EngineLoad(running=32.0, waiting=0.0, endpoints=1, age_s=0.5)

    dear, cheap = await rung_of(alone), await rung_of(busy)

    assert (dear.in_flight, cheap.in_flight) == (1.0, 32.0)
    assert cheap.cost.basis == "measured"
    assert cheap.cost.gpu_s < dear.cost.gpu_s / 10


async def test_each_sample_is_a_request_to_the_engine() -> None:
    """Four texts at once share the card's steps as four requests do."""
    one = FakeTier(Script(texts=("One two three.",)), name="draft")
    four = FakeTier(Script(texts=("One two three.",)), name="draft")

    single, many = await rung_of(one), await rung_of(four, samples=4)

    assert many.in_flight == 4.0
    assert many.usage.completion_tokens == 4 * single.usage.completion_tokens
    assert many.cost.gpu_s == pytest.approx(single.cost.gpu_s, rel=0.5)


async def test_the_last_tier_alone_would_have_had_no_draft_to_read() -> None:
    """Where a route repairs, what always-large would have cost is less than what it took."""
    profile = shipped_table().profile(model="google/gemma-4-31B-it", card="H200", quantization=None)
    clock = ManualClock()
    assistant = assistant_over(
        [
            FakeTier(Script(texts=("A weak draft of some words. " * 20,)), name="draft"),
            FakeTier(Script(texts=("Good.",)), name="large"),
        ],
        ScriptedScorer({"Good.": 0.9}),
        policy=REPAIRING,
        clock=clock,
        pricing={name: TierPricing(profile=profile) for name in ("draft", "large")},
    )

    made = (await assistant.draft(DraftRequest(instruction="Write."))).provenance

    large = made.path[1]
    assert large.usage.prompt_tokens > made.path[0].usage.prompt_tokens
    assert made.cost.always_large_gpu_s is not None
    assert 0 < made.cost.always_large_gpu_s < large.cost.gpu_s
