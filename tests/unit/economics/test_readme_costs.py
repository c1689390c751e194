"""The cost table of the README says what was measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.economics.measured import shipped_table
from assistant.economics.measurement import Measurement

README = Path(__file__).parents[3] / "README.md"
ROW = re.compile(
    r"^\| (12B|26B-A4B|31B), (H\d00) (bf16|fp8) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|(.*?)\|",
    re.MULTILINE,
)
ROWS = ROW.findall(README.read_text(encoding="utf-8"))


def written(model: str, card: str, precision: str) -> dict[int, Measurement]:
    """What was measured without log-probabilities, by requests in flight."""
    return {
        row.concurrency: row
        for run in shipped_table().runs
        if run.card == card
        for row in run.measurements
        if row.kind == "generate"
        and row.model == f"google/gemma-4-{model}-it"
        and (row.quantization or "bf16") == precision
    }


def test_every_measured_model_and_card_is_in_the_table() -> None:
    """A new measurement belongs into it."""
    shown = {(model, card, precision) for model, card, precision, *_ in ROWS}
    measured = {
        (
            row.model.removeprefix("google/gemma-4-").removesuffix("-it"),
            run.card,
            row.quantization or "bf16",
        )
        for run in shipped_table().runs
        for row in run.measurements
    }

    assert shown == measured


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:3]) for row in ROWS])
def test_a_row_of_the_table_is_what_was_measured(row: tuple[str, ...]) -> None:
    """GPU-seconds at 1, 8 and 32 in flight, and the time to the first token at 1 and 32."""
    model, card, precision, *seconds, first = row
    measured = written(model, card, precision)

    for level, told in zip((1, 8, 32), seconds, strict=True):
        assert float(told) == pytest.approx(measured[level].gpu_s_per_request, abs=0.006)
    for level, told in zip((1, 32), re.findall(r"\d+", first), strict=False):
        assert int(told) == pytest.approx(measured[level].ttft_ms_p50, abs=1.0)
