"""Checks of form and voice: every planted defect is found, no good text is objected to."""

from __future__ import annotations

import pytest

from assistant.confidence.checks import CHECKS, run_checks
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.reading import Reading
from assistant.confidence.text.words import sentence_ends
from support.drafts import EMAIL, draft
from support.good_texts import GOOD_TEXTS, GoodText
from support.planted_texts import ARTICLE, HARBOUR, PLANTED, RAMP, Planted

HUGE = 20_000
"""Characters. Work that grows with their square takes seconds for each, and there are many of them."""

LEAST_LANGUAGE_CHARACTERS = 300
"""The language of a text is read from its first characters, and settled when they are all there."""

RUNS = (
    "[", "[name ", "<insert ", "{name", "X/", "Dear ", "Dear A,\n", "Best,\n", "# a\n", "1. a\n", "\n \n",
    "The end\n", "\u201c", '"a ', "'a ", "|", "**", "a: ", "here are 5 ", "Version 2\n", "\u00e2\u20ac", "!?", "a\n\nB ",
    "not as an ai ", "in the first ", "letter to my a ", "write a table ", "\ud800", "\0", "{\"a\":[", "instruction",
    "bcdfg ", "la ", "\u4e00\n\n", "(", "no way ",
)  # fmt: skip


def failures(one: ScoringInput) -> list[str]:
    """Names of the checks that a draft fails."""
    return [result.name for result in run_checks(Reading(one)) if not result.passed]


@pytest.mark.parametrize("good", GOOD_TEXTS, ids=lambda good: good.name)
def test_no_check_objects_to_a_good_text(good: GoodText) -> None:
    """Refrains, templates that were asked for, restarted lists, quotations in other languages."""
    assert failures(good.draft()) == []


@pytest.mark.parametrize(
    "planted", PLANTED, ids=[f"{one.check} {number}" for number, one in enumerate(PLANTED)]
)
def test_a_planted_defect_is_found(planted: Planted) -> None:
    """By the check that is named for it, with evidence in words."""
    results = run_checks(Reading(planted.draft()))

    evidence = [one.evidence for one in results if one.name == planted.check and not one.passed]
    assert len(evidence) == 1
    assert evidence[0].strip()


@pytest.mark.parametrize("planted", PLANTED[::2], ids=str)
def test_what_fails_on_a_beginning_fails_on_the_whole(planted: Planted) -> None:
    """Such checks stop a draft while it is written, so a continuation must not be able to heal it."""
    one = planted.draft()
    final = {check for check in CHECKS if check.on_prefix and check.name != "low_logprob"}

    whole = set(failures(one))

    for end in sentence_ends(one.text):
        beginning = Reading(draft_beginning(one, end))
        for check in final:
            if check.name == "language" and end < LEAST_LANGUAGE_CHARACTERS:
                continue
            outcome = check.run(beginning, beginning=True)
            assert outcome is None or outcome.passed or check.name in whole, check.name


def draft_beginning(one: ScoringInput, end: int) -> ScoringInput:
    """The same draft as far as it was written then."""
    return ScoringInput(request=one.request, text=one.text[:end])


@pytest.mark.parametrize("good", GOOD_TEXTS, ids=lambda good: good.name)
def test_no_beginning_of_a_good_text_is_stopped(good: GoodText) -> None:
    """A good draft must not be given up while it is written."""
    one = good.draft()
    final = [check for check in CHECKS if check.on_prefix]

    for end in sentence_ends(one.text):
        outcomes = [
            check.run(Reading(draft_beginning(one, end)), beginning=True) for check in final
        ]
        assert [outcome.name for outcome in outcomes if outcome and not outcome.passed] == []


