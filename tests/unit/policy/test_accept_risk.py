"""Accept rules that bound the risk instead of naming a score."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot
from pydantic import ValidationError

from assistant.policy.models import AcceptRule
from assistant.policy.parse import dump_policy, parse_policy
from assistant.policy.schema import policy_schema
from support.policy_texts import problems_in, with_routes


def rule_of(accept: str) -> AcceptRule:
    """The rule that a file with this `accept` has."""
    text = with_routes(f"  - {{name: a, ladder: [draft, large], accept: {accept}}}\n")
    return parse_policy(text, source="p.yaml").routes[0].accept


def problems_with(accept: str) -> list[str]:
    """What a file with this `accept` is refused for."""
    return problems_in(with_routes(f"  - {{name: a, ladder: [draft, large], accept: {accept}}}\n"))


def test_a_risk_stands_instead_of_a_score() -> None:
    """With a confidence level of 95 % unless another is given."""
    assert rule_of("{max_risk: 0.05}") == AcceptRule(max_risk=0.05, confidence_level=0.95)
    assert rule_of("{max_risk: 0.1, confidence_level: 0.9}").confidence_level == 0.9
    assert rule_of("{max_risk: 0.05}").min_score is None


def test_a_score_stays_the_usual_rule() -> None:
    """Nothing about risks is said there."""
    assert rule_of("{}") == AcceptRule(min_score=0.6)
    assert (rule_of("{}").max_risk, rule_of("{}").confidence_level) == (None, None)


def test_required_checks_stand_beside_either() -> None:
    """They defer whatever the score."""
    assert rule_of("{max_risk: 0.05, required_checks: [loop]}").required_checks == ("loop",)


def test_contradictions_and_ranges_are_told_with_their_place_and_way_out() -> None:
    """Both kinds at once, a level without a risk, none of both, and impossible numbers."""
    wrong = (
        "{max_risk: 0.05, min_score: 0.6}",
        "{min_score: 0.6, confidence_level: 0.9}",
        "{min_score: null}",
        "{max_risk: 0.05, confidence_level: null}",
        "{max_risk: 0}",
        "{max_risk: 5}",
        "{max_risk: 0.05, confidence_level: 1}",
        "{max_risk: low}",
        "{max_riks: 0.05}",
    )

    assert [problem for accept in wrong for problem in problems_with(accept)] == snapshot(
        [
            "p.yaml:7:75: min_score must not stand beside `max_risk`, which chooses the score; drop `min_score`, got 0.6",
            "p.yaml:7:82: confidence_level goes with `max_risk`; add that, or drop `confidence_level`, got 0.9",
            "p.yaml:7:59: min_score must be a number where there is no `max_risk`; give one of the two",
            "p.yaml:7:82: confidence_level must be a number beside `max_risk`; remove it for 0.95",
            "p.yaml:7:58: max_risk must be more than 0, got 0",
            "p.yaml:7:58: max_risk must be at most 0.5, got 5",
            "p.yaml:7:82: confidence_level must be at most 0.999, got 1",
            "p.yaml:7:58: max_risk must be a number, got 'low'",
            "p.yaml:7:48: unknown key 'max_riks'; did you mean 'max_risk'?",
        ]
    )


@given(risk=st.floats(0.001, 0.5), level=st.floats(0.5, 0.999))
@settings(max_examples=30)
def test_a_rule_survives_the_way_through_a_file(risk: float, level: float) -> None:
    """Spelled-out defaults contradict nothing."""
    text = with_routes(
        "  - {name: a, ladder: [draft, large],"
        f" accept: {{max_risk: {risk:.6f}, confidence_level: {level:.6f}}}}}\n"
    )
    policy = parse_policy(text, source="p.yaml")

    again = parse_policy(dump_policy(policy), source="dump.yaml")

    assert again == policy
    assert again.revision == policy.revision


def test_a_rule_built_in_code_is_checked_as_strictly() -> None:
    """There is no second way around."""
    with pytest.raises(ValidationError, match="must not stand beside `max_risk`"):
        AcceptRule(min_score=0.6, max_risk=0.1)


def test_editors_are_told_that_the_two_exclude_each_other() -> None:
    """The schema refuses numbers for both, and lets a spelled-out null be."""
    rule = json.loads(policy_schema())["$defs"]["AcceptRule"]

    assert rule["not"]["required"] == ["min_score", "max_risk"]
