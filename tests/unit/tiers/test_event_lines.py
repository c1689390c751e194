"""Data of events, however the stream is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tiers.event_lines import MAX_EVENT_BYTES, EventLines

STREAM = (
    b": a comment\n\ndata: one\n\nevent: x\r\ndata:two\r\ndata:  three\r\n\r\n\n\ndata: [DONE]\n\n"
)


def test_only_data_comes_out() -> None:
    """Comments and other fields are skipped, lines of one event joined, one space taken off."""
    assert EventLines().feed(STREAM) == [b"one", b"two\n three", b"[DONE]"]


@given(st.sets(st.integers(1, len(STREAM) - 1)))
def test_cuts_make_no_difference(cuts: set[int]) -> None:
    """A line may come in pieces."""
    borders = [0, *sorted(cuts), len(STREAM)]
    lines = EventLines()

    events = [
        event
        for at, border in enumerate(borders[1:])
        for event in lines.feed(STREAM[borders[at] : border])
    ]

    assert events == [b"one", b"two\n three", b"[DONE]"]


def test_an_event_that_never_ends_is_refused() -> None:
    """A server gone mad must not fill the memory."""
    lines = EventLines()
    lines.feed(b"data: " + b"x" * (MAX_EVENT_BYTES // 2))

    with pytest.raises(ValueError, match="longer than"):
        lines.feed(b"x" * MAX_EVENT_BYTES)
