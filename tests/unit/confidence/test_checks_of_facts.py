"""Checks that guard content: what a rewrite must keep, and what it must not make up or turn round."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.confidence.checks import CHECKS, run_checks
from assistant.confidence.reading import Reading
from assistant.types import CheckResult, Style
from support.drafts import draft
from support.rewrites import REWRITES, Rewrite

HUGE = 10_000
"""Characters: work that grows with their square would be felt."""


def failures(written: str, /, **request: Any) -> dict[str, str]:  # noqa: ANN401 - whatever a request may hold
    """Failed checks with their evidence."""
    found = run_checks(Reading(draft(written, **request)))
    return {check.name: check.evidence for check in found if not check.passed}


def outcome(name: str, written: str, /, **request: Any) -> CheckResult | None:  # noqa: ANN401 - whatever a request may hold
    """What one check says of a text; None where it does not apply."""
    (check,) = [check for check in CHECKS if check.name == name]
    return check.run(Reading(draft(written, **request)))


@pytest.mark.parametrize("pair", REWRITES, ids=lambda pair: pair.name)
def test_a_careful_rewrite_passes_every_check(pair: Rewrite) -> None:
    """Other notations, other words, the same facts."""
    assert failures(pair.good, task=pair.task, text=pair.source, **pair.request) == {}


@pytest.mark.parametrize("pair", REWRITES, ids=lambda pair: pair.name)
def test_one_planted_error_is_found(pair: Rewrite) -> None:
    """By the check that knows it, whatever others say."""
    assert pair.bad != pair.good

    assert pair.found_by in failures(pair.bad, task=pair.task, text=pair.source, **pair.request)


@pytest.mark.parametrize(
    ("source", "written", "lost"),
    [
        ("We meet on 3 May.", "We meet on May 3rd.", False),
        ("We meet on 2026-05-03.", "We meet on 3 May 2026.", False),
        ("We meet on 3/5/2026.", "We meet on 2026-05-03.", False),
        ("We meet on 31.12.99.", "We meet on 31 December 2099.", False),
        ("We meet next Friday.", "We meet on Fri.", False),
        ("We meet on Friday, 12 March.", "We meet on 12 March.", False),
        ("Open on Mondays.", "Each Monday we open.", False),
        ("It ends in October.", "It ends on 5 October.", False),
        ("You may march on.", "You could walk on.", None),
        ("We meet on 3 May 2026.", "We meet on 3 May 2027.", True),
        ("We meet next Friday.", "We meet next week.", True),
        ("It ends in October.", "It ends in autumn.", True),
    ],
)
def test_a_date_is_the_same_in_any_notation(source: str, written: str, lost: bool | None) -> None:
    """Another day, month or year is another date."""
    result = outcome("lost_dates", written, task="rewrite", text=source)

    assert (result and not result.passed) is lost


@pytest.mark.parametrize(
    ("source", "written", "lost"),
    [
        ("Come at 3 pm.", "Come at 15:00.", False),
        ("Come at 15h30.", "Come at half past three, 3:30 p.m.", False),
        ("It took 20 days.", "It took twenty days.", False),
        ("It took 250 days.", "It took two hundred and fifty days.", False),
        ("We sold 1.5 million.", "We sold 1,500,000.", False),
        ("We sold 1 200 000.", "We sold 1.2 million.", False),
        ("He has 2 sons.", "Both sons are his.", False),
        ("It costs 12 pounds.", "A dozen pounds is the price.", False),
        ("Wait 90 minutes.", "Wait 1.5 hours.", False),
        ("1. Tea\n2. Cake", "Tea and cake.", None),
        ("Chapter 7 is long.", "The chapter is long.", True),
        ("Come at 3 pm.", "Come at 4 pm.", True),
        ("We sold 1.5 million.", "We sold 1.6 million.", True),
    ],
)
def test_a_number_is_the_same_in_any_notation(source: str, written: str, lost: bool | None) -> None:
    """Times, words, scales and units; numerals of lists are no facts."""
    result = outcome("lost_numbers", written, task="rewrite", text=source)

    assert (result and not result.passed) is lost


@pytest.mark.parametrize(
    ("source", "written", "lost"),
    [
        ("Then Priya Raman spoke.", "Then Ms Raman spoke.", False),
        ("Later, O'Neil left.", "O\u2019Neil left later.", False),
        ("Call me.\n\nBest regards,\nAnna", "Please call me.", True),
        ("Anna left. Then Anna came.", "She left and came.", True),
        ("# Our Summer Programme\n\nWe dance.", "## In summer\n\nWe dance.", None),
        ("IMPORTANT: we need your reply ASAP.", "Please reply soon.", None),
        ("He met Tom there.", "He met tomorrow there.", True),
        ("Gestern traf ich Frau Vogel und die Kinder.", "Ich traf gestern die Frau.", True),
        ("Gestern sah ich mit dem Kind den Garten.", "Ich sah gestern alles.", None),
    ],
)
def test_names_are_told_from_other_capitals(source: str, written: str, lost: bool | None) -> None:
    """Signatures count; headings, loud words and German nouns do not."""
    result = outcome("lost_names", written, task="rewrite", text=source)

    assert (result and not result.passed) is lost


@pytest.mark.parametrize(
    "instruction",
    [
        "Remove the dates and the numbers.",
        "Change the date to 4 June.",
        "Say it in one sentence.",
        "Replace all dates by weekdays, and drop the figures.",
    ],
)
def test_what_the_writer_gives_up_is_not_lost(instruction: str) -> None:
    """Only what the request keeps by name stays binding then."""
    source = "On 3 May we open the new hall in the north of the town. " * 6

    assert "lost_dates" not in failures(
        "The hall opens.", task="rewrite", text=source, instruction=instruction
    )


def test_a_negated_waiver_waives_nothing() -> None:
    """A plea not to change the dates is the opposite of a waiver."""
    found = failures(
        "We open soon.",
        task="rewrite",
        text="We open on 3 May.",
        instruction="Make it shorter, but do not change the dates.",
    )

    assert found["lost_dates"] == 'lost: "3 May"'


@pytest.mark.parametrize(
    ("task", "source", "written", "wrong"),
    [
        ("shorten", "It costs $40, or $70 for two.", "Two cost $70.", False),
        ("summarize", "Of 60 members 18 paid.", "30% of the members paid.", False),
        ("summarize", "It rose from 40 % to 55 %.", "It rose by 15%.", False),
        ("summarize", "They raised $1,234,567.", "They raised $1.2 million.", False),
        ("summarize", "It would be twelve fifty in Euros.", "It would be \u20ac12.50.", False),
        ("summarize", "They raised $1,234,567.", "They raised $2.1 million.", True),
        ("tone", "Doors open 3 to 5 pm.", "Doors are open from 3 pm to 5 pm.", False),
        ("rewrite", "Give it your all.", "Give it 100%.", False),
        ("rewrite", "There are reasons.", "There are 3 reasons.", False),
        ("rewrite", "Seats for 24 guests.", "There are seats for 42 guests.", True),
        ("rewrite", "Arrive by 3 pm.", "Arrive by 4 pm.", True),
        ("rewrite", "It takes a week.", "It takes 7 days.", False),
        ("rewrite", "It takes a week.", "It takes ten days.", True),
        ("expand", "Bring water.", "Bring two litres of water.", True),
    ],
)
def test_a_number_nobody_gave_is_found(task: str, source: str, written: str, wrong: bool) -> None:
    """What follows from the given numbers may be said."""
    result = outcome("changed_numbers", written, task=task, text=source)

    assert result is not None
    assert result.passed is not wrong


@pytest.mark.parametrize(
    ("instruction", "written", "good"),
    [
        ("Write a note: our 12 shops close early.", "All 15 shops close early.", False),
        ("Write a note: our 12 shops close early.", "Our shops, 12 of 15 shops, close.", True),
        ("Write 200 words on tea.", "Tea is drunk in 150 words of praise.", None),
        ("Offer 20% discount on boots.", "Boots now have a 25% discount.", False),
        ("Offer 20% discount on boots.", "Boots are 70% leather.", True),
    ],
)
def test_a_new_text_may_state_numbers_but_not_contradict(
    instruction: str, written: str, good: bool | None
) -> None:
    """Only the same role makes two numbers rivals."""
    result = outcome("changed_numbers", written, task="draft", instruction=instruction)

    assert (result and result.passed) is good


@pytest.mark.parametrize(
    ("asked", "written", "good"),
    [
        ("Thank Mr Andersen.", "Thanks to Mr Anderson.", False),
        ("Thank John.", "We thank Jon.", False),
        ("Thank Mr Andersen.", "Thanks to Andersen, not to Anderson.", True),
        ("Write on life in Texas.", "A proud Texan speaks.", True),
        ("Write on life in France.", "The French speak.", True),
        ("Ask Mr Martin.", "Marking papers takes time.", True),
        ("Thank Anna.", "We saw Annas dog.", True),
        ("Write on tea.", "Tea is good.", None),
    ],
)
def test_a_near_spelling_of_a_missing_name_is_a_changed_name(
    asked: str, written: str, good: bool | None
) -> None:
    """Words of one family, inflections and common words are none."""
    result = outcome("changed_names", written, task="draft", instruction=asked)

    assert (result and result.passed) is good


@pytest.mark.parametrize(
    ("source", "written", "good"),
    [
        ("He will not attend the fair.", "He will attend the fair.", False),
        ("He will attend the fair.", "He won't attend the fair.", False),
        ("They are not happy with it.", "They are unhappy with it.", True),
        ("It is not open until noon.", "It is only open from noon.", True),
        ("They can not swim there.", "They cannot swim there.", True),
        ("It dont work on old phones.", "It does not work on old phones.", True),
        ("I like tea. I do not like milk.", "I do not like milk. I like tea.", True),
        ("Elle ne viendra pas demain soir.", "Elle viendra demain soir.", False),
    ],
)
def test_a_sentence_turned_round_is_found(source: str, written: str, good: bool) -> None:
    """Where the sentence is otherwise nearly the same."""
    result = outcome("changed_polarity", written, task="rewrite", text=source)

    assert result is not None
    assert result.passed is good


@pytest.mark.parametrize(
    ("source", "written", "request_fields", "good"),
    [
        ('He said, "we are all here".', "He said: \u201cWe are all here.\u201d", {}, True),
        ('He said, "we are all here".', "He said that all were there.", {}, False),
        ('He said, "we is all here".', 'He said, "we are all here".', {"task": "proofread"}, True),
        ('He said, "we are all here".', "All were there.", {"task": "summarize"}, None),
        ('He said, "we are all here".', "All.", {"task": "summarize", "keep": ("quotes",)}, False),
        ('The "red book" is out.', "The red novel is out.", {}, None),
        ('He said, "we are all here".', "All.", {"instruction": "Use reported speech."}, None),
    ],
)
def test_quotes_stay_word_for_word(
    source: str, written: str, request_fields: dict[str, Any], good: bool | None
) -> None:
    """Short ones are terms; proofreading may correct them."""
    result = outcome(
        "lost_quotes", written, **{"task": "rewrite", "text": source, **request_fields}
    )

    assert (result and result.passed) is good


@pytest.mark.parametrize(
    ("source", "written", "good"),
    [
        ("Seen before [1, 2].", "It was seen before [1][2].", True),
        ("Seen before [1-3].", "It was seen [1, 2, 3].", True),
        ("Seen (Smith, 2019).", "Smith (2019) saw it.", True),
        ("Seen.[^a]\n\n[^a]: There.", "It was seen.", False),
        ("Seen [1].", "It was seen [1], and again [2].", False),
        ("Seen by many.\u00b2", "Many saw it.", False),
        ("See a[1] and [x] done.", "Look at it.", None),
        ("Since 2019, In (2020) it rains.", "It rains.", None),
    ],
)
def test_citations_stay_and_none_is_made_up(source: str, written: str, good: bool | None) -> None:
    """In any grouping, in brackets or in the sentence."""
    result = outcome("lost_citations", written, task="rewrite", text=source)

    assert (result and result.passed) is good


@pytest.mark.parametrize(
    ("source", "written", "good"),
    [
        ("Run `ls -a` now.", "Now run ls -a.", True),
        ("Run `ls -a` now.", "Now run `ls`.", False),
        ("- a\n  ```\n  x = 1\n  ```", "```\nx = 1\n```", True),
        ("Use <br/> here, {{ name }}.", "Use <br/> there, {{ name }}.", True),
        ("Hello {{ name }}.", "Hello Ann.", False),
        ("A < B and C > D.", "B is more than A.", None),
    ],
)
def test_code_stays_as_it_is(source: str, written: str, good: bool | None) -> None:
    """Spans, blocks, tags and shortcodes."""
    result = outcome("lost_code", written, task="rewrite", text=source)

    assert (result and result.passed) is good


@pytest.mark.parametrize(
    ("written", "good"),
    [
        ("Fine **bold** text.", True),
        ("Two to the power 2**3 and *args, **kwargs.", True),
        ("**Note: this never ends.\n\nMore text.", False),
        ("```\ncode\n", False),
        ("```\n**kwargs\n```", True),
        ("| a | b |\n|---|---|\n| 1 | 2 |", True),
        ("| a | b |\n|---|---|\n| `x|y` | 2 |", True),
        ("| a | b |\n|---|---|\n| 1 |", False),
        ("a | b\n--|--\n1 | 2", True),
        ("Plain text.", None),
    ],
)
def test_markdown_that_falls_apart_is_found(written: str, good: bool | None) -> None:
    """In any task, wherever Markdown is used."""
    result = outcome("broken_markdown", written, task="draft", instruction="Write.")

    assert (result and result.passed) is good


@pytest.mark.parametrize(
    ("glossary", "written", "good"),
    [
        ((("log in", "sign in"),), "Sign in here.", True),
        ((("log in", "sign in"),), "Log in here.", False),
        ((("account", "user account"),), "Your user account is new.", True),
        ((("github", "GitHub"),), "It is on Github.", False),
        ((("", "x"), ("y", " ")), "Anything.", None),
    ],
)
def test_the_glossary_is_obeyed(
    glossary: tuple[tuple[str, str], ...], written: str, good: bool | None
) -> None:
    """Another wording, or the letters as given."""
    result = outcome("glossary", written, task="draft", style=Style(glossary=glossary))

    assert (result and result.passed) is good


def test_a_term_of_the_source_needs_its_wording() -> None:
    """In a translation the term itself is of another language."""
    style = Style(glossary=(("invoice", "Rechnung"),))
    source = "Please pay the invoice within a month, and send us a note."

    for written, good in (("Bitte zahlen Sie die Rechnung.", True), ("Bitte zahlen Sie.", False)):
        result = outcome("glossary", written, task="translate", text=source, style=style)
        assert result is not None
        assert result.passed is good


GOOD_ENGLISH = (
    "An hour ago a European user met an honest man at a university. I know that that is a one-off, and he"
    " had had a useful talk. If he were here, one of you has to ask. An MRI and a UFO are an X and a U."
    " Would he have come? Both a and b are fine, as is vitamin A."
)
BAD_ENGLISH = (
    "They was at a old house in the the village and definately should of asked before, said the man who"
    " recieve letters."
)


def test_slips_are_counted_per_hundred_words() -> None:
    """Good English that looks odd has none."""
    assert outcome("grammar", GOOD_ENGLISH * 2, task="proofread", text="x") == CheckResult(
        name="grammar", passed=True, evidence="0 slips in 123 words"
    )
    found = outcome("grammar", BAD_ENGLISH, task="draft")

    assert found is not None
    assert not found.passed
    assert '"They was", "a old", "the the" and 3 more' in found.evidence


@pytest.mark.parametrize("task", ["rewrite", "summarize", "draft"])
@pytest.mark.parametrize(
    "unit",
    ["\ud800", "\x00", '"', "\u201ea", "[1", "[^", "`", "{{", "<a ", "\\cite{", "3 pm ", "1-", "May 3 ",
     "Aa Bb ", "|-", "**", "not ", "$1,", "Smith 2019 ", "1 111", "a@b.c ", "---\n", "\u00b2", "\n- "],
)  # fmt: skip
def test_hostile_runs_are_read_in_one_pass(unit: str, task: str) -> None:
    """As source, instruction and draft at once; nothing raises and nothing takes a square of time."""
    run = unit * (HUGE // len(unit))

    results = run_checks(Reading(draft(run, task=task, text=run, instruction=run[: HUGE // 4])))

    assert {result.name for result in results} <= {check.name for check in CHECKS}
