"""The files that a measurement is written to, as the cost tables read them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.benchmark.findings import Described
from assistant.benchmark.record import runs_of, write_runs
from assistant.benchmark.target import BenchPlan, EngineFacts, Target
from assistant.benchmark.tiers import MeasuredTier
from assistant.economics.measured import MeasuredTable, read_runs
from assistant.economics.measurement import Measurement
from assistant.errors import DataError

MOMENT = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
PLAN = BenchPlan(seed=7)
TIER = MeasuredTier(
    target=Target(
        tier="draft",
        engine="sglang",
        model="google/gemma-4-12B-it",
        url="http://127.0.0.1:30000",
        card="L40S",
        temperature=0.7,
        top_p=0.95,
    ),
    facts=EngineFacts(version="0.5.17", random_weights=True),
    described=Described(card="L40S", gpus=1, quantization=None),
    driver="580.1",
    measurements=(
        Measurement(
            model="google/gemma-4-12B-it",
            kind="generate",
            concurrency=8,
            requests=16,
            prompt_tokens=512,
            completion_tokens=256,
            wall_s=5.0,
            gpu_s_per_request=0.3125,
            output_tokens_per_s=819.2,
            ttft_ms_p50=150.0,
            ttft_ms_p95=160.0,
            tpot_ms_p50=9.5,
            e2e_s_p50=2.5,
        ),
    ),
)
LARGE = replace(TIER, target=replace(TIER.target, tier="large", temperature=0.5))
ELSEWHERE = replace(TIER, described=Described(card="H100", gpus=2, quantization=None))


def test_a_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """By the very code that computes costs from it."""
    runs = runs_of([TIER], PLAN, at=MOMENT)

    paths = write_runs(runs, tmp_path, name="gemma4")

    assert [path.name for path in paths] == ["2026-11-22-l40s-gemma4.json"]
    assert read_runs(tmp_path) == runs
    assert (runs[0].weights, runs[0].driver, runs[0].engine_version) == (
        "random",
        "580.1",
        "0.5.17",
    )
    assert (runs[0].date, runs[0].measured_at) == (MOMENT.date(), MOMENT)


def test_tiers_of_one_card_share_a_file() -> None:
    """Another card or another number of cards has its own."""
    runs = runs_of([TIER, ELSEWHERE, LARGE], PLAN, at=MOMENT)

    assert [(run.card, run.gpus, len(run.measurements)) for run in runs] == [
        ("L40S", 1, 2),
        ("H100", 2, 1),
    ]


def test_the_method_tells_how_it_was_sampled() -> None:
    """Tiers may differ."""
    (run,) = runs_of([TIER, LARGE], PLAN, at=MOMENT)

    assert "temperature 0.7, top_p 0.95 and temperature 0.5, top_p 0.95" in run.method
    assert "seed 7" in run.method


@pytest.mark.parametrize(("said", "written"), [(None, "random"), ("real", "real")])
def test_the_word_for_the_weights_can_be_given(said: str | None, written: str) -> None:
    """Else the server's load format decides."""
    (run,) = runs_of([TIER], PLAN, at=MOMENT, weights=said)

    assert run.weights == written


def test_a_second_measurement_of_a_day_is_kept_beside_the_first(tmp_path: Path) -> None:
    """Nothing that was measured is lost."""
    runs = runs_of([TIER], PLAN, at=MOMENT)

    names = [write_runs(runs, tmp_path, name="gemma4")[0].name for _ in range(3)]

    assert names == [
        "2026-11-22-l40s-gemma4.json",
        "2026-11-22-l40s-gemma4_2.json",
        "2026-11-22-l40s-gemma4_3.json",
    ]


@pytest.mark.parametrize("names", [["gemma4-draft", "gemma4"], ["gemma4"] * 11])
def test_of_one_day_the_latest_measurement_counts(tmp_path: Path, names: list[str]) -> None:
    """`-gemma4-draft` comes before `-gemma4` by name, and `_10` before `_2`."""
    for hour, name in enumerate(names):
        row = TIER.measurements[0].model_copy(update={"gpu_s_per_request": 1.0 + hour})
        tier = replace(TIER, measurements=(row,))
        write_runs(runs_of([tier], PLAN, at=MOMENT.replace(hour=hour)), tmp_path, name=name)

    table = MeasuredTable(read_runs(tmp_path))

    found = table.profile(model=TIER.target.model, card="L40S", quantization=None)
    assert found is not None
    told = found.run_s(prompt_tokens=512, completion_tokens=256, in_flight=8)
    assert told == pytest.approx(len(names))


def test_several_cards_are_in_the_name(tmp_path: Path) -> None:
    """Folders are made."""
    (path,) = write_runs(runs_of([ELSEWHERE], PLAN, at=MOMENT), tmp_path / "new", name="Two Cards")

    assert path.name == "2026-11-22-2xh100-two-cards.json"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With the option that names another."""
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")

    with pytest.raises(DataError, match=r"cannot be written .*--out"):
        write_runs(runs_of([TIER], PLAN, at=MOMENT), file, name="gemma4")
