"""Checks that compare with the request: length, items, language, lost facts, forbidden words."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.confidence.checks import run_checks
from assistant.confidence.reading import Reading
from assistant.types import CheckResult, Length, Style
from support.drafts import EMAIL, draft

GERMAN = (
    "Wir haben das Angebot gestern ausf\u00fchrlich besprochen und sind uns noch nicht ganz einig, weil"
    " der Preis h\u00f6her ist als im letzten Jahr."
)
SOURCE = (
    "On 12 March the board of Harlow Mills met Priya Raman in Leeds. She showed that 1,200 of 3,500"
    " orders were late. See https://example.org/report for details."
)


def outcome(name: str, written: str, /, **request: Any) -> CheckResult | None:  # noqa: ANN401 - whatever a request may hold
    """What one check says of a text; None where it does not apply."""
    found = {check.name: check for check in run_checks(Reading(draft(written, **request)))}
    return found.get(name)


def words(count: int) -> str:
    """A sentence of so many different words."""
    return " ".join(f"word{n}" for n in range(count)) + "."


@pytest.mark.parametrize(
    ("instruction", "count", "good"),
    [
        ("Write it in about 120 words.", 164, False),
        ("Write it in about 120 words.", 140, True),
        ("Write a 200-word note.", 90, False),
        ("Write a note of at most 100 words.", 20, True),
        ("Write a note of at most 100 words.", 120, False),
        ("Write no more than two hundred words.", 230, False),
        ("Write at least 1,000 words.", 400, False),
        ("Write 100 to 150 words on tea.", 130, True),
        ("Write between 100 and 150 words on tea.", 60, False),
        ("Write five tips in 50 words each.", 300, None),
        ("Use these 5 words: tea, cup, pot, milk, cake.", 80, None),
        ("Explain the first 100 words of the Bible.", 80, None),
        ("Write a note on tea.", 5, None),
    ],
)
def test_length_is_read_from_the_instruction(
    instruction: str, count: int, good: bool | None
) -> None:
    """Targets, bounds and ranges; lengths of parts or of other things bound nothing."""
    result = outcome("length", words(count), instruction=instruction)

    assert (result and result.passed) is good


def test_length_evidence_says_what_was_expected() -> None:
    """A writer sees both numbers."""
    result = outcome("length", words(164), instruction="Write it in about 120 words.")

    assert result is not None
    assert result.evidence == "expected ~120 words, got 164"


def test_sentences_and_paragraphs_are_counted() -> None:
    """Abbreviations end no sentence; headings are no paragraph."""
    three = "Dr. Raman came at 9.30. She spoke. We listened."
    two = "## Heading\n\nFirst part.\n\nSecond part."

    assert outcome("length", three, instruction="Write three sentences.") == CheckResult(
        name="length", passed=True, evidence="expected 3 sentences, got 3"
    )
    assert outcome("length", two, instruction="Write two paragraphs.") == CheckResult(
        name="length", passed=True, evidence="expected 2 paragraphs, got 2"
    )


@pytest.mark.parametrize(
    ("length", "count", "good"),
    [
        (Length(words=100), 115, True),
        (Length(words=100), 130, False),
        (Length(words=100, tolerance=0.5), 130, True),
        (Length(percent=50), 12, True),
        (Length(percent=50), 25, False),
    ],
)
def test_a_typed_length_wins(length: Length, count: int, good: bool) -> None:
    """In words, or in percent of the source, within the tolerance given."""
    result = outcome(
        "length",
        words(count),
        task="shorten",
        text=words(24),
        length=length,
        instruction="Use 9 words.",
    )

    assert result is not None
    assert result.passed is good


def test_a_chinese_text_is_counted_by_characters() -> None:
    """Without spaces a character is a word."""
    result = outcome("length", "今天天气很好我们去公园。" * 10, length=Length(words=110))

    assert result is not None
    assert result.passed


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("1. Tea\n2. Cake\n3. Rain", False),
        ("\n".join(f"{n}. Tea" for n in range(1, 11)), True),
        ("\n".join("- Tea" for _ in range(9)), True),
        ("Tea, cake and rain are good titles.", None),
    ],
)
def test_items_are_counted_in_lists(text: str, good: bool | None) -> None:
    """A text that is no list cannot be counted."""
    result = outcome("items", text, instruction="Suggest 10 titles for my essay.")

    assert (result and result.passed) is good


@pytest.mark.parametrize(
    ("request_fields", "text", "good"),
    [
        ({"language": "de"}, EMAIL, False),
        ({"language": "de-AT"}, GERMAN, True),
        (
            {"instruction": "Write an email to my manager asking for a day off next Friday."},
            GERMAN,
            False,
        ),
        ({"instruction": "Write the email in German please, about our offer."}, GERMAN, True),
        (
            {"instruction": "Write about tea in French cinema and what it says of the times."},
            EMAIL,
            True,
        ),
        (
            {"task": "translate", "text": EMAIL, "instruction": "Translate into German."},
            GERMAN,
            True,
        ),
        (
            {"task": "translate", "text": EMAIL, "instruction": "Translate into Spanish."},
            GERMAN,
            False,
        ),
        ({"task": "translate", "text": EMAIL}, GERMAN, None),
        ({"task": "rewrite", "text": GERMAN, "instruction": "Make it shorter."}, EMAIL, False),
        (
            {"instruction": "Write an email to my manager asking for a day off next Friday."},
            "Oui.",
            None,
        ),
        ({"language": "en"}, "今天天气很好\uff0c我们去公园散步\uff0c然后回家吃饭。", False),
    ],
)
def test_language_is_judged_where_it_is_clear(
    request_fields: dict[str, object], text: str, good: bool | None
) -> None:
    """Told, named or inherited from the writer; too short a text is never judged."""
    result = outcome("language", text, **request_fields)

    assert (result and result.passed) is good


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        (SOURCE, []),
        (SOURCE.replace("1,200", "1200").replace("12 March", "March 12"), []),
        (SOURCE.replace("On 12 March the", "The"), ["lost_numbers", "lost_dates"]),
        (SOURCE.replace("Priya Raman", "a manager"), ["lost_names"]),
        (SOURCE.replace("https://example.org/report", "the site"), ["lost_links"]),
        (SOURCE.replace("Harlow Mills", "Harlow Mill's"), []),
    ],
)
def test_a_rewrite_must_keep_facts(text: str, lost: list[str]) -> None:
    """Numbers by their digits, names by their stem, links exactly."""
    results = run_checks(Reading(draft(text, task="rewrite", text=SOURCE)))

    assert [
        result.name for result in results if result.name.startswith("lost") and not result.passed
    ] == lost


def test_lost_facts_are_named() -> None:
    """The evidence is what a reader would look for."""
    result = outcome(
        "lost_numbers", SOURCE.replace("On 12 March the", "The"), task="tone", text=SOURCE
    )

    assert result is not None
    assert result.evidence == 'lost: "12 March"'


@pytest.mark.parametrize(("keep", "applies"), [((), False), (("numbers",), True)])
def test_a_summary_may_drop_numbers_unless_told(keep: tuple[str, ...], applies: bool) -> None:
    """Only `keep` makes facts binding there."""
    result = outcome("lost_numbers", "Orders were late.", task="summarize", text=SOURCE, keep=keep)

    assert (result is not None) is applies


def test_small_numbers_may_be_spelled_out() -> None:
    """Both "3 boats" and "three boats" are the same."""
    result = outcome(
        "lost_numbers", "Three boats left.", task="rewrite", text="There left 3 boats."
    )

    assert result is not None
    assert result.passed


def test_german_nouns_are_not_taken_for_names() -> None:
    """A language that capitalises nouns hides its names."""
    source = "Der Hund und die Katze sehen den Garten. Die Frau gibt dem Kind ein Buch."

    assert outcome("lost_names", "Ein Tier sieht hinaus.", task="rewrite", text=source) is None


@pytest.mark.parametrize(
    ("request_fields", "good"),
    [
        ({"style": Style(banned=("Leverage",))}, False),
        ({"style": Style(banned=("lever",))}, True),
        ({"instruction": 'Do not use the words "leverage" or "synergy".'}, False),
        ({"instruction": "Write about tools without the word leverage."}, False),
        ({"instruction": "Avoid the word synergy."}, True),
        ({"instruction": "Avoid jargon."}, None),
        ({"style": Style(banned=("", "  "))}, None),
        ({"style": Style(banned=("", "synergy"))}, True),
        ({"style": Style(banned=(" leverage ",))}, False),
    ],
)
def test_forbidden_words_are_whole_words(
    request_fields: dict[str, object], good: bool | None
) -> None:
    """Banned by style or by the instruction's own words."""
    result = outcome("forbidden_words", "We leverage tools.", **request_fields)

    assert (result and result.passed) is good


def test_a_forbidden_word_is_found_without_spaces_around_it() -> None:
    """Chinese has no word boundaries to look for."""
    result = outcome("forbidden_words", "今天天气很好。", style=Style(banned=("天气",)))

    assert result is not None
    assert result.evidence == 'uses "天气"'
