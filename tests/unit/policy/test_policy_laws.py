"""Laws of reading and writing policies, for any policy and any text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import PolicyError
from assistant.policy.models import (
    AcceptRule,
    CachePolicy,
    Card,
    ConfidencePolicy,
    ExactCachePolicy,
    LlamaCppTierPolicy,
    Match,
    Policy,
    RoutePolicy,
    SGLangTierPolicy,
    TierPolicy,
)
from assistant.policy.parse import dump_policy, parse_policy

words = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="\ufeff"),
    min_size=1,
    max_size=12,
)
durations = st.floats(min_value=0.001, max_value=366 * 86_400)
cards = st.builds(Card, name=words, usd_per_hour=st.floats(0, 100))
common: dict[str, st.SearchStrategy[Any]] = {
    "card": cards,
    "temperature": st.floats(0, 2),
    "timeout_s": durations,
    "max_queue": st.integers(0, 1000),
}
tiers: st.SearchStrategy[TierPolicy] = st.one_of(
    st.builds(
        SGLangTierPolicy,
        engine=st.just("sglang"),
        model=words,
        endpoints=st.just(("http://draft:30000", "https://other/llm")),
        api_key_env=st.none() | st.just("SGLANG_API_KEY"),
        samples=st.integers(1, 8),
        **common,
    ),
    st.builds(
        LlamaCppTierPolicy,
        engine=st.just("llamacpp"),
        model=words,
        path=words,
        samples=st.integers(1, 4),
        **common,
    ),
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any policy of one to three tiers with one or two routes."""
    names = draw(st.permutations(["draft", "large", "best"]))[: draw(st.integers(1, 3))]
    match = Match(
        labels=tuple(draw(st.lists(words, min_size=1, max_size=2))),
        task=draw(st.sampled_from([(), ("draft",), ("titles", "continue")])),
    )
    labelled = RoutePolicy(name="labelled", match=match, ladder=tuple(names))
    rest = RoutePolicy(
        name="rest",
        ladder=tuple(names),
        accept=AcceptRule(min_score=draw(st.floats(0, 1)), required_checks=draw(st.tuples(words))),
        escalate=draw(st.sampled_from(["fresh", "repair"])),
        deadline_ms=draw(st.none() | st.integers(1, 60_000)),
    )
    exact = ExactCachePolicy(enabled=draw(st.booleans()), ttl=draw(durations))
    return Policy(
        api_version="inkladder/v1",
        name=draw(words),
        tiers={name: draw(tiers) for name in names},
        confidence=ConfidencePolicy(artefact=draw(words), embedder=draw(st.none() | words)),
        routes=draw(st.sampled_from([(rest,), (labelled, rest)])),
        cache=CachePolicy(exact=exact),
    )


def reversed_keys(value: object) -> object:
    """The same data with the keys of every mapping the other way round."""
    if isinstance(value, dict):
        return {key: reversed_keys(inner) for key, inner in reversed(value.items())}
    if isinstance(value, list):
        return [reversed_keys(inner) for inner in value]
    return value


@given(policies())
def test_what_is_dumped_parses_to_an_equal_policy(policy: Policy) -> None:
    """Nothing is lost or changed on the way through a file."""
    again = parse_policy(dump_policy(policy), source="dump.yaml")

    assert again == policy
    assert again.revision == policy.revision


@given(policies())
def test_the_order_of_keys_never_changes_the_revision(policy: Policy) -> None:
    """A revision is of the content."""
    data = reversed_keys(policy.model_dump(mode="json", by_alias=True))

    assert Policy.model_validate(data, strict=False).revision == policy.revision


@given(
    st.text(alphabet=st.sampled_from("apiVersion:nmt[]{},-&*!#'\"|>%@? \n\t0.x\x00é"), max_size=80)
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_text_that_is_no_policy_is_refused_with_positions(text: str) -> None:
    """Nothing but PolicyError ever comes out of a broken file."""
    with pytest.raises(PolicyError) as refused:
        parse_policy(text, source="any.yaml")

    assert all(
        re.match(r"any\.yaml:[1-9]\d*:[1-9]\d*: ", problem) for problem in refused.value.problems
    )
