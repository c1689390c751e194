"""`inkladder confidence threshold`, as an admin uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.confidence import app
from assistant.errors import ArtefactError, DataError
from support.calibration_draws import artefact_with
from support.outcomes import small_artefact, traffic

POLICY = """
apiVersion: inkladder/v1
name: risky
tiers:
  draft: {{engine: llamacpp, model: smollm2-135m-instruct}}
  large: {{engine: llamacpp, model: smollm2-135m-instruct, samples: 2}}
confidence: {{artefact: "{artefact}", embedder: null}}
routes:
  - {{name: typing, match: {{task: titles}}, ladder: [draft]}}
  - {{name: strict, match: {{labels: a}}, ladder: [draft, large], accept: {{max_risk: 0.01}}}}
  - name: publish
    match: {{labels: b}}
    ladder: [draft, large]
    accept: {{max_risk: 0.1, required_checks: [loop]}}
  - {{name: default, ladder: [draft, large], accept: {{min_score: 0.6}}}}
"""
CELLS = ((30, 300, 150), (70, 300, 40), (90, 400, 12))


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy on an artefact with counts."""
    artefact = tmp_path / "fitted.json"
    artefact.write_text(artefact_with(*CELLS).dump(), encoding="utf-8")
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.format(artefact=artefact), encoding="utf-8")
    return path


def run(*arguments: object, columns: int = 80) -> Result:
    """The command in a terminal of that width."""
    return CliRunner().invoke(
        app,
        ["threshold", *map(str, arguments)],
        env={"COLUMNS": str(columns)},
        catch_exceptions=False,
    )


def told(*arguments: object) -> dict[str, Any]:
    """What it tells programs."""
    found: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return found


def routes(*arguments: object) -> dict[str, float | None]:
    """Least score by route."""
    return {one["route"]: one["min_score"] for one in told(*arguments)["routes"]}


def test_each_route_is_told_with_its_score_and_its_risk(policy: Path) -> None:
    """Given, chosen or none, with the drafts behind it."""
    found = {one["route"]: one for one in told(policy)["routes"]}

    assert routes(policy) == {"typing": 0.6, "strict": None, "publish": 0.7, "default": 0.6}
    assert found["strict"]["no_safe_threshold"] == "too_many_bad"
    assert (found["publish"]["accepted"], found["publish"]["bad"]) == (700, 52)
    assert found["publish"]["risk_at_most"] <= 0.1
    assert found["default"]["accepted_share"] == 0.7


@pytest.mark.parametrize("columns", [80, 120])
def test_the_tables_fit_the_terminal_and_that_none_is_safe_is_no_error(
    policy: Path, columns: int
) -> None:
    """Every route in a line of its own, and in words why one accepts nothing."""
    done = run(policy, columns=columns)

    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert max(map(len, lines)) <= columns
    assert any(
        "publish" in line and "risk ≤ 10% at 95%" in line and "70%" in line for line in lines
    )
    assert any("typing" in line and "any" in line for line in lines)
    assert "strict accepts nothing: too many of the best-scored" in " ".join(done.stdout.split())
    assert "best of several samples" in " ".join(done.stdout.split())


def test_other_risks_are_shown_to_choose_from(policy: Path) -> None:
    """More risk, more drafts."""
    (coverage,) = told(policy)["coverage"]

    assert [row["max_risk"] for row in coverage["rows"]] == [0.05, 0.1, 0.15, 0.2, 0.3]
    assert [row["min_score"] for row in coverage["rows"]] == [None, 0.7, 0.7, 0.7, 0.3]


def test_a_risk_can_be_tried_without_editing_the_policy(policy: Path) -> None:
    """On every route; a level alone changes the rules that have one."""
    assert routes(policy, "--max-risk", 0.3) == dict.fromkeys(
        ("typing", "strict", "publish", "default"), 0.3
    )
    levels = [
        one["rule"]["confidence_level"] for one in told(policy, "--confidence-level", 0.8)["routes"]
    ]
    assert levels == [None, 0.8, 0.8, None]


@pytest.mark.parametrize("option", ["--max-risk=0", "--max-risk=0.6", "--confidence-level=1"])
def test_impossible_values_are_refused(policy: Path, option: str) -> None:
    """With the usage error of any command."""
    assert run(policy, option).exit_code == 2


def test_an_artefact_without_counts_makes_nothing_safe(policy: Path, tmp_path: Path) -> None:
    """Said with the way out; a given score stays."""
    bare = tmp_path / "bare.json"
    bare.write_text(small_artefact().dump(), encoding="utf-8")

    done = run(policy, "--artefact", bare)

    assert done.exit_code == 0
    assert "counts no calibration drafts; fit it again" in " ".join(done.stdout.split())
    assert routes(policy, "--artefact", bare)["default"] == 0.6
    assert told(policy, "--artefact", bare)["coverage"] == []


def test_outcomes_of_own_drafts_stand_for_the_calibration_drafts(
    policy: Path, tmp_path: Path
) -> None:
    """Those whose fate is known, by the artefact that scored them."""
    artefact = tmp_path / "small.json"
    artefact.write_text(small_artefact().dump(), encoding="utf-8")
    outcomes = traffic(1200)
    data = tmp_path / "outcomes.jsonl"
    data.write_text("".join(one.model_dump_json() + "\n" for one in outcomes), encoding="utf-8")

    found = told(policy, "--artefact", artefact, "--data", data)

    assert found["source"] == str(data)
    assert {one["drafts"] for one in found["routes"]} == {1200}
    assert {one["route"]: one["min_score"] for one in found["routes"]}["publish"] is None
    assert routes(policy, "--artefact", artefact, "--data", data, "--max-risk", 0.4)["publish"]


def test_outcomes_of_another_artefact_are_refused(policy: Path, tmp_path: Path) -> None:
    """Their scores mean something else; so are missing and empty files."""
    data = tmp_path / "outcomes.jsonl"
    data.write_text(traffic(1)[0].model_dump_json() + "\n", encoding="utf-8")

    with pytest.raises(DataError, match=r"was scored by artefact .*name that one with --artefact"):
        run(policy, "--data", data)
    with pytest.raises(DataError, match=r"nowhere\.jsonl: cannot be read"):
        run(policy, "--data", tmp_path / "nowhere.jsonl")
    with pytest.raises(ArtefactError, match="cannot be read"):
        run(policy, "--artefact", tmp_path / "nowhere.json")
