"""A refusal and a wrong language show in the first words."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.confidence.asked import Asked
from assistant.confidence.running import Doom, RunningMargin
from assistant.types import DraftRequest
from support.drafts import EMAIL, EMAIL_ASKED
from support.planted_texts import ARTICLE, GERMAN

REFUSALS = {
    "English": "I'm sorry, but I can't assist with that request. If you like, I can write about something else"
    " instead, such as the history of the harbour or the ferry.",
    "curly": "I\u2019m sorry, but I can\u2019t help you with this. There are many other things that we could do.",
    "a model": "As an AI language model, I cannot write such a letter for you, but here are a few things to think about"
    " before you write it yourself.",
    "German": "Es tut mir leid, aber ich kann dir dabei leider nicht helfen. Vielleicht fragst du jemanden, der sich damit"
    " besser auskennt als ich.",
    "French": "Je suis désolé, je ne peux pas vous aider avec cette demande. Essayez de demander à quelqu'un d'autre.",
    "Spanish": "Lo siento, pero no puedo ayudar con esa solicitud. Tal vez pueda escribir otra cosa para usted.",
    "Chinese": "抱歉，我无法为您提供这方面的帮助。如果您愿意，我可以写一些别的东西。",
    "Japanese": "申し訳ございませんが、そのご依頼にはお手伝いできません。別のことならお書きいたします。",
}

NO_REFUSALS = {
    "a letter that declines": "Dear Maria,\n\nThank you for asking me to speak. I am sorry, but I cannot come on Friday, because my"
    " sister gets married in Leeds, and the train back leaves too late.",
    "a person who declines": "\"I'm sorry, but I can't help you with that,\" said the ferryman, and looked at the water as if it"
    " had asked him instead of her.",
    "behind thirty short words": "It was a hot day in May, and no one in the old town had a plan to go to the sea or to do any of the"
    " jobs we had to do at home. I'm sorry, but I can't assist with that. Ask somebody else.",
    "later in the text": f"{ARTICLE}\n\nI'm sorry, but I can't assist with that request.",
}

ENGLISH = ARTICLE
MOTTO = "Quod erat demonstrandum, ut omnes sciunt; gallia est omnis divisa in partes tres. "
COMPOUNDS = (
    "Donaudampfschifffahrtsgesellschaften veröffentlichten Geschwindigkeitsbegrenzungen, Hafenbehörden beschlossen"
    " Sicherheitsvorkehrungen, Bürgermeisterkandidaten kritisierten Verwaltungsvorschriften, Gewerkschaftsvertreterinnen"
    " verlangten Arbeitszeitverkürzungen, Versicherungsgesellschaften verweigerten Schadenersatzzahlungen. "
)


def doom_of(
    text: str,
    *,
    before: str = "",
    **request: Any,  # noqa: ANN401 - whatever a request may hold
) -> tuple[Doom | None, int]:
    """What is said of a text that comes word by word, and how many of them had come."""
    running = RunningMargin(Asked(DraftRequest(**request)), before=before)
    pieces = [f"{word} " for word in text.split(" ")]
    for count, piece in enumerate(pieces, start=1):
        if doom := running.hear(piece, ()):
            return doom, count
    return None, len(pieces)


@pytest.mark.parametrize("text", REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_found_before_it_explains_itself(text: str) -> None:
    """In its first sentence or hardly behind it."""
    doom, count = doom_of(text)

    assert doom is not None
    assert doom.cause == "refusal"
    assert doom.evidence.startswith("declines")
    assert count <= 16


@pytest.mark.parametrize("text", NO_REFUSALS.values(), ids=NO_REFUSALS)
def test_words_of_a_refusal_may_belong_to_somebody_in_the_text(text: str) -> None:
    """The check says who they belong to; behind the opening they always do."""
    assert doom_of(text)[0] is None


def test_what_goes_on_with_a_text_does_not_refuse() -> None:
    """The first words of a tier that takes over stand in the middle of a text."""
    said = "I'm sorry, but I can't help you with this. Please ask the harbour master. "

    assert doom_of(said, before="He put down the rope and said: ")[0] is None
    assert doom_of(said)[0] is not None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (f"{GERMAN} {GERMAN[9:]}", "en"),
        (ENGLISH, "de"),
        (ENGLISH, "zh"),
        ("港口慢慢醒来，海鸥是第一批抱怨的。" * 4, "en"),
    ],
    ids=["German for English", "English for German", "English for Chinese", "Chinese for English"],
)
def test_another_language_than_asked_is_found_in_the_first_sentences(text: str, asked: str) -> None:
    """From the words that have come, by the check of languages."""
    doom, count = doom_of(text, language=asked)

    assert doom is not None
    assert doom.cause == "language"
    assert doom.evidence.startswith(f"expected {asked}, got ")
    assert count <= 50


@pytest.mark.parametrize(
    ("text", "request_fields"),
    [
        (EMAIL, {"instruction": EMAIL_ASKED}),
        (GERMAN, {"language": "de"}),
        (GERMAN, {}),
        (MOTTO + ENGLISH, {"language": "en"}),
        (" ".join(GERMAN.split()[:12]), {"language": "en"}),
    ],
    ids=["as the instruction", "as asked", "nothing asked", "behind a motto", "too short"],
)
def test_a_language_that_may_be_meant_is_let_go_on(
    text: str, request_fields: dict[str, str]
) -> None:
    """Where none is expected, or little has come yet."""
    assert doom_of(text, **request_fields)[0] is None


def test_one_look_at_as_much_as_the_check_reads_is_enough() -> None:
    """Where words are so long that few of them fill it."""
    doom, count = doom_of(COMPOUNDS + GERMAN, language="en")

    assert doom is not None
    assert count <= 20


def test_the_language_of_a_text_is_that_of_its_beginning() -> None:
    """A tier that goes on with three hundred characters of English may quote a German."""
    assert doom_of(GERMAN, before=f"{ENGLISH[:320]} ", language="en")[0] is None
