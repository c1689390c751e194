"""Keys of model servers, from the environment."""

from __future__ import annotations

import pytest

from assistant.errors import LaunchError
from assistant.launch.probe import key_from


def test_a_key_comes_from_the_variable_that_the_policy_names() -> None:
    """None is sent where the policy names none."""
    assert key_from({"KEY": "sk-1"}, tier="draft", variable="KEY") == "sk-1"
    assert key_from({"KEY": "sk-1"}, tier="draft", variable=None) is None


@pytest.mark.parametrize("value", ["", "canary-ü", "canary\n"], ids=["empty", "umlaut", "line end"])
def test_a_key_that_cannot_be_sent_is_told_without_its_value(value: str) -> None:
    """The variable is named; the key never is."""
    with pytest.raises(LaunchError, match="KEY") as refused:
        key_from({"KEY": value}, tier="draft", variable="KEY")

    assert "canary" not in str(refused.value)
