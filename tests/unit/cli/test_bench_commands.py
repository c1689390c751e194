"""`inkladder tiers bench` and `inkladder tiers gateway` as people use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from assistant.cli.bench import bench, gateway
from assistant.economics.measured import read_runs
from assistant.errors import AssistantError, SettingsError, TierUnavailable
from support.measured_engine import MeasuredEngine, measured_engine

app = typer.Typer()
app.command()(bench)
app.command()(gateway)
runner = CliRunner(env={"COLUMNS": "80", "TERM": "dumb"})

SMALL = ("--concurrency", "1,2", "--prompt-tokens", "8", "--completion-tokens", "4")


@pytest.fixture
def engine() -> Iterator[MeasuredEngine]:
    """A running server that answers as SGLang does."""
    with measured_engine(MeasuredEngine(model="writer-1")) as running:
        yield running


def policy_of(folder: Path, *urls: str, card: str = "H200") -> str:
    """A policy file whose tiers are behind these addresses."""
    tiers = [
        f"  tier{index}: {{engine: sglang, model: writer-1, endpoints: ['{url}'],"
        f" card: {{name: {card}}}}}"
        for index, url in enumerate(urls)
    ]
    names = ", ".join(f"tier{index}" for index in range(len(urls)))
    routes = f"routes:\n  - {{name: default, ladder: [{names}]}}"
    text = "\n".join(["apiVersion: inkladder/v1", "name: mine", "tiers:", *tiers, routes, ""])
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_running_tier_is_measured_into_a_dated_file(
    engine: MeasuredEngine, tmp_path: Path
) -> None:
    """A table of 80 columns, and a file that the economics read."""
    policy, out = policy_of(tmp_path, engine.url), tmp_path / "out"

    done = runner.invoke(app, ["bench", "--policy", policy, "--out", str(out), *SMALL])

    assert done.exit_code == 0, done.output
    rows = [line.split()[:3] for line in done.stdout.splitlines() if line.split()[:1] == ["tier0"]]
    assert rows == [
        ["tier0", work, at] for work in ("write", "logprobs", "read") for at in ("1", "2")
    ]
    assert max(len(line) for line in done.stdout.splitlines() if "wrote" not in line) <= 80
    (run,) = read_runs(out)
    assert (run.card, run.engine, run.engine_version, run.weights) == (
        "H200",
        "sglang",
        "0.5.17",
        "random",
    )
    assert [(one.kind, one.concurrency) for one in run.measurements] == [
        (kind, level)
        for kind in ("generate", "generate_logprobs", "score_text")
        for level in (1, 2)
    ]
    (file,) = out.iterdir()
    assert file.name.endswith("-h200-mine.json")


def test_without_a_folder_it_goes_where_costs_are_read_from(
    engine: MeasuredEngine, tmp_path: Path
) -> None:
    """The server and `inkladder economics` read the same variable."""
    policy, own = policy_of(tmp_path, engine.url), tmp_path / "own"
    tiny = ["--no-logprobs", "--no-score", *SMALL]

    done = runner.invoke(
        app, ["bench", "--policy", policy, *tiny], env={"INKLADDER_MEASURED_DIR": str(own)}
    )

    assert done.exit_code == 0, done.output
    (run,) = read_runs(own)
    assert run.measured_at is not None
    assert run.measured_at.date() == run.date


def test_another_card_is_warned_about(engine: MeasuredEngine, tmp_path: Path) -> None:
    """And written down under its own name."""
    policy, out = policy_of(tmp_path, engine.url, card="L4"), tmp_path / "out"

    done = runner.invoke(
        app,
        ["bench", "--policy", policy, "--out", str(out), "--no-logprobs", "--no-score", *SMALL],
    )

    assert done.exit_code == 0, done.output
    assert "the policy's card is 'L4'" in " ".join(done.stderr.split())
    assert [run.card for run in read_runs(out)] == ["H200"]


def test_tiers_of_one_engine_are_measured_once(engine: MeasuredEngine, tmp_path: Path) -> None:
    """The same numbers twice would cost time and tell nothing."""
    policy, out = policy_of(tmp_path, engine.url, engine.url), tmp_path / "out"

    done = runner.invoke(
        app, ["bench", "--policy", policy, "--out", str(out), "--no-score", *SMALL]
    )

    assert done.exit_code == 0, done.output
    assert "tier 'tier1' is served by the engine of 'tier0'" in " ".join(done.stderr.split())
    (run,) = read_runs(out)
    assert len(run.measurements) == 4


def test_only_names_the_tiers_to_measure(engine: MeasuredEngine, tmp_path: Path) -> None:
    """The others need not run; the file is named after those measured."""
    policy, out = policy_of(tmp_path, "http://127.0.0.1:9", engine.url), tmp_path / "out"

    done = runner.invoke(
        app, ["bench", "--policy", policy, "--out", str(out), "--only", "tier1", *SMALL]
    )

    assert done.exit_code == 0, done.output
    (file,) = out.iterdir()
    assert file.name.endswith("-h200-mine-tier1.json")


def test_a_tier_that_is_down_is_told_with_the_way_out(tmp_path: Path) -> None:
    """No file is written."""
    policy, out = policy_of(tmp_path, "http://127.0.0.1:9"), tmp_path / "out"

    done = runner.invoke(app, ["bench", "--policy", policy, "--out", str(out), *SMALL])

    assert isinstance(done.exception, TierUnavailable)
    assert "inkladder tiers up --only tier0" in str(done.exception)
    assert not out.exists()


def test_what_was_measured_before_a_failure_is_written(
    engine: MeasuredEngine, tmp_path: Path
) -> None:
    """The second tier writes less than it was asked for."""
    out = tmp_path / "out"
    with measured_engine(MeasuredEngine(model="writer-1", tokens_left_out=1)) as broken:
        policy = policy_of(tmp_path, engine.url, broken.url)

        done = runner.invoke(app, ["bench", "--policy", policy, "--out", str(out), *SMALL])

    assert isinstance(done.exception, AssistantError)
    (run,) = read_runs(out)
    assert len(run.measurements) == 6


def test_a_tier_that_is_not_in_the_policy_is_told(tmp_path: Path) -> None:
    """With those that are."""
    policy = policy_of(tmp_path, "http://127.0.0.1:9")

    done = runner.invoke(app, ["bench", "--policy", policy, "--only", "best"])

    assert isinstance(done.exception, SettingsError)
    assert str(done.exception) == "the policy 'mine' has no tier 'best'; its tiers are tier0"


@pytest.mark.parametrize("levels", ["", "1,,2", "0", "eight", "-1"])
def test_loads_are_numbers_above_zero(levels: str) -> None:
    """Told before anything starts."""
    done = runner.invoke(app, ["bench", "--concurrency", levels])

    assert done.exit_code == 2
    assert "is no list of numbers above 0" in " ".join(done.stderr.split())


def test_the_embedded_ladder_is_measured_with_its_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started for the bench, measured once for both tiers, and gone afterwards."""
    monkeypatch.setenv("INKLADDER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("INKLADDER_HOST_ADDRESSES", raising=False)
    tiny = ("--concurrency", "1", "--prompt-tokens", "4", "--completion-tokens", "2")

    done = runner.invoke(
        app, ["bench", "--policy", "embedded", "--no-logprobs", "--out", str(tmp_path), *tiny]
    )

    assert done.exit_code == 0, done.output
    (run,) = read_runs(next(tmp_path.glob("*-cpu-embedded.json")))
    assert (run.card, run.engine, run.weights) == ("cpu", "llamacpp", "real")
    assert [one.kind for one in run.measurements] == ["generate"]


def test_the_gateway_report_is_a_table_or_json(engine: MeasuredEngine, tmp_path: Path) -> None:
    """The table fits 80 columns; the file and the JSON say the same."""
    accepted = {"path": "tier0:accept", "cache": "bypass", "degraded": []}
    with measured_engine(MeasuredEngine(cascade=accepted)) as ours:
        options = ["--direct", engine.url, "--url", ours.url, "--concurrency", "1,2"]
        lengths = ["--rounds", "2", "--max-tokens", "4", "--prompt-words", "5"]
        command = ["gateway", "--model", "writer-1", *options, *lengths]

        table = runner.invoke(app, command)
        told = runner.invoke(app, [*command, "--json", "--out", str(tmp_path)])

    assert table.exit_code == 0, table.output
    assert max(len(line) for line in table.stdout.splitlines()) <= 80
    assert "added" in table.stdout
    report = json.loads(told.stdout)
    assert [level["concurrency"] for level in report["levels"]] == [1, 2]
    (file,) = tmp_path.glob("*-gateway-writer-1.json")
    assert json.loads(file.read_text(encoding="utf-8")) == report


def test_a_folder_that_cannot_be_written_is_told_after_the_report(
    engine: MeasuredEngine, tmp_path: Path
) -> None:
    """What was measured has been printed by then."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    accepted = {"path": "tier0:accept", "cache": "bypass", "degraded": []}
    with measured_engine(MeasuredEngine(cascade=accepted)) as ours:
        done = runner.invoke(
            app,
            [
                *("gateway", "--model", "writer-1", "--direct", engine.url, "--url", ours.url),
                *("--concurrency", "1", "--rounds", "2", "--max-tokens", "4", "--json"),
                *("--out", str(tmp_path / "file")),
            ],
        )

    assert json.loads(done.stdout)["model"] == "writer-1"
    assert "name another folder with --out" in str(done.exception)
