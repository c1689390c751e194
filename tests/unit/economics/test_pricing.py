"""What a run cost: measured seconds per token where there are some, shared wall time elsewhere."""

from __future__ import annotations

import pytest

from assistant.economics.measured import shipped_table
from assistant.economics.meter import Charge
from assistant.economics.pricing import TierPricing
from assistant.types import Usage

USAGE = Usage(prompt_tokens=512, completion_tokens=256)
ALONE = Charge(wall_s=2.0, engine_s=2.0)


def gemma_12b_on_h200() -> TierPricing:
    """The measured 12B at three dollars an hour."""
    profile = shipped_table().profile(model="google/gemma-4-12B-it", card="H200", quantization=None)
    return TierPricing(usd_per_hour=3.0, profile=profile)


def test_the_measured_request_costs_what_was_measured() -> None:
    """512 tokens in and 256 out at 32 in flight, with log-probabilities: .112 GPU-seconds."""
    cost = gemma_12b_on_h200().run(ALONE, USAGE, in_flight=32)

    assert cost.gpu_s == pytest.approx(0.112, rel=0.01)
    assert cost.usd == pytest.approx(cost.gpu_s * 3.0 / 3600)
    assert cost.basis == "measured"


def test_a_request_among_many_costs_a_part_of_one_alone() -> None:
    """They share each step of the card."""
    pricing = gemma_12b_on_h200()

    alone = pricing.run(ALONE, USAGE, in_flight=1)
    shared = pricing.run(ALONE, USAGE, in_flight=32)

    assert shared.gpu_s < alone.gpu_s / 10


def test_what_the_engine_remembered_of_the_prompt_is_not_charged() -> None:
    """A document read once is not read again."""
    pricing = gemma_12b_on_h200()
    remembered = Usage(prompt_tokens=512, completion_tokens=256, cached_tokens=500)

    assert (
        pricing.run(ALONE, remembered, in_flight=1).gpu_s
        < pricing.run(ALONE, USAGE, in_flight=1).gpu_s
    )


def test_reading_costs_a_small_part_of_writing() -> None:
    """At one request in flight a prefill of both texts is 2 percent of the writing."""
    pricing = gemma_12b_on_h200()
    read = pricing.run(ALONE, Usage(prompt_tokens=768), in_flight=1)

    assert read.basis == "measured"
    assert read.gpu_s < 0.05 * pricing.run(ALONE, USAGE, in_flight=1).gpu_s


def test_a_run_without_token_counts_is_charged_by_time() -> None:
    """An engine that broke off never told what it had read."""
    cost = gemma_12b_on_h200().run(ALONE, None, in_flight=1)

    assert (cost.gpu_s, cost.basis) == (2.0, "wall_time")


def test_every_card_of_a_server_is_paid_for() -> None:
    """Two cards for two seconds are four GPU-seconds."""
    pricing = TierPricing(usd_per_hour=3600.0, gpus=2)

    assert pricing.run(ALONE, USAGE, in_flight=1).gpu_s == pytest.approx(4.0)
    assert pricing.run(ALONE, None, in_flight=1).usd == pytest.approx(4.0)


def test_the_alternative_is_known_at_once_where_it_was_measured() -> None:
    """No first run is needed to say what the large tier alone would have cost."""
    measured = gemma_12b_on_h200().alone(USAGE, in_flight=32)
    assert measured is not None
    assert measured.gpu_s == pytest.approx(0.112, rel=0.01)


def test_the_alternative_is_learnt_where_it_was_not() -> None:
    """Unknown at first, then from what runs took."""
    pricing = TierPricing()
    assert pricing.alone(USAGE, in_flight=1) is None

    pricing.learn(pricing.run(ALONE, USAGE, in_flight=1), tokens=256)
    learnt = pricing.alone(USAGE, in_flight=1)

    assert learnt is not None
    assert learnt.gpu_s == pytest.approx(2.0)
    assert learnt.basis == "wall_time"
