"""`inkladder draft` as a writer types it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from support.serving import INKLADDER, clean_environment

DOWN = """
apiVersion: inkladder/v1
name: down
tiers:
  draft: {engine: sglang, model: m, endpoints: ["http://127.0.0.1:9"], retries: 0}
confidence: {embedder: null}
routes: [{name: default, ladder: [draft]}]
cache: {exact: {enabled: false}}
"""


def run(
    folder: Path, *arguments: str, stdin: str = "", policy: str = "embedded"
) -> subprocess.CompletedProcess[str]:
    """The command with its data in `folder`."""
    return subprocess.run(
        [str(INKLADDER), "draft", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={
            **clean_environment(),
            "INKLADDER_DATA_DIR": str(folder),
            "INKLADDER_POLICY": policy,
            "COLUMNS": "100",
        },
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all commands: they share what is remembered."""
    return tmp_path_factory.mktemp("data")


def test_the_text_goes_to_stdout_and_its_story_to_stderr(folder: Path) -> None:
    """So that `inkladder draft ... > letter.txt` holds the letter alone."""
    done = run(folder, "Titles for an essay about cats.", "--task", "titles")

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    for part in ("written by draft", "path", "score", "reasons", "checks", "cost", "embedded@"):
        assert part in done.stderr
        assert part not in done.stdout


def test_json_is_the_whole_answer(folder: Path) -> None:
    """For programs: text, checks, usage and provenance, nothing else on stdout."""
    done = run(folder, "--task", "titles", "--json", stdin="Cats sleep sixteen hours a day.")

    answer = json.loads(done.stdout)
    assert answer["text"]
    assert answer["provenance"]["path"][0]["tier"] == "draft"
    assert 0 < answer["provenance"]["score"] < 1


def test_nothing_to_write_about_is_one_clear_line(folder: Path) -> None:
    """With the way out."""
    done = run(folder, stdin=" \n")

    assert done.returncode == 2
    assert "nothing to do: give an instruction" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_policy_is_one_line_that_names_the_presets(folder: Path) -> None:
    """No traceback, exit status 2."""
    done = run(folder, "Hello", policy="gemma5")

    assert done.returncode == 2
    assert done.stderr == (
        "inkladder: gemma5: no such file or preset; give a path, or one of: embedded, gemma4,"
        " gemma4-a4b, gemma4-budget\n"
    )


def test_tiers_that_are_all_down_are_one_line(folder: Path) -> None:
    """It names the tier and what is wrong with it."""
    policy = folder / "down.yaml"
    policy.write_text(DOWN, encoding="utf-8")

    done = run(folder, "Hello", policy=str(policy))

    assert done.returncode == 2
    assert done.stderr.startswith("inkladder: no tier could write: tier 'draft': ")
    assert len(done.stderr.splitlines()) == 1
