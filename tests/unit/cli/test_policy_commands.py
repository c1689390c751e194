"""`inkladder policy` as people use it."""

from __future__ import annotations

from pathlib import Path

from inline_snapshot import snapshot
from typer.testing import CliRunner

from assistant.cli.policy import app
from assistant.confidence.checks import CHECK_NAMES
from assistant.policy.load import shipped_folder
from assistant.policy.models import AcceptRule
from assistant.policy.schema import policy_schema

runner = CliRunner()


def test_a_right_policy_is_summed_up_in_one_line() -> None:
    """Name, revision, tiers and routes."""
    done = runner.invoke(app, ["validate", "embedded"])

    assert done.exit_code == 0
    assert done.stdout.startswith("ok: embedded, revision ")
    assert done.stdout.endswith(
        "tiers: draft (smollm2-135m-instruct), large (smollm2-135m-instruct),"
        " routes: typing (draft), default (draft > large)\n"
    )


def test_every_file_is_told_about_and_any_problem_fails(tmp_path: Path) -> None:
    """Right files on stdout, problems one a line on stderr."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("apiVersion: inkladder/v1\nname: p\ntier: {}\n", encoding="utf-8")

    done = runner.invoke(app, ["validate", str(wrong), "gemma4", "nowhere.yaml"])

    assert done.exit_code == 2
    assert done.stdout.startswith("ok: gemma4, revision ")
    assert done.stderr.replace(str(wrong), "wrong.yaml").splitlines() == snapshot(
        [
            "wrong.yaml:1:1: routes is missing; add it",
            "wrong.yaml:1:1: tiers is missing; add it",
            "wrong.yaml:3:1: unknown key 'tier'; did you mean 'tiers'?",
            "nowhere.yaml: no such file or preset; give a path, or one of: embedded, gemma4, gemma4-a4b, gemma4-budget",
        ]
    )


def test_a_check_that_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    """The command knows which checks there are."""
    path = tmp_path / "mine.yaml"
    text = shipped_folder().joinpath("embedded.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("{min_score: 0.6}", "{required_checks: [refusals]}"), "utf-8")

    done = runner.invoke(app, ["validate", str(path)])

    assert done.exit_code == 2
    assert done.stderr.endswith("unknown check 'refusals'; did you mean 'refusal'?\n")


def test_the_checks_required_by_default_exist() -> None:
    """Two rooms that do not know each other agree on names."""
    assert set(AcceptRule().required_checks) <= set(CHECK_NAMES)


def test_the_schema_is_printed() -> None:
    """For pipes and other editors."""
    done = runner.invoke(app, ["schema"])

    assert (done.exit_code, done.stdout) == (0, policy_schema())


def test_the_shipped_schema_passes_its_check() -> None:
    """What `make check` runs."""
    done = runner.invoke(app, ["schema", "--check"])

    assert (done.exit_code, done.stdout) == (0, "ok: policy.schema.json is up to date\n")


def test_writing_and_checking_at_once_is_refused() -> None:
    """The check would always pass."""
    assert runner.invoke(app, ["schema", "--check", "--write"]).exit_code == 2
