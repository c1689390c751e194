"""Stop strings never reach the reader, and nothing else is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tiers.stops import StopFilter

texts = st.text(alphabet="ab\n", max_size=12)
stops = st.lists(st.text(alphabet="ab\n", min_size=1, max_size=3), max_size=2).map(tuple)


@given(st.lists(texts), stops)
def test_what_comes_out_ends_before_the_first_stop(
    pieces: list[str], stops: tuple[str, ...]
) -> None:
    """Of the one that is complete first, however the text is cut into pieces."""
    stop_filter = StopFilter(stops)

    out = "".join(stop_filter.feed(piece) for piece in pieces) + stop_filter.finish(matched=False)

    whole = "".join(pieces)
    ends = [(at + len(stop), at) for stop in stops if (at := whole.find(stop)) >= 0]
    assert out == whole[: min(ends)[1] if ends else len(whole)]


@pytest.mark.parametrize(("matched", "rest"), [(True, ""), (False, "\n")])
def test_the_beginning_of_a_stop_goes_only_with_the_stop(*, matched: bool, rest: str) -> None:
    """The engine knows whether the text ended there by itself."""
    stop_filter = StopFilter(("\n\n",))

    shown = stop_filter.feed("One.\n")

    assert shown == "One."
    assert stop_filter.finish(matched=matched) == rest
