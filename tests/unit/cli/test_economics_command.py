"""`inkladder economics` as people use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from assistant.cli.economics import economics
from assistant.economics.measured import MeasuredRun, Measurement
from assistant.errors import DataError, SettingsError
from support.measured import DAY

app = typer.Typer()
app.command()(economics)
runner = CliRunner()

H200S = ["--on", "draft=H200:3", "--on", "large=H200:3", "--on", "best=H200:3"]


def printed(*arguments: str, columns: int = 80) -> str:
    """What the command prints on a terminal of that width, spaces and line breaks made one."""
    done = runner.invoke(app, list(arguments), env={"COLUMNS": str(columns)})
    assert done.exit_code == 0, done.exception
    assert max(map(len, done.stdout.splitlines())) <= columns
    return " ".join(done.stdout.split())


def as_json(*arguments: str) -> dict[str, Any]:
    """The same as data."""
    done = runner.invoke(app, ["--json", *arguments])
    assert done.exit_code == 0, done.exception
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


@pytest.mark.parametrize("columns", [80, 120])
def test_the_measured_ladder_is_told_with_its_warning(columns: int) -> None:
    """On equal cards the 12B never pays in front of the 26B-A4B."""
    told = printed("--policy", "gemma4", *H200S, columns=columns)

    assert "gemma4: 1,000 drafts of 256 tokens to prompts of 512" in told
    assert "draft: measured: H200, " in told
    assert "draft > large > best (route default): $, share thrown away" in told
    assert "draft > best (route publish, repair)" in told
    assert "draft > large > best: 'draft' never pays; at 1 in flight its draft" in told
    assert "Drop 'draft', or put it on a card as fast for under $" in told
    assert "busy seconds only: a card that idles costs the same" in told
    assert "Assumed: the same bar everywhere" in told


def test_an_estimated_card_is_marked() -> None:
    """With a tilde, and with what it was estimated from."""
    told = printed("--policy", "gemma4-budget")

    assert "draft: ~ estimated from H100, " in told
    assert "│ ~" in told
    assert "Nothing cheaper can be made of these tiers" in told


def test_the_embedded_policy_says_that_nothing_is_measured() -> None:
    """And how to."""
    told = as_json("--policy", "embedded", "--on", "draft=abacus", "--on", "large=abacus")

    assert told["tiers"] == []
    assert told["ladders"] == []
    assert told["unknown"]["draft"] == (
        "nobody measured smollm2-135m-instruct on abacus; measure it with `inkladder tiers bench`"
    )
    assert "`inkladder tiers bench`" in printed("--policy", "embedded", "--on", "draft=abacus")


def test_json_holds_the_same_figures_for_programs() -> None:
    """Costs add up: what a ladder costs at rate 0 is what its first tier costs."""
    told = as_json("--policy", "gemma4", *H200S, "--rate", "0,0.3", "--concurrency", "32")

    tiers = {tier["tier"]: tier for tier in told["tiers"]}
    ladders = {tuple(one["ladder"]): one for one in told["ladders"]}
    [draft] = tiers["draft"]["loads"]
    [load] = ladders["draft", "large", "best"]["loads"]
    assert draft["usd"] == pytest.approx(draft["gpu_s"] * 3 / 3600)
    assert draft["drafts_per_hour"] == pytest.approx(3_600_000 / draft["gpu_s"])
    assert load["rates"][0]["cost"] == pytest.approx(draft["usd"])
    assert load["rates"][0]["thrown_away_share"] == 0
    assert load["rates"][1]["cheapest"] == ["large", "best"]
    assert 0.4 < load["break_even_rate"] < 0.9
    assert ladders["draft", "best"]["routes"] == ["publish"]
    assert not tiers["draft"]["estimated"]


def test_without_a_price_seconds_are_compared() -> None:
    """A card of one's own choice has none unless it is given."""
    told = as_json("--policy", "gemma4-a4b", "--on", "draft=H200")

    assert {one["unit"] for one in told["ladders"]} == {"gpu_s"}
    assert "draft: no price; give one with --on or as `card.usd_per_hour`" in told["notes"]


def test_the_policy_s_own_card_keeps_its_price() -> None:
    """Naming it again changes nothing."""
    named = as_json("--policy", "gemma4-a4b", "--on", "draft=h100")

    assert named["ladders"] == as_json("--policy", "gemma4-a4b")["ladders"]


def test_own_measurements_count_beside_those_shipped(tmp_path: Path) -> None:
    """A tier that was unknown has a cost then, and so has its ladder."""
    row = Measurement(
        model="smollm2-135m-instruct",
        kind="generate",
        concurrency=1,
        requests=3,
        prompt_tokens=512,
        completion_tokens=256,
        wall_s=12.0,
        gpu_s_per_request=4.0,
        ttft_ms_p50=200.0,
    )
    run = MeasuredRun(
        date=DAY,
        card="abacus",
        engine="llamacpp",
        engine_version="1",
        weights="real",
        method="by hand",
        measurements=(row,),
    )
    (tmp_path / "mine.json").write_text(run.to_json(), encoding="utf-8")
    places = ["--on", "draft=abacus", "--on", "large=abacus"]

    told = as_json("--policy", "embedded", *places, "--measured", str(tmp_path))

    assert told["unknown"] == {}
    assert told["tiers"][0]["loads"][0]["gpu_s"] == pytest.approx(4000)
    assert told["tiers"][0]["source"] == "abacus, 2026-11-21, llamacpp 1"
    assert told["ladders"][0]["ladder"] == ["draft", "large"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--concurrency", "1,x"], "--concurrency: '1,x' is no list of whole numbers"),
        (["--concurrency", "0"], "--concurrency: '0'"),
        (["--rate", "30"], "--rate: '30' is no list of numbers from 0 to 1"),
        (["--rate", "nan"], "--rate: 'nan'"),
        (["--on", "draft"], "--on: 'draft' is not TIER=CARD"),
        (["--on", "draft="], "--on: 'draft=' is not TIER=CARD"),
        (["--on", "draft=L4:cheap"], "has no price in dollars per hour"),
        (["--on", "draft=L4:nan"], "has no price in dollars per hour"),
        (["--on", "daft=L4"], "has no tier 'daft'; it has: draft, large, best"),
    ],
)
def test_a_wrong_option_is_told_with_the_way_out(arguments: list[str], told: str) -> None:
    """One line; main.py makes it exit status 2."""
    done = runner.invoke(app, ["--policy", "gemma4", *arguments])

    assert isinstance(done.exception, SettingsError)
    assert told in str(done.exception)


def test_measurements_that_are_not_there_are_told(tmp_path: Path) -> None:
    """With the folder's name."""
    done = runner.invoke(app, ["--measured", str(tmp_path / "nowhere")])

    assert isinstance(done.exception, DataError)
    assert "nowhere: cannot be read" in str(done.exception)
