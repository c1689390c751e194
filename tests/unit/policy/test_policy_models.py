"""What a policy says about a request."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from assistant.policy.models import (
    AcceptRule,
    ExactCachePolicy,
    LlamaCppTierPolicy,
    Match,
    Policy,
    RoutePolicy,
    SGLangTierPolicy,
)
from assistant.types import DraftRequest, Task

TIER = LlamaCppTierPolicy(engine="llamacpp", model="smollm2-135m-instruct")


def policy_with(*routes: RoutePolicy) -> Policy:
    """A policy of one tier with these routes."""
    return Policy(api_version="inkladder/v1", name="test", tiers={"draft": TIER}, routes=routes)


def route(name: str, match: Match | None = None) -> RoutePolicy:
    """A route to the only tier."""
    return RoutePolicy(name=name, match=match, ladder=("draft",))


def test_the_first_route_that_matches_is_taken() -> None:
    """Order decides between two that both match."""
    policy = policy_with(
        route("labelled", Match(labels=("publish",))),
        route("titles", Match(task=("titles",))),
        route("default"),
    )

    taken = policy.route_for(DraftRequest(task="titles", labels=("publish",)))

    assert taken.name == "labelled"


def test_the_last_route_takes_the_rest() -> None:
    """A request that matches nothing still has a route."""
    policy = policy_with(route("titles", Match(task=("titles",))), route("default"))

    assert policy.route_for(DraftRequest(task="draft")).name == "default"


@pytest.mark.parametrize(
    ("task", "labels", "language", "holds"),
    [
        ("titles", ("publish", "other"), "en", True),
        ("continue", ("publish",), "en-GB", True),
        ("continue", ("publish",), "EN", True),
        ("draft", ("publish",), "en", False),
        ("titles", (), "en", False),
        ("titles", ("other",), "en", False),
        ("titles", ("publish",), "eng", False),
        ("titles", ("publish",), None, False),
    ],
)
def test_every_key_given_must_hold_with_any_of_its_values(
    task: Task, labels: tuple[str, ...], language: str | None, holds: bool
) -> None:
    """Keys are joined by and, values by or; `en` takes every English."""
    match = Match(task=("titles", "continue"), labels=("publish",), language=("en",))

    assert match.holds_for(DraftRequest(task=task, labels=labels, language=language)) is holds


def test_the_defaults_are_the_documented_ones() -> None:
    """What a file need not say."""
    assert AcceptRule() == AcceptRule(
        min_score=0.6, required_checks=("empty", "refusal", "loop", "cut_off", "language")
    )
    assert ExactCachePolicy() == ExactCachePolicy(enabled=True, ttl=86_400.0)
    assert (TIER.card.name, TIER.card.usd_per_hour, TIER.samples) == ("cpu", 0.0, 1)


def test_an_endpoint_loses_its_final_slash() -> None:
    """Paths are appended to it."""
    tier = SGLangTierPolicy(engine="sglang", model="m", endpoints=("https://host:1/llm/",))

    assert tier.endpoints == ("https://host:1/llm",)


def test_the_revision_ignores_the_order_of_tiers_and_spelled_out_defaults() -> None:
    """Only a change of content is a new revision."""
    other = LlamaCppTierPolicy(engine="llamacpp", model="other", path="/models/other.gguf")
    routes = (RoutePolicy(name="default", ladder=("draft", "large")),)
    spelled = (RoutePolicy(name="default", ladder=("draft", "large"), escalate="fresh"),)

    first = Policy(
        api_version="inkladder/v1", name="p", tiers={"draft": TIER, "large": other}, routes=routes
    )
    second = Policy(
        api_version="inkladder/v1", name="p", tiers={"large": other, "draft": TIER}, routes=spelled
    )

    assert first.revision == second.revision
    assert len(first.revision) == 12


def test_the_revision_changes_with_the_content() -> None:
    """The order of a ladder is content."""
    base = policy_with(route("default"))

    renamed = policy_with(route("other"))

    assert base.revision != renamed.revision


def test_a_policy_built_in_code_is_checked_as_strictly() -> None:
    """There is no second way around the rules between tiers and routes."""
    with pytest.raises(ValidationError, match=r"routes\[0\]\.ladder\[0\]: unknown tier 'large'"):
        policy_with(RoutePolicy(name="default", ladder=("large",)))


def test_a_policy_cannot_be_changed() -> None:
    """A revision stays true for as long as the policy lives."""
    policy = policy_with(route("default"))

    with pytest.raises(ValidationError, match="frozen"):
        policy.name = "other"  # type: ignore[misc]
