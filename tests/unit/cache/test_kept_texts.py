"""Which of the texts of a request stay, and which is served: what was accepted is not lost to what was not."""

from __future__ import annotations

import pytest

from assistant.cache.base import CacheRules
from assistant.cache.reference import EntryRef
from assistant.types import CacheControl
from support.cached import AGAIN, ANNA, POLITE, SAID, Writers, asks, told
from support.valkey import Valkey


def expire(valkey: Valkey, entry: str) -> None:
    """Nobody said anything of it, and its time is over."""
    ref = EntryRef.parse(entry)
    assert ref is not None
    valkey.run("DEL", f"ink:{{{ref.partition}}}:e:{ref.id}")


@pytest.mark.parametrize("variants", [1, 2, 3])
async def test_an_accepted_text_outlives_newer_ones_that_nobody_judged(
    writers: Writers, valkey: Valkey, variants: int
) -> None:
    """However few are remembered, and in whatever words it is asked for."""
    rules = CacheRules(variants=variants)
    await writers.accepted(asks(rules=rules), "Roses.")
    newer = [await writers.stored(asks(rules=rules), f"{number} tulips.") for number in range(4)]
    before = [await writers.served(asks(words, rules=rules)) for words in (SAID, POLITE)]

    for entry in newer:
        expire(valkey, entry)

    assert before == ["3 tulips.", "3 tulips."]
    assert [await writers.served(asks(words, rules=rules)) for words in (SAID, POLITE)] == [
        "Roses.",
        "Roses.",
    ]


async def test_a_refused_text_leaves_the_accepted_one_to_requests_in_other_words(
    writers: Writers,
) -> None:
    """As it does to its own."""
    await writers.accepted(asks(), "Roses.")
    newer = await writers.stored(asks(), "Tulips.")

    await writers.cache.judged(newer, ANNA, accepted=False)

    assert await writers.served(asks(POLITE)) == "Roses."


@pytest.mark.parametrize(("variants", "found"), [(1, "absent"), (3, "tombstone")])
async def test_an_accepted_text_that_its_writer_wants_no_more_does_not_come_back(
    writers: Writers, valkey: Valkey, variants: int, found: str
) -> None:
    """In no words, and it is not spared."""
    rules = CacheRules(variants=variants)
    await writers.accepted(asks(rules=rules), "Roses.")

    newer = await writers.stored(told(asks(rules=rules), AGAIN), "Tulips.")
    expire(valkey, newer)

    assert await writers.served(asks(rules=rules)) == found
    assert await writers.served(asks(POLITE, rules=rules)) == "absent"


async def test_a_rejected_text_that_was_accepted_before_is_served_in_no_words(
    writers: Writers,
) -> None:
    """The last verdict counts."""
    entry = await writers.accepted(asks(), "Roses.")

    await writers.cache.judged(entry, ANNA, accepted=False)

    assert await writers.served(asks(POLITE)) == "absent"


async def test_texts_that_nobody_judged_go_before_accepted_ones(
    writers: Writers, valkey: Valkey
) -> None:
    """The oldest of them first."""
    rules = CacheRules(variants=3)
    first = await writers.accepted(asks(rules=rules), "Roses.")
    for text in ("1 tulip.", "2 tulips.", "3 tulips."):
        last = await writers.stored(asks(rules=rules), text)

    left = valkey.run(
        "LRANGE", ":".join(("ink", f"{{{first.split(':')[1]}}}", "n", first.split(":")[2])), 0, -1
    )

    ids = [each.decode() for each in left]  # type: ignore[attr-defined]
    assert ids[0] == last.split(":")[3]
    assert ids[2] == first.split(":")[3]
    assert len(ids) == 3


async def test_who_wants_a_younger_text_takes_the_accepted_one_from_nobody(
    writers: Writers, valkey: Valkey
) -> None:
    """A bound on the age is no verdict."""
    await writers.accepted(asks(), "Roses.")
    writers.now += 100.0
    young = told(asks(), CacheControl(max_age_s=50))
    before = await writers.served(young)

    expire(valkey, await writers.stored(young, "Tulips."))

    assert before == "too_old"
    assert await writers.served(asks(SAID)) == "Roses."
    assert await writers.served(asks(POLITE)) == "Roses."