@pytest.mark.parametrize("unit", RUNS, ids=ascii)
def test_a_huge_run_is_read_in_one_pass(unit: str) -> None:
    """As a draft, as the text worked on, and as the instruction."""
    run = (unit * (HUGE // len(unit) + 1))[:HUGE]

    results = run_checks(Reading(draft(run, task="reply", instruction=run, text=run)))
    asked = run_checks(
        Reading(draft(f"{EMAIL}\n{run}", instruction="Write a letter to Ada in JSON."))
    )

    assert results
    assert "requested_format" in {result.name for result in asked}


@pytest.mark.parametrize(
    "asked",
    [
        "Write a story about a table.",
        "Describe the letter Q.",
        "Explain how to write a letter to the council.",
        "What is a haiku?",
        "Do not use bullet points.",
        "Analyse the poem below.",
        "Write about the art of conversation.",
        "How does JSON work?",
        "Tell me about a table of contents.",
        "Write a review of a poem.",
    ],
)
def test_a_form_that_is_only_spoken_of_is_not_asked_for(asked: str) -> None:
    """Prose about a table needs no columns."""
    assert "requested_format" not in failures(draft(ARTICLE, instruction=asked))


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Make a table of the boats.", "Name     Seats\nAnna     40\nBerta    60"),
        ("Write a letter to my aunt.", "Liebe Tante,\n\ndanke!\n\nDein Jan"),
        ("Write a poem.", "Winter\n\nThe boat is late,\nthe soup is cold."),
        ("Answer in valid JSON.", '```json\n{"boat": "late"}\n```'),
        ("Answer in JSON.", "[" * 20_000 + '"boat"' + "]" * 20_000),
        ("Write a haiku.", "Cold planks / a gull counts the crates / and loses the count"),
        ("Use bullet points.", "\u2022 The boat is late.\n\u2022 The soup is cold."),
        ("Give it as a numbered list.", "1) The boat is late.\n2) The soup is cold."),
        ("Write it in a single paragraph.", f"# News\n\n{HARBOUR}"),
    ],
)
def test_a_form_is_recognised_in_its_many_shapes(asked: str, text: str) -> None:
    """Tables without lines, letters in other languages, JSON in a fence; nesting beyond reason is none."""
    found = failures(draft(text, instruction=asked))

    assert ("requested_format" in found) is text.startswith("[[")


def test_what_the_request_has_too_may_stay() -> None:
    """Placeholders, tokens and labels of the writer's own text are the writer's."""
    source = "Use [INST] to begin, [Your Name] to sign.\n\nText before: nothing."

    assert failures(draft(source, task="proofread", instruction="Fix commas.", text=source)) == []


def test_a_remark_is_manners_in_a_conversation() -> None:
    """There the model talks with the one who asked."""
    text = f"{HARBOUR}\n\nLet me know if you'd like me to make it shorter!"

    assert failures(draft(text, task="chat", instruction="Tell me about it.")) == []


def test_a_machine_may_speak_of_itself_where_machines_are_the_subject() -> None:
    """A story told by a robot is no slip."""
    text = f"As an AI, I watch the harbour all night. {HARBOUR}"

    assert failures(draft(text, instruction="Write a monologue of a robot.")) == []


@pytest.mark.parametrize(
    ("greeting", "asked"),
    [
        ("Dear Sir or Madam,", "Write a letter to Harrow Council about the boat."),
        ("Dear Mr Hale,", "Write a letter to Thomas. His full name is Thomas Hale."),
        ("Hi Tom,", "Write an email to Thomas about the boat."),
        ("Dear hiring team,", "Write an application letter to Spoke & Sons."),
        ("Dear neighbours,", "Write a letter to the neighbours from Ada."),
    ],
)
def test_a_greeting_may_name_nobody_or_the_same_person_otherwise(greeting: str, asked: str) -> None:
    """Titles, short names and roles."""
    text = f"{greeting}\n\n{HARBOUR}\n\nKind regards,\nAda"

    assert "addressee" not in failures(draft(text, instruction=asked))


def test_prose_without_end_marks_is_a_style() -> None:
    """Where no paragraph ends with a mark, none of them broke off."""
    text = "\n\n".join(
        f"{line} and the gulls walk along the quay in the early light of the day"
        for line in ("We get up", "They come home", "You are late")
    )

    assert "sentence_cut" not in failures(draft(text, instruction="Write about us."))


def test_a_paragraph_may_lead_over_to_a_list_or_a_quotation() -> None:
    """What follows goes on with the sentence."""
    lead = "When the engineers came in October and had measured all the posts they wrote down that"
    text = f'{HARBOUR}\n\n{lead}\n\n- the ramp is old\n- the posts are rotten.\n\n{lead}\n\n"It will fall."\n\n{RAMP}'

    assert "sentence_cut" not in failures(draft(text))
