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
