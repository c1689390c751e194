"""Keys about servers, and about asking a second one."""

from __future__ import annotations

from inline_snapshot import snapshot

from support.policy_texts import problems_in, with_routes, with_tier


def test_a_second_opinion_needs_a_tier_that_can_give_one() -> None:
    """A ladder of one has nobody to ask, and llama.cpp cannot read without writing."""
    text = with_routes(
        "  - {name: a, match: {task: titles}, ladder: [draft], second_opinion: {min_logprob: -2}}\n"
        "  - {name: b, ladder: [draft, large], second_opinion: {min_logprob: 2}}\n"
    )

    assert problems_in(text) == snapshot(
        [
            "p.yaml:7:55: a ladder of one has no next tier to ask; add a tier, or remove this key",
            "p.yaml:8:39: tier 'large' runs on llama.cpp, which cannot read a text without writing; use an sglang tier, or remove this key",
            "p.yaml:8:69: min_logprob must be at most 0, got 2",
        ]
    )


def test_a_launch_flag_that_another_key_owns_is_refused() -> None:
    """Two places for the port would contradict each other."""
    tier = (
        "{engine: sglang, model: m, endpoints: ['http://h:1'], hedge_after: 1s,"
        " launch: {flags: {port: 2}}}"
    )

    assert problems_in(with_tier(tier)) == snapshot(
        ["p.yaml:4:97: flags must not hold 'port'; set `endpoints` of the tier, got a mapping"]
    )


def test_hedging_needs_two_endpoints() -> None:
    """One server cannot be faster than itself; the window must hold the longest text."""
    lonely = "{engine: sglang, model: m, endpoints: ['http://h:1'], hedge_after: 1s}"
    narrow = "{engine: sglang, model: m, endpoints: ['http://h:1'], context_tokens: 1024}"

    assert problems_in(with_tier(lonely)) == snapshot(
        [
            "p.yaml:4:77: hedge_after needs a second endpoint to ask; add one to `endpoints`, or remove this key, got '1s'"
        ]
    )
    assert problems_in(with_tier(narrow)) == snapshot(
        ["p.yaml:4:3: max_tokens must leave room in `context_tokens`, which is 1024"]
    )
