"""What a policy may say of the cache, and what a route may do otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import PolicyError
from assistant.policy.cache import CachePolicy, RouteCachePolicy
from assistant.policy.models import Policy
from assistant.policy.parse import parse_policy

HEAD = """apiVersion: inkladder/v1
name: test
tiers:
  draft: {engine: sglang, model: m, endpoints: ["http://draft:1"]}
"""
ROUTES = "routes: [{name: default, ladder: [draft]}]\n"

modes = st.sampled_from(["off", "shadow", "serve"])
overrides = st.fixed_dictionaries(
    {"semantic": st.fixed_dictionaries({"mode": modes})},
    optional={
        "scope": st.sampled_from(["user", "tenant"]),
        "variants": st.integers(1, 10),
        "repeat": st.sampled_from(["again", "serve"]),
        "exact": st.fixed_dictionaries(
            {}, optional={"enabled": st.booleans(), "ttl": st.sampled_from(["1s", "2h"])}
        ),
    },
)


def policy(text: str) -> Policy:
    """The policy that a file with this tail holds."""
    return parse_policy(HEAD + text, source="test.yaml")


def test_without_a_word_the_cache_is_careful() -> None:
    """The user's own answers, ten minutes until accepted, similar requests only watched."""
    cache = policy(ROUTES).cache

    assert cache.scope == "user"
    assert (cache.exact.ttl, cache.provisional, cache.exact.stale_for) == (86_400.0, 600.0, 0.0)
    assert (cache.semantic.mode, cache.semantic.max_false_hit) == ("shadow", 0.01)
    assert (cache.variants, cache.repeat) == (3, None)


def test_a_route_changes_single_keys_and_keeps_the_rest() -> None:
    """Without repeating what the policy says for all."""
    both = policy(
        "cache: {exact: {ttl: 2h}, semantic: {max_false_hit: 0.005}}\n"
        "routes: [{name: default, ladder: [draft], cache: {semantic: {mode: serve}, exact: {stale_for: 1h}}}]\n"
    )

    merged = both.cache_of(both.routes[0])

    assert (merged.semantic.mode, merged.semantic.max_false_hit) == ("serve", 0.005)
    assert (merged.exact.ttl, merged.exact.stale_for) == (7200.0, 3600.0)


@given(overrides)
def test_what_a_route_says_holds_and_nothing_else_changes(given: dict[str, object]) -> None:
    """Key by key, against the policy's own cache."""
    base = CachePolicy(variants=7)
    route = RouteCachePolicy.model_validate(given)

    merged = route.over(base).model_dump()

    for key, value in base.model_dump().items():
        said = route.given().get(key)
        expected = {**value, **said} if isinstance(said, dict) else value if said is None else said
        assert merged[key] == expected


def test_a_default_spelled_out_in_a_route_is_another_revision() -> None:
    """There it stands against the policy's own value, and so means something."""
    plain = policy(f"cache: {{exact: {{ttl: 1h}}}}\n{ROUTES}")
    spelled = policy(
        "cache: {exact: {ttl: 1h}}\n"
        "routes: [{name: default, ladder: [draft], cache: {exact: {ttl: 24h}}}]\n"
    )

    assert plain.revision != spelled.revision


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("cache: {scope: world}\n" + ROUTES, "test.yaml:5:16: "),
        ("cache: {semantic: {max_false_hit: 0}}\n" + ROUTES, "must be more than 0, got 0"),
        ("cache: {sharing: {accepted_by: 1}}\n" + ROUTES, "2"),
        ("cache: {variants: 0}\n" + ROUTES, "1"),
        ("cache: {canonic: {}}\n" + ROUTES, "canonical"),
        (
            "confidence: {embedder: null}\ncache: {semantic: {mode: serve}}\n" + ROUTES,
            "test.yaml:6:26: similar requests are nominated by embeddings",
        ),
        ("routes: [{name: d, ladder: [draft], cache: {}}]\n", "at least one key"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tail: str, expected: str) -> None:
    """As in the rest of the file."""
    with pytest.raises(PolicyError) as refused:
        policy(tail)

    assert expected in str(refused.value)
