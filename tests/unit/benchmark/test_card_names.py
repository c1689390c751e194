"""Names of cards as drivers, policies and tables have them."""

from __future__ import annotations

import pytest

from assistant.benchmark.card import same_card, short_card


@pytest.mark.parametrize(
    ("accelerator", "short"),
    [
        ("NVIDIA H100 80GB HBM3", "H100"),
        ("NVIDIA H200", "H200"),
        ("NVIDIA L40S", "L40S"),
        ("NVIDIA A100-SXM4-80GB", "A100"),
        ("NVIDIA H100 PCIe", "H100 PCIe"),
        ("NVIDIA H100 NVL", "H100 NVL"),
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"),
        ("NVIDIA", "NVIDIA"),
    ],
)
def test_a_card_is_called_as_tables_call_it(accelerator: str, short: str) -> None:
    """Without vendor, memory and socket."""
    assert short_card(accelerator) == short


@pytest.mark.parametrize(
    ("policy_name", "accelerator", "same"),
    [
        ("H100", "NVIDIA H100 80GB HBM3", True),
        ("h200", "NVIDIA H200", True),
        ("A100 80GB", "NVIDIA A100-SXM4-80GB", True),
        ("H100", "NVIDIA H200", False),
        ("H100", "NVIDIA H100 PCIe", False),
        ("gpu", "NVIDIA H200", False),
    ],
)
def test_a_policy_names_the_card_that_is_there_or_not(
    policy_name: str, accelerator: str, same: bool
) -> None:
    """The PCIe card is another one: it has two thirds of the bandwidth."""
    assert same_card(policy_name, accelerator) is same
