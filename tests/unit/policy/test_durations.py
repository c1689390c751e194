"""Durations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.policy.duration import LONGEST_S, SHORTEST_S, seconds_of, text_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("60s", 60.0),
        ("2m", 120.0),
        ("24h", 86_400.0),
        ("7d", 604_800.0),
        ("0.5s", 0.5),
    ],
)
def test_a_number_with_its_unit_is_read_as_seconds(text: str, seconds: float) -> None:
    """Each unit has its factor."""
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "60", "s", "60 s", "1h30m", "-1s", "1e3s", "٣s", "1s\n"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    """The message says how to write it."""
    with pytest.raises(ValueError, match="`60s`"):
        seconds_of(text)


@given(st.floats(min_value=SHORTEST_S, max_value=LONGEST_S))
def test_what_is_written_is_read_back_unchanged(seconds: float) -> None:
    """No duration changes on its way through a file."""
    assert seconds_of(text_of(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"), [(86_400.0, "24h"), (90.0, "90s"), (120.0, "2m"), (0.25, "0.25s")]
)
def test_the_largest_unit_without_a_fraction_is_written(seconds: float, text: str) -> None:
    """Files stay readable."""
    assert text_of(seconds) == text
