"""The keys of a policy that say what becomes of drafts after they were served."""

from __future__ import annotations

import json

import pytest

from assistant.errors import PolicyError
from assistant.policy.feedback import FeedbackPolicy
from assistant.policy.load import shipped_folder
from assistant.policy.parse import dump_policy, parse_policy
from assistant.policy.schema import policy_schema

EMBEDDED = shipped_folder().joinpath("embedded.yaml").read_text(encoding="utf-8")


def feedback(keys: str) -> FeedbackPolicy:
    """What a policy with these keys says."""
    return parse_policy(f"{EMBEDDED}\nfeedback: {{{keys}}}\n", source="p.yaml").feedback


def test_by_default_records_are_kept_and_nobody_is_chosen() -> None:
    """A month of records, a day of word digests, no forced escalation."""
    policy = parse_policy(EMBEDDED, source="p.yaml")

    assert policy.feedback == FeedbackPolicy(
        enabled=True, keep=30 * 86_400.0, compare_for=86_400.0, forced_escalation=0.0
    )


@pytest.mark.parametrize(("written", "seconds"), [("0", 0.0), ("0s", 0.0), ("90m", 5400.0)])
def test_comparing_may_be_turned_off(written: str, seconds: float) -> None:
    """By a plain 0, which survives being written and read again."""
    policy = parse_policy(f"{EMBEDDED}\nfeedback: {{compare_for: {written}}}\n", source="p.yaml")

    assert policy.feedback.compare_for == seconds
    assert parse_policy(dump_policy(policy), source="dump.yaml") == policy


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("compare_for: 5", "compare_for must be a number with its unit"),
        ("compare_for: false", "compare_for must be a number with its unit"),
        ("keep: 0", "keep must be a number with its unit"),
        ("forced_escalation: 1.5", "forced_escalation must be at most 1, got 1.5"),
        ("forced_escalation: -0.1", "forced_escalation must be at least 0, got -0.1"),
        ("enable: true", "unknown key 'enable'; did you mean 'enabled'"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(keys: str, problem: str) -> None:
    """As everywhere in a policy."""
    with pytest.raises(PolicyError, match=r"p\.yaml:\d+:\d+: ") as refused:
        feedback(keys)

    assert problem in str(refused.value)


def test_the_schema_offers_a_duration_or_zero() -> None:
    """And shows the default as the file would have it."""
    described = json.loads(policy_schema())["$defs"]["FeedbackPolicy"]["properties"]["compare_for"]

    assert described["type"] == ["string", "integer"]
    assert (described["minimum"], described["maximum"]) == (0, 0)
    assert described["default"] == "24h"
