"""Which part of a beginning is read, and which checks may judge it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.confidence.beginning import LONG_WORDS, latest, view_of_beginning
from assistant.confidence.checks import CHECKS
from assistant.confidence.features import FEATURES
from assistant.confidence.text.words import words
from support.drafts import EMAIL, EMAIL_ASKED, draft, paragraph

ENOUGH = 5_000
"""Words of a long answer."""


def prose(count: int) -> str:
    """Paragraphs of at least so many words."""
    generator = Random(5)  # noqa: S311 - repeatable, nothing secret
    blocks: list[str] = []
    while sum(len(words(block)) for block in blocks) < count:
        blocks.append(paragraph(generator, 6))
    return "\n\n".join(blocks)


@pytest.mark.parametrize("text", ["", " ", EMAIL, prose(400)])
def test_a_short_beginning_is_read_whole(text: str) -> None:
    """Nothing is left out while that costs little."""
    assert latest(text) == text


def test_of_a_long_one_its_opening_and_its_latest_part_are_read() -> None:
    """In whole paragraphs, in their order, and no more of them for a longer text."""
    text = prose(ENOUGH)

    read = latest(text)

    assert text.startswith(read[:400])
    assert text.endswith(read[-2000:])
    assert set(read.split("\n\n")) <= set(text.split("\n\n"))
    assert len(words(read)) <= LONG_WORDS + 100
    assert len(words(latest(f"{text}\n\n{text}"))) <= LONG_WORDS + 100


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.integers(0, 3000), st.text(max_size=40))
def test_what_is_read_is_part_of_the_text_and_has_a_ceiling(
    start: str, times: int, end: str
) -> None:
    """In every script, with ends of sentences or without."""
    text = start * times + end

    read = latest(text)

    assert read == text or all(part in text for part in (read[:100], read[-100:]))
    assert len(words(read)) <= max(LONG_WORDS, len(words(text)))
    assert len(read) <= 12_000


def test_only_checks_whose_failure_is_final_are_run() -> None:
    """A beginning that breaks off, lacks a number, or is too short may still become all it should be."""
    one = draft(
        EMAIL[:260],
        task="rewrite",
        instruction=f"{EMAIL_ASKED} Write at least 400 words.",
        text="Call 555-1234 on 3 May.",
    )

    view = view_of_beginning(one)

    assert set(view.checks) <= {check.name for check in CHECKS if check.on_prefix}
    assert {"loop", "refusal", "gibberish"} <= set(view.checks)
    assert all(outcome.passed for outcome in view.checks.values())


@pytest.mark.parametrize(
    ("gap", "asked", "final"),
    [
        ("[Your Name]", "Write a notice.", False),
        ("[Your Name]", "Write a letter from Anna Berg to Tom.", True),
        ("<insert time here>", "Write a notice.", True),
        ("TODO: ask Anna", "Write a notice.", True),
    ],
)
def test_a_gap_is_final_where_no_letter_could_leave_it(gap: str, asked: str, final: bool) -> None:
    """What only an unnamed sender can fill in may still turn out to be the head of a letter."""
    one = draft(f"{gap}\n\nThe boat will be closed from Monday on.", instruction=asked)

    assert view_of_beginning(one).checks["placeholder"].passed is not final


def test_the_head_of_a_letter_is_not_yet_one_with_gaps_to_fill() -> None:
    """Only its sender can fill in the address, which shows when it greets."""
    asked = "How do I write a letter to the head teacher of my school?"
    head = "[Your Name]\n[Your Address]\n[City, State, ZIP Code]\n[Date]"
    letter = f"{head}\n\nDear Ms Okafor,\n\nI would like to meet you.\n\nSincerely,\n[Your Name]"

    assert all(
        outcome.passed
        for text in (head, letter)
        for outcome in view_of_beginning(draft(text, instruction=asked)).checks.values()
    )


def test_headings_are_read_from_the_whole_text() -> None:
    """Sections between the opening and the latest part are what later ones stand under."""
    sections = [f"# Part {number}\n\n## Food\n\n{prose(120)}" for number in range(12)]
    sound = "\n\n".join(sections)
    twice = f"{sound}\n\n# Part 5\n\n{prose(60)}"

    good, bad = (
        view_of_beginning(draft(text)).checks["repeated_heading"] for text in (sound, twice)
    )

    assert good.passed
    assert not bad.passed


@pytest.mark.parametrize(
    ("spoiled", "check"),
    [
        ("I'm sorry, but I can't help with that request.\n\n{prose}", "refusal"),
        ("Sure! Here is your report:\n\n{prose}", "preamble"),
        ("{prose} <|im_end|> and on", "template_tokens"),
        (
            "{prose}\n\nIt is what it is, and it is what it is." + " So it goes on and on." * 5,
            "loop",
        ),
    ],
)
def test_a_long_beginning_is_judged_where_its_faults_show(spoiled: str, check: str) -> None:
    """At its opening, and where it was written last."""
    text = spoiled.format(prose=prose(ENOUGH))

    assert not view_of_beginning(draft(text, instruction="Write a report.")).checks[check].passed


def test_no_feature_of_beginnings_needs_what_they_lack() -> None:
    """No vectors, nor other samples."""
    assert not [
        feature.name
        for feature in FEATURES
        if feature.on_prefix and (feature.needs_vectors or feature.family == "agreement")
    ]
