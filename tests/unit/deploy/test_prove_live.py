"""What a reader of a live draft saw: texts before and after a takeover, and words said twice between them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deploy.gpu.prove.live import Live, repeated
from deploy.gpu.prove.wire import Told


def live(*events: tuple[str, dict[str, Any]]) -> Live:
    """A stream whose events come a millisecond apart."""
    return Live(
        told=tuple(Told(name=name, data=data, ms=at) for at, (name, data) in enumerate(events))
    )


def delta(text: str) -> tuple[str, dict[str, Any]]:
    """A piece of text."""
    return "delta", {"text": text}


def test_a_text_is_split_where_another_tier_goes_on() -> None:
    """Not where one begins anew, which is only done before the first word."""
    seen = live(
        ("draft.started", {"id": "a"}),
        ("tier.changed", {"how": "fresh"}),
        delta("One. "),
        delta("Two."),
        ("tier.changed", {"how": "continue"}),
        delta(" Three."),
        ("draft.completed", {"text": "One. Two. Three."}),
    )

    assert seen.kept_and_continued == ("One. Two.", " Three.")
    assert seen.text == seen.answer["text"]
    assert (seen.first_ms, seen.ms) == (2, 6)


def test_a_stream_that_fails_has_no_answer() -> None:
    """Its last event is the error, and what was told stays told."""
    seen = live(delta("One."), ("error", {"error": {}}))

    assert seen.answer == {}
    assert seen.path == []
    assert seen.kept_and_continued is None
    assert seen.text == "One."


@given(st.text("ab "), st.text("ab ", min_size=1), st.text("ab "))
def test_what_is_said_twice_is_found(before: str, twice: str, after: str) -> None:
    """Whatever blanks stand at the seam; never less than what was put there."""
    said = twice.strip()

    assert repeated(f"{before}{said} ", f"\n{said}{after}") >= len(said)


def test_a_text_that_goes_on_repeats_nothing() -> None:
    """Neither does one that begins with a letter in common."""
    assert repeated("He went to sea.", " He came back.") == 0
    assert repeated("all the boats", "sail out") == 1
