"""Which GPUs there are, by nvidia-smi or by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import LaunchError
from assistant.launch.gpus import find_gpus, named_gpus, parse_nvidia_smi

TWO = """\
0, NVIDIA L40S, 46068, 580.95.05, 8.9
1, NVIDIA H100 80GB HBM3, 81559, 580.95.05, 9.0
"""


def nvidia_smi(folder: Path, script: str) -> dict[str, str]:
    """An environment whose nvidia-smi is this script."""
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": str(folder)}


def test_cards_are_named_as_the_card_files_do() -> None:
    """Index, memory and driver come along."""
    l40s, h100 = parse_nvidia_smi(TWO)

    assert (l40s.index, l40s.card, l40s.card_class.name) == (0, "L40S", "48gb")
    assert (h100.card, h100.memory_mib, h100.driver) == ("H100", 81559, "580.95.05")


def test_a_card_that_no_file_names_belongs_to_a_class_by_its_memory() -> None:
    """It keeps its own name."""
    (gpu,) = parse_nvidia_smi("0, NVIDIA Novel X1, 98304, 1.0, 12.0")

    assert gpu.card == "Novel X1"
    assert gpu.card_class.name == "80gb"


def test_a_card_too_small_for_every_tier_is_told() -> None:
    """The message names card, memory and the way out."""
    (gpu,) = parse_nvidia_smi("3, RTX A4000, 16376, 1.0, 8.6")

    with pytest.raises(LaunchError, match=r"GPU 3 \(RTX A4000\) has 16\.0 GB .* larger card"):
        _ = gpu.card_class


def test_a_card_without_bf16_is_told() -> None:
    """Its memory would do."""
    (gpu,) = parse_nvidia_smi("0, Tesla V100-SXM2-32GB, 32768, 1.0, 7.0")

    with pytest.raises(LaunchError, match=r"compute capability 7\.0; bf16 needs 8\.0"):
        _ = gpu.card_class


def test_nvidia_smi_is_asked(tmp_path: Path) -> None:
    """Its answer is the host's GPUs."""
    environment = nvidia_smi(tmp_path, f"echo '{TWO}'")

    assert [gpu.card for gpu in find_gpus(environment)] == ["L40S", "H100"]


def test_hidden_gpus_are_left_alone(tmp_path: Path) -> None:
    """CUDA_VISIBLE_DEVICES limits what may be used."""
    environment = nvidia_smi(tmp_path, f"echo '{TWO}'") | {"CUDA_VISIBLE_DEVICES": "1"}

    assert [gpu.index for gpu in find_gpus(environment)] == [1]


@pytest.mark.parametrize(
    ("script", "visible", "told"),
    [
        (
            "echo 'NVIDIA-SMI has failed because'; exit 9",
            "0",
            "ended with 9: NVIDIA-SMI has failed",
        ),
        ("true", "0", "lists none"),
        ("echo '0, NVIDIA L4, 23034, 1, 8.9'", "", "lists none"),
        ("echo '0, NVIDIA L4, 23034, 1, 8.9'", "GPU-8a1b", "give the GPUs by their numbers"),
        ("echo 'No devices were found'", "0", "update the driver"),
    ],
)
def test_a_host_without_usable_gpus_is_told_why(
    tmp_path: Path, script: str, visible: str, told: str
) -> None:
    """Each message has a way out."""
    environment = nvidia_smi(tmp_path, script) | {"CUDA_VISIBLE_DEVICES": visible}

    with pytest.raises(LaunchError, match=told):
        find_gpus(environment)


def test_gpus_can_be_named() -> None:
    """Several kinds, numbered from 0, in any case of letters."""
    gpus = named_gpus("h100:2, L40S")

    assert [(gpu.index, gpu.card) for gpu in gpus] == [(0, "H100"), (1, "H100"), (2, "L40S")]


@pytest.mark.parametrize(("text", "told"), [("H1000:1", "known: A10"), ("H100:x", "number from 1")])
def test_a_wrong_name_or_count_is_told(text: str, told: str) -> None:
    """With what is known."""
    with pytest.raises(LaunchError, match=told):
        named_gpus(text)
