"""What a program can verify about a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.verifiable import requirements as required
from assistant.evaluation.verifiable.base import ENDED, Requirement, VerifiableTask
from assistant.types import DraftRequest

EVERY = (
    required.mentions("Mara Falk", "Mara"),
    required.avoids("snow"),
    required.word_count(2, 5),
    required.sentence_count(1, 2),
    required.item_count(3),
    required.items_differ(),
    required.items_at_most(2),
    required.in_order(["one", "two"]),
    required.begins("Once upon a time"),
    required.ends("The end."),
    required.like("The train leaves at noon.", 0.75),
    required.unlike("The train leaves at noon.", 0.9),
    required.not_repetitive(),
)


@pytest.mark.parametrize(
    ("requirement", "text", "met"),
    [
        (required.mentions("Mara Falk"), "It was mara falk's idea.", True),
        (required.mentions("Mara Falk"), "Mara and Jonas Falk went.", False),
        (required.mentions("7:30"), "We meet at 7:30.", True),
        (required.mentions("17"), "We meet in 170 days.", False),
        (required.avoids("snow"), "The snowman melts.", True),
        (required.avoids("snow"), "Snow, again.", False),
        (required.word_count(2, 3), "One two three.", True),
        (required.word_count(2, 3), "One.", False),
        (required.sentence_count(2, 2), "It rains. We stay.", True),
        (required.sentence_count(2, 2), "It rains.", False),
        (required.item_count(2), "Here they are:\n\n1. bread\n2. milk", True),
        (required.item_count(2), "- bread\n- milk\n- tea", False),
        (required.items_differ(), "- tea\n* Tea", False),
        (required.items_differ(2), "- tea\n- tea\n- milk", True),
        (required.items_at_most(2), "- green tea\n- a loaf of bread", False),
        (required.in_order(["figs", "plums"]), "figs and plums", True),
        (required.in_order(["plums", "figs"]), "figs and plums", False),
        (required.begins("Once"), '"Once, it rained."', True),
        (required.begins("Once"), "It rained once.", False),
        (required.ends("She closed the door."), "It rained. *She closed the door.*", True),
        (required.ends("She closed the door."), "She closed the door. Yes.", False),
        (required.like("The train leaves at noon.", 0.75), "The trains leave at noon.", False),
        (required.like("The train leaves at noon.", 0.75), "the train leaves at noon", True),
        (required.unlike("The train leaves at noon.", 0.9), "The train leaves at noon.", False),
        (required.not_repetitive(), "It rains. It rains.", False),
    ],
)
def test_a_requirement_is_met_as_a_reader_would_say(
    requirement: Requirement, text: str, met: bool
) -> None:
    """Case, quotes, bullets and possessives do not matter; words do."""
    assert requirement.met(text) is met


@given(st.text(max_size=80))
def test_any_text_can_be_judged(text: str) -> None:
    """Whatever a model writes, a verdict comes out."""
    assert all(one.met(text) in {True, False} for one in EVERY)


@pytest.mark.parametrize("text", ["a" * 200_000, "- " * 100_000, "\ud800\x00", "word " * 40_000])
def test_huge_and_broken_texts_are_judged(text: str) -> None:
    """None of them takes more than a moment."""
    assert all(one.met(text) in {True, False} for one in EVERY)


def task(*requirements: Requirement) -> VerifiableTask:
    """A task that asks for these."""
    return VerifiableTask(
        kind="test", request=DraftRequest(instruction="Write."), requirements=requirements
    )


def test_the_score_is_the_share_of_requirements_met() -> None:
    """An acceptable draft meets them all."""
    asked = task(required.mentions("tea"), required.avoids("milk"), required.word_count(1, 3))

    half = asked.verify("Tea with a lot of milk", "stop")
    whole = asked.verify("Tea.", "stop")

    assert (half.score, half.acceptable) == (0.5, False)
    assert (whole.score, whole.acceptable) == (1.0, True)
    assert dict(half.requirements)["mentions tea"] is True


def test_a_text_that_ran_out_of_tokens_is_not_acceptable() -> None:
    """Its end was never written."""
    verdict = task(required.mentions("tea")).verify("Tea and", "length")

    assert not verdict.acceptable
    assert (ENDED, False) in verdict.requirements
