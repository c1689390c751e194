"""Stop strings over all tiers of a run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.workflow.segments import Outlet, sent_of

stop_strings = st.lists(st.text(alphabet="ab. ", min_size=1, max_size=4), max_size=3).map(tuple)
texts = st.lists(st.text(alphabet="ab. ", max_size=4), max_size=6)


def first_stop(text: str, stops: tuple[str, ...]) -> int | None:
    """Where the stop string begins that is complete first."""
    complete = next(
        (end for end in range(len(text) + 1) if text[:end].endswith(stops) and stops), None
    )
    if complete is None:
        return None
    return min(complete - len(stop) for stop in stops if text[:complete].endswith(stop))


@given(stop_strings, st.lists(texts, min_size=1, max_size=4))
def test_what_the_steps_of_a_run_send_ends_before_the_first_stop(
    stops: tuple[str, ...], steps: list[list[str]]
) -> None:
    """However the text is parted into pieces and steps, which share nothing but the text before."""
    sent, before, outlet = "", "", Outlet(stops)

    for step in steps:
        outlet = Outlet(stops, before=before)
        for piece in step:
            sent += outlet.write(piece)
            before += piece
        if outlet.stopped:
            break
        assert sent == sent_of(before, stops)

    stop = first_stop(before, stops)
    assert outlet.stopped is (stop is not None)
    assert sent + outlet.finish() == (before if stop is None else before[:stop].rstrip())


@given(stop_strings, texts)
def test_only_what_may_become_a_stop_is_held(stops: tuple[str, ...], pieces: list[str]) -> None:
    """And the blank before it, which a text that is stopped there would end with. Everything else is final."""
    outlet = Outlet(stops)

    sent = "".join(map(outlet.write, pieces))

    if not outlet.stopped:
        assert sent + outlet.held == "".join(pieces)
        held = outlet.held
        blank = len(held) - len(held.lstrip())
        begun = [held[at:] for at in range(blank + 1)]
        assert not held.strip() or any(stop.startswith(one) for stop in stops for one in begun)


def test_a_stop_may_begin_in_one_tiers_text_and_end_in_anothers() -> None:
    """The full stop stays back until the next tier has begun."""
    assert Outlet((". The",)).write("He ran.") == "He ran"
    outlet = Outlet((". The",), before="He ran.")

    assert outlet.write(" Th") == ""
    assert outlet.write("en he") == ""
    assert outlet.stopped
    assert outlet.finish() == ""
    assert outlet.write("more") == ""


def test_what_was_held_goes_out_if_it_was_none() -> None:
    """In its place."""
    outlet = Outlet((". The",), before="He ran.")

    assert outlet.write(" Then") == ""
    assert Outlet((". The ",), before="He ran.").write(" Then") == ". Then"
    assert Outlet((". The ",), before="He ran.").finish() == "."
