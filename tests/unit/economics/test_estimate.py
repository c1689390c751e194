"""Cards that nobody measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.economics.estimate import Served, Unknown, profile_for
from assistant.economics.measured import MeasuredTable, shipped_table
from assistant.economics.measurement import MeasuredRun
from assistant.economics.profile import Profile
from assistant.economics.specs import CardClass, CardSpec, CardSpecs, read_specs, shipped_specs
from assistant.errors import DataError
from support.measured import MODEL, measurement, run_of

GEMMA = "google/gemma-4-12B-it"
NEAR = 0.15
"""Of the measured seconds: a reader's bandwidth is not all that a kernel waits for."""

SPECS = CardSpecs(
    (
        CardClass.model_validate(
            {
                "class": "large",
                "cards": {
                    "H200": {"memory_gb": 141, "bandwidth_gb_s": 4000, "bf16_tflops": 1000},
                    "H100": {"memory_gb": 80, "bandwidth_gb_s": 3000, "bf16_tflops": 1000},
                },
            }
        ),
        CardClass.model_validate(
            {
                "cards": {"L4": {"memory_gb": 24, "bandwidth_gb_s": 400, "bf16_tflops": 100}},
                "models": {
                    MODEL: {
                        "bf16": {"gpus": 1, "max_running_requests": 4},
                        "fp8": {"gpus": 2, "max_running_requests": 8},
                    }
                },
            }
        ),
    )
)
TABLE = MeasuredTable((run_of(measurement(2.0), measurement(1.0, concurrency=8)),))


def estimated(served: Served, table: MeasuredTable = TABLE) -> Profile:
    """The profile, which there must be."""
    found = profile_for(table, SPECS, served)
    assert isinstance(found, Profile)
    return found


def test_reading_follows_arithmetic_and_writing_bandwidth() -> None:
    """A tenth of both: ten times the seconds."""
    measured = estimated(Served(model=MODEL, card="H200"))

    made = estimated(Served(model=MODEL, card="l4"))

    assert made.read_s(tokens=100, in_flight=1) == pytest.approx(
        10 * measured.read_s(tokens=100, in_flight=1)
    )
    assert made.decode.at(2) == pytest.approx(10 * measured.decode.at(2))


def test_an_estimate_is_told_as_one_and_a_measurement_is_not() -> None:
    """With what it was made from, and by which factors."""
    made = estimated(Served(model=MODEL, card="L4"))

    assert made.estimated
    assert made.source == (
        "estimated from H200, 2026-11-21, sglang 0.5.17"
        " (reading x 10.00, writing x 10.00, 4 at once)"
    )
    assert not estimated(Served(model=MODEL, card="H200")).estimated


def test_a_small_memory_bounds_the_load() -> None:
    """Four requests fit; the others wait and make nothing cheaper."""
    made = estimated(Served(model=MODEL, card="L4"))

    assert made.decode.at(32) == made.decode.at(4)


def test_the_card_of_the_nearest_bandwidth_is_scaled() -> None:
    """Of two measured ones."""
    table = TABLE.with_runs([run_of(measurement(3.0), card="H100")])

    assert "from H100" in estimated(Served(model=MODEL, card="L4"), table).source


@pytest.mark.parametrize("in_flight", [1, 8, 32])
def test_an_estimate_is_near_what_was_then_measured(in_flight: int) -> None:
    """The 12B in bf16 on an H100, estimated from an H200 alone: drafts and read texts, within 15 %."""
    bf16_of_h100 = [run for run in shipped_table().runs if run.card == "H100" and is_bf16(run)]
    of_h200 = MeasuredTable(tuple(run for run in shipped_table().runs if run.card == "H200"))
    measured = {
        one.kind: one.gpu_s_per_request
        for run in bf16_of_h100
        for one in run.measurements
        if (one.model, one.concurrency) == (GEMMA, in_flight)
    }

    made = profile_for(of_h200, shipped_specs(), Served(model=GEMMA, card="H100"))

    assert isinstance(made, Profile)
    assert made.estimated
    draft_s = made.run_s(prompt_tokens=512, completion_tokens=256, in_flight=in_flight)
    assert draft_s == pytest.approx(measured["generate_logprobs"], rel=NEAR)
    read_s = made.read_s(tokens=512 + 256, in_flight=in_flight)
    assert read_s == pytest.approx(measured["score_text"], rel=NEAR)


def is_bf16(run: MeasuredRun) -> bool:
    """Whether the run's models had the usual precision."""
    return all(one.quantization is None for one in run.measurements)


@pytest.mark.parametrize(
    ("served", "told"),
    [
        (Served(model=MODEL, card="Foo"), "nobody measured lab/model, bf16, on Foo; measure it"),
        (Served(model="lab/other", card="L4"), "nobody measured lab/other, .*of another card"),
        (Served(model=MODEL, card="H100", quantization="fp8"), "nobody measured"),
        (Served(model=MODEL, card="H100", gpus=2), "on 2 x H100"),
        (
            Served(model=MODEL, card="L4", quantization="fp8", precision="fp8"),
            r"lab/model, fp8, on L4 does not fit; give it 2 of these cards",
        ),
    ],
)
def test_what_cannot_be_estimated_says_why(served: Served, told: str) -> None:
    """With the way out."""
    found = profile_for(TABLE, SPECS, served)

    assert isinstance(found, Unknown)
    assert re.search(told, found.reason)


def test_fp8_is_faster_only_where_the_card_has_it() -> None:
    """Elsewhere its weights are multiplied as bf16, and so are 4-bit ones."""
    card = CardSpec(memory_gb=48, bandwidth_gb_s=864, bf16_tflops=300, fp8_tflops=600)

    assert [card.tflops(name) for name in (None, "fp8", "awq", "gptq")] == [300, 600, 300, 300]
    assert card.model_copy(update={"fp8_tflops": None}).tflops("fp8") == 300


def test_the_shipped_cards_are_known() -> None:
    """Those that the presets name, in any case of their letters."""
    specs = shipped_specs()

    assert all(specs.get(name) for name in ("h200", "H100", "L40S", "L4", "rtx 4090"))
    assert specs.get("Voodoo 2") is None
    assert specs.room(card="Voodoo 2", model=MODEL, quantization=None) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cards: [", r"a\.yaml: is not YAML"),
        ("class: 24gb\n", r"a\.yaml: cards: Field required"),
        ("cards: {L4: {memory_gb: 0, bandwidth_gb_s: 1, bf16_tflops: 1}}", r"cards\.L4\.memory_gb"),
        ("- 1\n", r"a\.yaml: the file: "),
    ],
)
def test_a_broken_card_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    """File and place."""
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(DataError, match=told):
        read_specs(tmp_path)


def test_a_missing_card_folder_is_told(tmp_path: Path) -> None:
    """As in a damaged installation."""
    with pytest.raises(DataError, match="cannot be read"):
        read_specs(tmp_path / "cards")
