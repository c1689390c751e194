"""Planted defects of form are what their names say, and come only where they can be made."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from assistant.confidence.checks import run_checks
from assistant.confidence.fitting.defect_texts import FORMATS, PLACEHOLDERS, TEMPLATE_TOKENS
from assistant.confidence.fitting.defects_of_form import ignoring_format, leaking, stitching
from assistant.confidence.fitting.examples import NATURAL, Example
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.reading import Reading
from assistant.confidence.text.words import sentences
from assistant.types import Message
from support.drafts import EMAIL, EMAIL_ASKED, draft
from support.planted_texts import ARTICLE, COMMITTEE

SEEDS = range(24)
"""Both sides of each coin, and every text to plant."""

LIST_TEXT = (
    "Three things to pack:\n\n- a warm coat\n- **two** pairs of socks\n- a map. It rains a lot."
)


def example(written: ScoringInput, group: str) -> Example:
    """A good draft answering a prompt."""
    return Example(
        draft=written,
        acceptable=True,
        target=1.0,
        weight=1.0,
        group=group,
        kind=NATURAL,
        task="chat",
    )


ARTICLE_EXAMPLE = example(draft(ARTICLE, instruction="Write about the harbour."), "harbour")
EMAIL_EXAMPLE = example(draft(EMAIL, instruction=EMAIL_ASKED), "email")
POOL = (ARTICLE_EXAMPLE, EMAIL_EXAMPLE)


def generator(seed: int) -> Random:
    """Chance that repeats."""
    return Random(seed)  # noqa: S311 - repeatable, nothing secret


def failed(one: ScoringInput) -> set[str]:
    """Checks that object to a draft."""
    return {check.name for check in run_checks(Reading(one)) if not check.passed}


def test_a_stitched_draft_holds_another_one_or_begins_twice() -> None:
    """Its first part is the draft's own; what was asked stays as it was."""
    ours = sentences(ARTICLE)
    foreign = "Thank you for considering it."
    made = [stitching(ARTICLE_EXAMPLE, POOL, generator(seed)) for seed in SEEDS]
    found = [one for one in made if one is not None]

    with_other = [one for one in found if foreign in one.text]
    twice = [one for one in found if one.text.count(ours[0]) == 2]

    assert with_other
    assert twice
    assert len(with_other) + len(twice) == len(found)
    assert all(one.text.startswith(ours[0]) for one in found)
    assert all(one.request == ARTICLE_EXAMPLE.draft.request for one in found)
    assert all(ours[-1] not in one.text for one in with_other)
    assert all(one.text.endswith(ours[-1]) for one in twice)


def test_a_draft_is_not_stitched_to_another_of_its_prompt() -> None:
    """That may well be about the same; then it begins twice, or nothing is planted."""
    other = example(replace(EMAIL_EXAMPLE.draft, text=EMAIL), "harbour")
    made = [stitching(ARTICLE_EXAMPLE, (other,), generator(seed)) for seed in SEEDS]

    assert None in made
    assert all(one is None or "Okafor" not in one.text for one in made)


def test_a_few_sentences_are_not_stitched() -> None:
    """Half of them would say nothing."""
    short = example(draft("One is here. Two is there. Three is gone."), "short")

    assert [stitching(short, POOL, generator(seed)) for seed in SEEDS] == [None] * len(SEEDS)


def test_a_leak_is_found_by_the_check_for_it() -> None:
    """Tokens of a template stand before or behind the text, a gap stands in it."""
    made = [leaking(ARTICLE_EXAMPLE, POOL, generator(seed)) for seed in SEEDS]
    kinds = set()

    for one in made:
        assert one is not None
        leaked = [text for text in (*TEMPLATE_TOKENS, *PLACEHOLDERS) if text in one.text]
        objections = failed(one) & {"template_tokens", "placeholder"}
        assert leaked
        assert objections
        kinds |= objections
        assert len(one.text) > len(ARTICLE) - 4
    assert kinds == {"template_tokens", "placeholder"}


def test_nothing_leaks_from_the_text_before() -> None:
    """What the check finds was planted."""
    assert not failed(ARTICLE_EXAMPLE.draft) & {"template_tokens", "placeholder"}


def test_an_ignored_format_is_prose_where_another_form_was_asked_for() -> None:
    """The demand comes on top of the instruction, and the check for it objects."""
    demands = set()

    for seed in SEEDS:
        one = ignoring_format(ARTICLE_EXAMPLE, POOL, generator(seed))
        assert one is not None
        assert one.request.instruction.startswith("Write about the harbour. ")
        assert "\n" not in one.text
        assert COMMITTEE[:20] in one.text
        assert "requested_format" in failed(one)
        demands.add(one.request.instruction.removeprefix("Write about the harbour. "))
    assert demands <= set(FORMATS)
    assert len(demands) > len(FORMATS) / 2


def test_marks_of_a_list_are_taken_out_of_prose() -> None:
    """Else the format asked for might be there after all."""
    base = example(draft(LIST_TEXT, instruction="What do I pack?"), "pack")

    one = ignoring_format(base, POOL, generator(1))

    assert one is not None
    assert not set(one.text) & set("*#|`")
    assert " - " not in one.text
    assert "a warm coat" in one.text


def test_a_format_is_ignored_in_a_conversation_too() -> None:
    """The last turn becomes the instruction."""
    turns = (
        Message(role="user", content="Hello."),
        Message(role="user", content="Write about the harbour."),
    )
    base = example(draft(ARTICLE, task="chat", messages=turns), "chat")

    one = ignoring_format(base, POOL, generator(2))

    assert one is not None
    assert one.request.task == "draft"
    assert one.request.messages == ()
    assert one.request.instruction.startswith("Write about the harbour. ")


@pytest.mark.parametrize(
    "written",
    [
        draft(ARTICLE, task="summarize", instruction="Summarize.", text=ARTICLE),
        draft(ARTICLE),
        draft(f"1. {ARTICLE}", instruction="Write about the harbour."),
    ],
    ids=["a summary", "nothing asked", "numbered already"],
)
def test_a_format_is_not_ignored_where_none_can_be_asked_for(written: ScoringInput) -> None:
    """Nothing is planted then."""
    base = example(written, "harbour")

    assert [ignoring_format(base, POOL, generator(seed)) for seed in SEEDS] == [None] * len(SEEDS)
