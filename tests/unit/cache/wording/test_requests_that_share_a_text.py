"""Requests in other words that ask for the same text."""

from __future__ import annotations

import pytest

from assistant.cache.wording import Different, Folded, Same, fold, verify

ORDER = [
    ("Write a poem about autumn in three verses.", "In three verses, write a poem about autumn."),
    (
        "Write a complaint about the noise to the neighbor.",
        "Write a complaint to the neighbor about the noise.",
    ),
    (
        "Draft a Facebook ad for our dog biscuits. 50 words max, playful, no price.",
        "No price, playful, 50 words max: draft a Facebook ad for our dog biscuits.",
    ),
    (
        "Write a letter from the tenant, Ms Okafor, to the landlord, Mr Lind.",
        "Write a letter to the landlord, Mr Lind, from the tenant, Ms Okafor.",
    ),
    (
        "Correct the spelling and grammar of this note: I has a dog.",
        "Correct the grammar and spelling of this note: I has a dog.",
    ),
    (
        "Write my landlord an email about the heating.",
        "Write an email to my landlord about the heating.",
    ),
]
SYNONYMS = [
    ("Write an email to our customers about the delay.", "Compose an email to our clients about the delay."),
    ("Write a note about the kids' birthday party.", "Draft a note regarding the children's birthday party."),
    ("Write a story about a man who buys a car.", "Write a story about a man who purchases an automobile."),
    ("Write an email to all staff about the picture.", "Write an email to all employees about the photo."),
]  # fmt: skip
OTHER_SHAPES = [
    ("Write an ad without the price.", "Write an ad, leave out the price."),
    ("Write an ad, leave out the price.", "Write an ad, leave the price out."),
    ("Write a short, funny card for my aunt Rosa.", "Write a card for my aunt Rosa. Keep it short and funny."),
    ("Write an ad for our shoes. Don't mention the price.", "Write an ad for our shoes without mentioning the price."),
    ("Rewrite this text for parents: Hi all.", "I need this text rewritten for parents: Hi all."),
    ("Proofread the message below.\n\nThe dog are here.", "Please proofread this text:\n\nThe dog are here."),
    ("Write an ad for home owners about our lamps.", "Write an ad for homeowners about our lamps."),
]  # fmt: skip


def folded(text: str) -> Folded:
    """The folded request; it must be foldable."""
    result = fold(text)
    assert result is not None
    return result


@pytest.mark.parametrize(("stored", "asked"), [*ORDER, *SYNONYMS, *OTHER_SHAPES])
def test_a_request_in_other_words_asks_for_the_same_text(stored: str, asked: str) -> None:
    """Order, synonyms and other constructions."""
    verdict = verify(folded(stored), folded(asked))

    assert isinstance(verdict, Same)


@pytest.mark.parametrize(("stored", "asked"), ORDER[:-1])
def test_another_order_alone_weakens_the_evidence_little(stored: str, asked: str) -> None:
    """Everything is said in the same words."""
    verdict = verify(folded(stored), folded(asked))

    assert isinstance(verdict, Same)
    assert verdict.strength >= 0.85


@pytest.mark.parametrize(("stored", "asked"), SYNONYMS)
def test_synonyms_are_told_by_a_lower_strength_than_folding(stored: str, asked: str) -> None:
    """So that a threshold can keep them out."""
    verdict = verify(folded(stored), folded(asked))

    assert isinstance(verdict, Same)
    assert verdict.strength < 1.0


def test_an_unknown_word_matches_itself_only() -> None:
    """What is not known is no synonym of anything."""
    stored = folded("Write an email about our new zorblax.")

    same = verify(stored, folded("Please write an email about our new zorblax!"))
    different = verify(stored, folded("Write an email about our new brintok."))

    assert same == Same(strength=1.0)
    assert different == Different(reason="word")


def test_what_only_names_the_pasted_text_does_not_count() -> None:
    """The pasted text is the same, whatever it is called."""
    stored = folded("Summarize this article in two sentences:\n\nA fox ran away.")

    verdict = verify(stored, folded("Summarize this report in two sentences:\n\nA fox ran away."))

    assert isinstance(verdict, Same)
