"""The policies that come with Inkladder, and reading policies from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import PolicyError
from assistant.policy.load import load_policy, presets, shipped_folder
from assistant.policy.models import LlamaCppTierPolicy, SGLangTierPolicy
from assistant.policy.parse import dump_policy
from assistant.types import DraftRequest


@pytest.mark.parametrize("name", presets())
def test_every_preset_is_right_and_bears_its_name(name: str) -> None:
    """What ships, loads."""
    assert load_policy(name).name == name


@pytest.mark.parametrize("name", presets())
def test_every_preset_names_the_schema_in_its_first_line(name: str) -> None:
    """Editors complete and check it."""
    text = shipped_folder().joinpath(f"{name}.yaml").read_text(encoding="utf-8")

    assert text.startswith("# yaml-language-server: $schema=./policy.schema.json\n")


def test_the_default_policy_runs_on_one_machine_without_a_price() -> None:
    """Two tiers of the built-in model; the second one writes four samples."""
    policy = load_policy("embedded")

    tiers = [tier for tier in policy.tiers.values() if isinstance(tier, LlamaCppTierPolicy)]
    assert [tier.samples for tier in tiers] == [1, 4]
    assert {tier.card.name for tier in tiers} == {"cpu"}
    assert policy.route_for(DraftRequest()).ladder == ("draft", "large")
    assert policy.route_for(DraftRequest(task="titles")).ladder == ("draft",)


def test_the_gemma_policy_goes_up_three_tiers() -> None:
    """And publishes through the best one, which repairs."""
    policy = load_policy("gemma4")

    assert all(isinstance(tier, SGLangTierPolicy) for tier in policy.tiers.values())
    assert policy.route_for(DraftRequest()).ladder == ("draft", "large", "best")
    publish = policy.route_for(DraftRequest(labels=("publish",)))
    assert (publish.ladder, publish.escalate) == (("draft", "best"), "repair")


def test_a_path_is_read(tmp_path: Path) -> None:
    """Files saved with a byte order mark as well."""
    path = tmp_path / "mine.yaml"
    path.write_text(dump_policy(load_policy("embedded")), encoding="utf-8-sig")

    assert load_policy(str(path)) == load_policy("embedded")


def test_an_unknown_name_lists_the_presets() -> None:
    """The way out of a misspelt preset."""
    with pytest.raises(PolicyError, match=r"embeded: no such file or preset.*: embedded, gemma4"):
        load_policy("embeded")


def test_a_file_that_is_not_text_is_told_with_its_position(tmp_path: Path) -> None:
    """The first byte that is not UTF-8."""
    path = tmp_path / "latin1.yaml"
    path.write_bytes(b"name: p\nx: caf\xe9\n")

    with pytest.raises(PolicyError, match=r"latin1\.yaml:2:7: not UTF-8"):
        load_policy(str(path))


def test_a_folder_is_told_as_what_it_is(tmp_path: Path) -> None:
    """No traceback for a slip of the hand."""
    with pytest.raises(PolicyError, match="cannot be read: Is a directory"):
        load_policy(str(tmp_path))
