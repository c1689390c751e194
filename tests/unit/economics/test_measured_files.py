"""Measurement files: what is written is read again, and a broken one says where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.economics.measured import parse_run, read_runs, shipped_table
from assistant.errors import DataError
from support.measured import measurement, run_of

TEXT = run_of(measurement(2.0), measurement(0.1, kind="score_text", completion_tokens=0)).to_json()


def test_a_written_run_is_read_again() -> None:
    """And each measurement has a line of its own."""
    run = run_of(measurement(2.0), measurement(1.0, concurrency=8))

    text = run.to_json()

    assert parse_run(text, source="x.json") == run
    assert sum('"kind"' in line for line in text.splitlines()) == 2
    assert json.loads(text)["schema"] == 1


def test_a_run_says_where_it_comes_from() -> None:
    """Card, date, engine; several cards are counted."""
    assert run_of(measurement(2.0)).source == "H200, 2026-11-21, sglang 0.5.17"
    assert run_of(measurement(2.0), card="L40S", gpus=2).source.startswith("2 x L40S, ")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"wall_s": 4.0', '"wall_s": -1', r"measurements\[0\]\.wall_s: .*greater than 0, got -1"),
        ('"requests": 2', '"requets": 2', r"measurements\[0\]\.requests: Field required"),
        ('"generate"', '"generation"', r"measurements\[0\]\.kind: .*got 'generation'"),
        ('"card": "H200",', "", r"x\.json: card: Field required"),
        ('"schema": 1', '"schema": 2', r"x\.json: schema: .*got 2"),
        (
            '"ttft_ms_p50": 200.0',
            '"ttft_ms_p50": null',
            r"measurements\[0\]: .*needs .*ttft_ms_p50",
        ),
        (
            '"measured_at": null',
            '"measured_at": "2026-11-21T09:30:00"',
            r"x\.json: measured_at: .*timezone",
        ),
        ("{", "", r"x\.json: Invalid JSON"),
    ],
)
def test_a_broken_file_is_told_with_its_place(old: str, new: str, told: str) -> None:
    """File, place, value, and the way out."""
    with pytest.raises(DataError, match=told) as error:
        parse_run(TEXT.replace(old, new, 1), source="x.json")

    assert "x.json" in str(error.value)
    assert str(error.value).endswith("or measure anew with `inkladder tiers bench`")


def test_a_folder_gives_all_its_runs_and_a_file_its_one(tmp_path: Path) -> None:
    """Other files of the folder do not matter."""
    for name in ("a.json", "b.json", "notes.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")

    assert len(read_runs(tmp_path)) == 2
    assert len(read_runs(tmp_path / "a.json")) == 1


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    """An empty folder, a missing one, and one with a file that is no text."""
    with pytest.raises(DataError, match=r"holds no \.json file"):
        read_runs(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        read_runs(tmp_path / "nowhere")
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(DataError, match="not UTF-8"):
        read_runs(tmp_path)


def test_the_shipped_files_hold_the_gemma_ladder() -> None:
    """Every model on an H200 in bf16, with logprobs, without, and reading alone."""
    rows = [
        row
        for run in shipped_table().runs
        if run.card == "H200" and run.date.isoformat() == "2026-11-21"
        for row in run.measurements
    ]

    for model in ("12B", "26B-A4B", "31B"):
        kinds = {row.kind for row in rows if row.model == f"google/gemma-4-{model}-it"}
        assert kinds == {"generate", "generate_logprobs", "score_text"}
