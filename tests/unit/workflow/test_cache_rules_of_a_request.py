"""What reaches the cache of policy, route and surface."""

from __future__ import annotations

import pytest

from assistant.cache.base import CacheRules, Repeat
from assistant.policy.parse import parse_policy
from assistant.types import CacheControl, Caller, DraftRequest, Surface
from assistant.workflow.plan import plan_request

POLICY = """
apiVersion: inkladder/v1
name: test
tiers:
  draft: {engine: sglang, model: m, endpoints: ["http://draft:1"]}
  large: {engine: sglang, model: n, endpoints: ["http://large:1"]}
routes:
  - {name: off, match: {labels: secret}, ladder: [draft], cache: {exact: {enabled: false}}}
  - {name: firm, match: {labels: firm}, ladder: [draft], cache: {repeat: serve, scope: tenant}}
  - {name: default, ladder: [draft, large]}
cache: {canonical: {ttl: 1h}, provisional: 0}
"""


def rules_for(*labels: str, surface: Surface = "native") -> CacheRules:
    """The rules of a request with these labels."""
    plan = plan_request(
        parse_policy(POLICY, source="test.yaml"),
        DraftRequest(instruction="x", labels=labels),
        scorer="s",
        caller=Caller(),
        control=CacheControl(surface=surface),
        thresholds={},
    )
    return plan.query.rules


def test_the_policy_reaches_the_query() -> None:
    """Times in seconds."""
    rules = rules_for()

    assert (rules.exact_ttl_s, rules.canonical_ttl_s, rules.provisional_s) == (86_400, 3600, 0)
    assert (rules.semantic, rules.shared) == ("shadow", False)


def test_a_route_may_keep_nothing() -> None:
    """Whatever the other routes do."""
    assert rules_for("secret").exact_ttl_s is None


@pytest.mark.parametrize(
    ("labels", "surface", "repeat"),
    [((), "native", "serve"), ((), "openai", "again"), (("firm",), "openai", "serve")],
)
def test_a_repeat_means_another_text_where_plugins_ask(
    labels: tuple[str, ...], surface: Surface, repeat: Repeat
) -> None:
    """They have no other way; a route may decide for all."""
    assert rules_for(*labels, surface=surface).repeat == repeat


def test_the_query_names_the_tiers_that_may_have_written() -> None:
    """An entry of a tier that left the ladder is not served."""
    plan = plan_request(
        parse_policy(POLICY, source="test.yaml"),
        DraftRequest(instruction="x"),
        scorer="s",
        caller=Caller(),
        control=CacheControl(),
        thresholds={},
    )

    assert plan.query.tiers == {"draft", "large"}
