"""How much of a draft a stream shows before it is complete, as a policy says it."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from assistant.errors import PolicyError
from assistant.policy.parse import parse_policy
from assistant.types import CacheControl, Caller, DraftRequest, Format, Task
from assistant.workflow.plan import Gate, plan_request

TIERS = """apiVersion: inkladder/v1
name: p
tiers:
  draft: {engine: llamacpp, model: smollm2-135m-instruct}
  large: {engine: llamacpp, model: smollm2-135m-instruct}
routes:
"""


def gate_of(route: str, request: DraftRequest, *, live: bool = True) -> Gate | None:
    """The gate of a request on a route with these further keys."""
    policy = parse_policy(
        f"{TIERS}  - {{name: r, ladder: [draft, large]{route}}}\n", source="p.yaml"
    )
    return plan_request(
        policy,
        request,
        scorer="s",
        caller=Caller(),
        control=CacheControl(),
        thresholds={},
        live=live,
    ).gate


def problems_in(route: str) -> list[str]:
    """What is wrong with a route that has these keys."""
    with pytest.raises(PolicyError) as raised:
        parse_policy(f"{TIERS}  - {{name: r, ladder: [draft, large]{route}}}\n", source="p.yaml")
    return list(raised.value.problems)


def test_who_reads_along_gets_sentences() -> None:
    """Unless the policy says otherwise."""
    request = DraftRequest(instruction="Write.")

    assert gate_of("", request) == Gate(unit="sentences", tokens=40)
    assert gate_of(", stream: {gate: paragraphs, tokens: 90, min_score: 0.4}", request) == Gate(
        unit="paragraphs", tokens=90, min_score=0.4
    )
    assert gate_of("", request, live=False) is None


@pytest.mark.parametrize(
    "route",
    [
        ", stream: {gate: whole}",
        ", accept: {max_risk: 0.2}",
        ", stream: {whole: [draft]}",
        ", stream: {whole: draft}",
    ],
)
def test_routes_that_hold_drafts_back(route: str) -> None:
    """Because they say so, or because their rule judges complete drafts."""
    assert gate_of(route, DraftRequest(instruction="Write.")) is None


@pytest.mark.parametrize(
    ("task", "variants", "form"),
    [
        ("titles", 1, None),
        ("proofread", 1, None),
        ("fill", 1, None),
        ("draft", 2, None),
        ("draft", 1, "html"),
    ],
)
def test_requests_whose_drafts_are_held_back(
    task: Task, variants: int, form: Format | None
) -> None:
    """Short ones, those compared with their source, several texts, and HTML."""
    request = DraftRequest(task=task, instruction="Do.", text="A.", variants=variants, format=form)

    assert gate_of("", request) is None


def test_a_gate_that_its_route_cannot_keep_is_refused() -> None:
    """A risk is promised of complete drafts, and so is a second opinion."""
    assert problems_in(", accept: {max_risk: 0.2}, stream: {gate: sentences}") == snapshot(
        [
            "p.yaml:7:79: `accept.max_risk` judges complete drafts only; write `whole`, or remove this key"
        ]
    )
    assert problems_in(", second_opinion: {min_logprob: -2}, stream: {gate: paragraphs}")[
        -1:
    ] == snapshot(
        [
            "p.yaml:7:89: `second_opinion` judges complete drafts only; write `whole`, or remove this key"
        ]
    )
    assert problems_in(
        ", stream: {gate: lines, tokens: 3}, resample: {samples: 1}, patience_ms: 0"
    ) == snapshot(
        [
            "p.yaml:7:54: gate must be 'sentences', 'paragraphs' or 'whole', got 'lines'",
            "p.yaml:7:69: tokens must be at least 8, got 3",
            "p.yaml:7:93: samples must be at least 2, got 1",
            "p.yaml:7:110: patience_ms must be at least 1, got 0",
        ]
    )
