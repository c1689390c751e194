"""The JSON Schema that editors use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from assistant.policy.load import shipped_folder
from assistant.policy.schema import policy_schema


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that any mapping of the file may have."""
    for part in [schema, *schema["$defs"].values()]:
        yield from part["properties"].items()


def test_the_shipped_schema_is_not_stale() -> None:
    """If this fails, run: inkladder policy schema --write."""
    shipped = shipped_folder().joinpath("policy.schema.json").read_text(encoding="utf-8")

    assert shipped == policy_schema()


def test_every_key_has_a_description() -> None:
    """It is the only reference an admin sees while typing."""
    lacking = [
        key
        for key, value in properties(json.loads(policy_schema()))
        if not value.get("description")
    ]

    assert lacking == []


def test_keys_and_defaults_are_written_as_in_the_file() -> None:
    """Not as the attributes in code."""
    described = dict(properties(json.loads(policy_schema())))

    assert {"apiVersion", "timeout"} <= described.keys()
    assert described["ttl"]["default"] == "24h"


def test_a_match_may_be_one_word_or_a_list() -> None:
    """Both forms are offered."""
    labels = dict(properties(json.loads(policy_schema())))["labels"]

    assert [each["type"] for each in labels["anyOf"]] == ["array", "string"]
