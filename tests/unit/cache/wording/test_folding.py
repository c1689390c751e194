"""What of an instruction is folded away, and what is kept."""

from __future__ import annotations

import pytest

from assistant.cache.wording import fold, volatile
from assistant.cache.wording.fold import LONGEST


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Write an email to Tom.", "write an e-mail to tom"),
        ("Write an email about colours.", "Write an email about colors."),
        ("Organise my notes: buy milk.", "Organize my notes: buy milk."),
        ("I don't like it, write that.", "I do not like it, write that."),
        ("Write twenty-five words.", "Write 25 words."),
        ("Write about a hundred and five cats.", "Write about 105 cats."),
        ("Write no more than 50 words.", "Write 50 words max."),
        ("Meet me on March 3, write that.", "Meet me on 3 March, write that."),
        ("Closed from 4 to 8 August, write that.", "Closed August 4-8, write that."),
        ("Write that we meet at 3 pm.", "Write that we meet at 15:00."),
        ("Write about a 50% discount.", "Write about a 50 percent discount."),
        ("It costs €9, write that.", "It costs 9 euros, write that."),
        ("Write about her 90th birthday.", "Write about her ninetieth birthday."),
        ("Write an ad - short - funny.", "Write an ad: short, funny"),
        ("Write a card for Rosa:\n- funny\n- short", "Write a card for Rosa, funny, short."),
        ("Write a list: 1) cats 2) dogs.", "Write a list: cats, dogs."),
        ("Write about a café in Liège.", "Write about a cafe in Liege."),
        ("Write about 1,200 users.", "Write about 1200 users."),
        ("Write an ad w/o prices.", "Write an ad without prices."),
    ],
)
def test_another_form_of_the_same_words_is_folded(one: str, other: str) -> None:
    """Spelling, numbers, dates, money and marks have one form each."""
    first, second = fold(one), fold(other)

    assert first is not None
    assert second is not None
    assert first.canonical == second.canonical


@pytest.mark.parametrize(
    "courtesy",
    [
        "Please {}", "Could you please {}", "Can you {}, please?", "Hi, {}. Thanks in advance!",
        "I'd like you to {}", "Would you be so kind as to {}", "I would be grateful if you could {}",
        "I was wondering if you could {}", "Your task is to {}", "Kindly {}", "Hello! {}. Thank you so much.",
        "It would be great if you could {}", "May I ask you to {}", "Please help me {}",
    ],
)  # fmt: skip
def test_courtesy_is_folded_away(courtesy: str) -> None:
    """However the request is put, the canonical form is that of the bare one."""
    plain = fold("write a short email to my landlord about the heating")

    polite = fold(courtesy.format("write a short email to my landlord about the heating"))

    assert plain is not None
    assert polite is not None
    assert polite.canonical == plain.canonical


@pytest.mark.parametrize(
    ("request_", "source"),
    [
        ("Translate this into German: Good morning.", "Good morning."),
        ("Proofread the text below.\n\nThe dog are here.", "The dog are here."),
        ("The dog are here.\n\nPlease proofread this paragraph.", "The dog are here."),
        ('Rewrite this sentence: "The dog are here."', "The dog are here."),
        ("Summarize this:\n> A fox\n> ran.", "A fox\nran."),
        ("Fix this code:\n```\nx = 1\n```", "x = 1"),
        ("Rewrite this in a friendlier tone. I can't come. Bring the notes.", "I can't come. Bring the notes."),
        ("A customer's parcel came late. Write an apology.", ""),
        ("Write an email to all staff: the canteen is closed.", ""),
    ],
)  # fmt: skip
def test_a_pasted_text_is_parted_from_the_instruction(request_: str, source: str) -> None:
    """By its place, by marks around it, or by what points to it."""
    folded = fold(request_)

    assert folded is not None
    assert folded.source == source


def test_a_pasted_text_is_kept_to_the_letter() -> None:
    """Only line ends and the blanks around it are folded."""
    folded = fold("Proofread this text:\r\n\r\n Thé  DOG,\r\nare here ")

    assert folded is not None
    assert folded.source == "Thé  DOG,\nare here"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "?!", "Bitte schreibe mir einen Brief an meine Vermieterin", "a" * (LONGEST + 1)],
)
def test_what_cannot_be_judged_is_not_folded(text: str) -> None:
    """Nothing in it, another language, or too much work."""
    assert fold(text) is None


def test_a_pasted_text_may_be_of_any_language() -> None:
    """The language is that of the instruction alone."""
    folded = fold("Translate this letter into English:\n\nSehr geehrte Frau Berg, wir kommen.")

    assert folded is not None
    assert folded.language == "en"
    assert folded.source == "Sehr geehrte Frau Berg, wir kommen."


@pytest.mark.parametrize(("language", "known"), [("en", True), ("en-GB", True), ("xx", False)])
def test_a_named_language_needs_data_files(language: str, known: bool) -> None:
    """A region does not matter."""
    assert (fold("Write a letter.", language=language) is not None) is known


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Write a summary of today's news.", "time"),
        ("What is the latest version of the law? Write a note.", "time"),
        ("Write another version of the poem.", "variety"),
        ("Surprise me with a poem about cats.", "variety"),
        ("Write a poem about cats.", None),
        ("", None),
    ],
)
def test_requests_for_news_or_variety_are_volatile(text: str, reason: str | None) -> None:
    """Their answers are not to be kept."""
    assert volatile(text) == reason
