"""What the engine says against what the policy says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from assistant.benchmark.findings import describe, doubts
from assistant.benchmark.target import EngineFacts, Target
from assistant.economics.measurement import Quantization
from assistant.errors import TierRejected

TARGET = Target(
    tier="draft",
    engine="sglang",
    model="google/gemma-4-12B-it",
    url="http://127.0.0.1:30000",
    card="H100",
    gpus=1,
    quantization="fp8",
    temperature=0.7,
    top_p=0.95,
)
FACTS = EngineFacts(
    version="0.5.17",
    accelerator="NVIDIA H100 80GB HBM3",
    gpus=1,
    served="google/gemma-4-12b-it",
    quantization="fp8",
    max_running=64,
)


def test_what_fits_gives_no_doubt() -> None:
    """Names of models match in any case of their letters."""
    found = describe(TARGET, FACTS)

    assert (found.card, found.gpus, found.quantization) == ("H100", 1, "fp8")
    assert list(doubts(TARGET, FACTS, levels=(1, 64))) == []


def test_the_engine_knows_its_card_better_than_the_policy() -> None:
    """Each doubt names both words, what is written down, and the way out."""
    facts = replace(FACTS, accelerator="NVIDIA H200", gpus=2, served="smollm2", max_running=8)

    found = describe(TARGET, facts)

    assert (found.card, found.gpus) == ("H200", 2)
    assert list(doubts(TARGET, facts, levels=(1, 32))) == snapshot(
        [
            "tier 'draft': the policy's card is 'H100', but the server runs on 'NVIDIA H200': written down as 'H200'; set card.name to 'H200' so that costs find it",
            "tier 'draft': the policy says gpus: 1, but the server uses 2; written down as 2",
            "tier 'draft': the server calls its model 'smollm2'; written down as 'google/gemma-4-12B-it', as the policy says",
            "tier 'draft': runs 8 requests at once; at 32 the others wait, which shows in the times to the first token",
        ]
    )


def test_the_policys_word_counts_where_the_engine_tells_nothing() -> None:
    """llama.cpp names no card."""
    target = replace(TARGET, engine="llamacpp", card="cpu", quantization=None)

    found = describe(target, EngineFacts(version="b1"))

    assert (found.card, found.gpus, found.quantization) == ("cpu", 1, None)
    assert list(doubts(target, EngineFacts(version="b1"), levels=(32,))) == []


@pytest.mark.parametrize(
    ("policy", "served"), [(None, "fp8"), ("awq", "gptq_marlin"), ("gptq", "awq"), ("fp8", "awq")]
)
def test_another_precision_is_not_measured(policy: Quantization | None, served: str | None) -> None:
    """Nobody could tell from the file which of the two it was."""
    target = replace(TARGET, quantization=policy)

    with pytest.raises(TierRejected, match=r"quantization: .*inkladder tiers up --only draft"):
        describe(target, replace(FACTS, quantization=served))


def test_a_kernel_for_a_precision_is_that_precision() -> None:
    """SGLang serves awq weights as `awq_marlin` where the card can."""
    target = replace(TARGET, quantization="awq")

    assert describe(target, replace(FACTS, quantization="awq_marlin")).quantization == "awq"


@pytest.mark.parametrize(
    ("policy", "served", "told"),
    [
        ("fp8", None, "no precision"),
        ("fp8", "compressed-tensors", "'compressed-tensors'"),
        ("fp8", "w8a8_fp8", "'w8a8_fp8'"),
        ("awq", "compressed-tensors", "'compressed-tensors'"),
        (None, "modelopt_fp4", "'modelopt_fp4'"),
    ],
)
def test_weights_quantised_beforehand_are_what_the_policy_says(
    policy: Quantization | None, served: str | None, told: str
) -> None:
    """Their file names the precision; the server names a format, or nothing. The doubt is told."""
    target, facts = replace(TARGET, quantization=policy), replace(FACTS, quantization=served)

    (doubt,) = doubts(target, facts, levels=(1,))

    assert describe(target, facts).quantization == policy
    assert f"the server tells {told} of its weights" in doubt
    assert doubt.endswith(f"quantization: {policy or 'null'}, taken from the policy")


def test_plain_weights_give_no_doubt() -> None:
    """Nothing told and nothing asked for is bf16."""
    target, facts = replace(TARGET, quantization=None), replace(FACTS, quantization=None)

    assert list(doubts(target, facts, levels=(1,))) == []
