"""`inkladder keys`: pipes get the key alone, people get the hints."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.keys import app
from assistant.errors import SettingsError
from server.keys import KeyFile, KeyFileError

runner = CliRunner()


@pytest.fixture
def keys_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyFile:
    """The key file that the commands work on."""
    monkeypatch.setenv("INKLADDER_KEYS_FILE", str(tmp_path / "keys.json"))
    return KeyFile(tmp_path / "keys.json")


def test_create_prints_the_key_alone_on_standard_output(keys_file: KeyFile) -> None:
    """`KEY=$(inkladder keys create desk)` works; the hint goes to standard error."""
    result = runner.invoke(app, ["create", "desk", "--tenant", "press", "--user", "ann"])

    (record,) = keys_file.records()
    assert result.exit_code == 0
    assert result.stdout.startswith("ink_")
    assert result.stdout.count("\n") == 1
    assert record.id in result.stderr
    assert (record.name, record.tenant, record.user) == ("desk", "press", "ann")


def test_list_shows_ids_and_states_but_no_secrets(keys_file: KeyFile) -> None:
    """One line a key, columns parted by tabs."""
    key, first = keys_file.create("desk")
    _, second = keys_file.create("phone")
    keys_file.revoke(second.id)

    result = runner.invoke(app, ["list"])

    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[:3] for row in rows] == [
        [first.id, "desk", "default"],
        [second.id, "phone", "default"],
    ]
    assert rows[0][-1] == "active"
    assert rows[1][-1].startswith("revoked ")
    assert key not in result.stdout
    assert first.sha256 not in result.stdout


def test_an_empty_list_says_who_may_call(keys_file: KeyFile) -> None:
    """Nothing on standard output, which scripts count."""
    result = runner.invoke(app, ["list"])

    assert keys_file.records() == ()
    assert result.stdout == ""
    assert "only programs of this machine" in result.stderr


def test_revoke_ends_a_key_and_an_unknown_id_is_an_error_of_ours(keys_file: KeyFile) -> None:
    """The command line prints errors of ours as one line."""
    _, record = keys_file.create("desk")

    done = runner.invoke(app, ["revoke", record.id])
    unknown = runner.invoke(app, ["revoke", "nope"])

    assert done.exit_code == 0
    assert keys_file.records()[0].revoked is not None
    assert isinstance(unknown.exception, KeyFileError)


@pytest.mark.parametrize("command", [["list"], ["create", "desk"], ["revoke", "nope"]])
def test_a_wrong_variable_is_an_error_of_ours(
    command: list[str], keys_file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the variable and not the value; no key is made."""
    monkeypatch.setenv("INKLADDER_HEARTBEAT_S", "99")

    result = runner.invoke(app, command)

    assert isinstance(result.exception, SettingsError)
    assert "INKLADDER_HEARTBEAT_S" in str(result.exception)
    assert "99" not in str(result.exception)
    assert keys_file.records() == ()


def test_the_help_claims_of_tenants_only_what_they_do() -> None:
    """Policies have no word for tenants."""
    help_text = runner.invoke(app, ["create", "--help"], env={"COLUMNS": "200"}).stdout

    assert "Callers of different tenants never share cached answers" in help_text
    assert "budget" not in help_text
