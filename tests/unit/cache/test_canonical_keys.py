"""Which requests share an answer although they are not the same to the letter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cache.addresses import Wording, documents_of, wording_of
from assistant.cache.base import CacheQuery
from assistant.cache.keys import document_digest
from assistant.cache.wording import fold
from assistant.types import Length, Message, Sampling, Style
from support.cached import OTHERWISE, POLITE, SAID, SECRET, asks

instructions = st.sampled_from(
    [SAID, POLITE, OTHERWISE, "", "zxqv", "Write a poem about 3 parcels.", "a" * 50]
)


def wording(query: CacheQuery) -> Wording | None:
    """What its instruction comes down to."""
    return wording_of(SECRET, query)


def canonical(query: CacheQuery) -> str:
    """Its key, which it has."""
    found = wording(query)
    assert found is not None
    return found.canonical


def chat(*turns: tuple[str, str]) -> CacheQuery:
    """A conversation."""
    messages = tuple(Message(role=role, content=content) for role, content in turns)  # type: ignore[arg-type]
    return asks("", task="chat", messages=messages)


@given(instructions, instructions)
def test_two_requests_share_a_key_exactly_if_they_fold_to_the_same(one: str, two: str) -> None:
    """Nothing but the folding says that two instructions are alike."""
    folds = [fold(each) for each in (one, two)]
    found = [wording(asks(each)) for each in (one, two)]

    assert [each is None for each in found] == [each is None for each in folds]
    if found[0] is not None and found[1] is not None:
        same = (folds[0].canonical, folds[0].source) == (folds[1].canonical, folds[1].source)  # type: ignore[union-attr]
        assert (found[0].canonical == found[1].canonical) == same


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "A source."},
        {"before": "x"},
        {"after": "x"},
        {"audience": "children"},
        {"tone": "warm"},
        {"length": Length(words=10)},
        {"style": Style(banned=("very",))},
        {"sampling": Sampling(temperature=0.1)},
        {"keep": ("names",)},
        {"variants": 2},
        {"entry": "best"},
        {"format": "markdown"},
        {"labels": ("publish",)},
        {"task": "expand"},
        {"language": "de"},
    ],
    ids=str,
)
def test_everything_else_counts_to_the_letter(changes: dict[str, Any]) -> None:
    """Folding is for the instruction alone."""
    assert canonical(asks(SAID, **changes)) != canonical(asks(SAID))


@pytest.mark.parametrize("source", ["a source.", "A  source.", "A source. ", "A source!"])
def test_a_source_is_never_folded(source: str) -> None:
    """Case, white space and marks are what is to be worked on."""
    assert canonical(asks(SAID, text=source)) != canonical(asks(SAID, text="A source."))


def test_the_last_turn_of_a_conversation_is_its_instruction() -> None:
    """It is folded, what went before is not."""
    one, other = chat(("user", SAID)), chat(("user", POLITE))
    later = chat(("user", "Hello."), ("assistant", "Hi."), ("user", SAID))
    shouted = chat(("user", "HELLO."), ("assistant", "Hi."), ("user", SAID))

    assert canonical(one) == canonical(other)
    assert len({canonical(each) for each in (one, later, shouted)}) == 3


@pytest.mark.parametrize(
    "query",
    [
        chat(("user", SAID), ("assistant", "A parcel")),
        chat(("system", SAID)),
        chat(),
        asks(""),
        asks("Напиши стихотворение о посылке."),
    ],
    ids=["begun", "no-user", "empty-chat", "empty", "unknown-language"],
)
def test_what_is_no_known_instruction_has_no_such_key(query: CacheQuery) -> None:
    """It is cached to the letter."""
    assert wording(query) is None


def test_the_instruction_of_a_task_and_of_a_conversation_do_not_meet() -> None:
    """They are written by other prompts."""
    assert canonical(asks(SAID)) != canonical(chat(("user", SAID)))


def test_another_secret_gives_another_key() -> None:
    """As for every digest."""
    one, other = wording_of(SECRET, asks()), wording_of(b"other", asks())

    assert one is not None
    assert other is not None
    assert one.canonical != other.canonical
    assert one.bucket != other.bucket


def test_a_request_is_found_by_every_text_that_was_given_with_it() -> None:
    """Source, surroundings and turns; outer white space does not count."""
    query = asks(SAID, text="Source.\n", before="Before", after="After")
    talk = chat(("user", "First."), ("assistant", "Reply."), ("user", SAID))

    found = documents_of(SECRET, query, None), documents_of(SECRET, talk, None)

    expected = ["Source.", "Before", "After"], [SAID, "First."]
    assert found == tuple(
        tuple(document_digest(SECRET, "acme", text) for text in texts) for texts in expected
    )


def test_the_same_text_of_another_tenant_is_another_document() -> None:
    """Nobody learns from a digest that two tenants have the same text."""
    query = asks(SAID, text="Source.")
    elsewhere = replace(query, caller=replace(query.caller, tenant="other"))

    assert documents_of(SECRET, query, None) != documents_of(SECRET, elsewhere, None)


def test_a_long_conversation_is_found_by_its_last_turns() -> None:
    """The number of digests is bounded."""
    turns = [("user", f"turn {number}") for number in range(100)]

    found = documents_of(SECRET, chat(*turns), None)

    assert len(found) == 32
    assert found[0] == document_digest(SECRET, "acme", "turn 99")
