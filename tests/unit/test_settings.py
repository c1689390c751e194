"""The environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import read_settings


def test_without_an_environment_the_embedded_policy_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A newcomer sets nothing."""
    for name in ("INKLADDER_POLICY", "REDIS_URL", "INKLADDER_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)

    settings = read_settings()

    assert settings.policy == "embedded"
    assert settings.redis_url is None
    assert settings.data_dir.name == "inkladder"


def test_an_option_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is typed now wins over what was set before."""
    monkeypatch.setenv("INKLADDER_POLICY", "gemma4")
    monkeypatch.setenv("INKLADDER_DATA_DIR", str(tmp_path))

    assert read_settings().policy == "gemma4"
    assert read_settings(policy="embedded").policy == "embedded"
    assert read_settings(policy="embedded").data_dir == tmp_path


def test_a_wrong_value_names_its_variable_and_not_the_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The value may hold a password."""
    monkeypatch.setenv("REDIS_URL", "http://user:secret@host")

    with pytest.raises(SettingsError) as caught:
        read_settings()

    assert str(caught.value) == (
        "environment variable REDIS_URL: must begin with redis://, rediss:// or unix://"
    )
