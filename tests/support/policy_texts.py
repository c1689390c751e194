"""Policy texts with one part to try, and what they are refused for."""

from __future__ import annotations

from textwrap import dedent

import pytest

from assistant.errors import PolicyError
from assistant.policy.parse import parse_policy

_GOOD_TAIL = """\
routes:
  - {name: default, ladder: [draft]}
"""


def problems_in(text: str, *, known_checks: set[str] | None = None) -> list[str]:
    """Every problem that the text is refused for."""
    with pytest.raises(PolicyError) as refused:
        parse_policy(dedent(text), source="p.yaml", known_checks=known_checks)
    return list(refused.value.problems)


def with_tier(tier: str) -> str:
    """A policy whose one tier is this."""
    return f"apiVersion: inkladder/v1\nname: p\ntiers:\n  draft: {tier}\n{_GOOD_TAIL}"


def with_routes(routes: str) -> str:
    """A policy with two tiers and these routes."""
    return (
        "apiVersion: inkladder/v1\n"
        "name: p\n"
        "tiers:\n"
        "  draft: {engine: llamacpp, model: smollm2-135m-instruct}\n"
        "  large: {engine: llamacpp, model: smollm2-135m-instruct}\n"
        f"routes:\n{routes}"
    )
