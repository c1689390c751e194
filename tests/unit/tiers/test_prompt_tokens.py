"""The size of a prompt tells its tokens, once some were counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tiers.prompt_tokens import PromptTokens
from assistant.types import Message


def prompt(*texts: str) -> tuple[Message, ...]:
    """A conversation."""
    return tuple(Message(role="user", content=text) for text in texts)


def test_nothing_is_known_before_a_prompt_was_counted() -> None:
    """Nor after one that had no text, or whose tokens nobody counted."""
    sizes = PromptTokens()
    sizes.learn(prompt("word"), 0)
    sizes.learn(prompt(""), 5)

    assert sizes.estimate(prompt("word")) is None


@given(st.lists(st.integers(1, 4000), min_size=1), st.integers(1, 4000))
def test_prompts_of_one_kind_are_told_exactly(lengths: list[int], asked: int) -> None:
    """One token for four bytes, whatever their lengths; at least one."""
    sizes = PromptTokens()
    for length in lengths:
        sizes.learn(prompt("word" * length), length)

    assert sizes.estimate(prompt("word" * asked)) == asked


def test_scripts_with_more_tokens_to_a_character_are_told_by_their_bytes() -> None:
    """A character of three bytes, such as a Chinese one, is most of a token."""
    sizes = PromptTokens()
    sizes.learn(prompt("word " * 100), 125)

    assert sizes.estimate(prompt("\u6f22" * 100)) == 75


def test_other_prompts_than_yesterday_are_found_out() -> None:
    """After fifty of them next to nothing is left of a thousand before."""
    sizes = PromptTokens()
    for _ in range(1000):
        sizes.learn(prompt("word" * 100), 100)
    for _ in range(50):
        sizes.learn(prompt("word" * 100), 200)

    assert sizes.estimate(prompt("word" * 100)) == pytest.approx(200, rel=0.01)


def test_half_a_surrogate_pair_has_a_size_too() -> None:
    """JSON can carry one; to count is not the place to refuse it."""
    sizes = PromptTokens()
    sizes.learn(prompt("abc"), 3)

    assert sizes.estimate(prompt("\ud800")) == 3
