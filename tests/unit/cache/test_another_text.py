"""Asking for another text: by header, in the body, or by asking again once the answer has arrived."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from assistant.cache.base import Bypass, CacheQuery, CacheRules, Miss, NotStored
from assistant.types import CacheControl, Sampling
from support.cached import (
    AGAIN,
    ANNA,
    BORIS,
    CARLA,
    OTHERWISE,
    POLITE,
    REPEATS,
    SAID,
    SHARED,
    Writers,
    asks,
    by,
    told,
    writes,
)
from support.valkey import Valkey

REGENERATE = CacheControl(regenerate=True)


def knows(found: object, *texts: str) -> list[bool]:
    """Which of those texts a bypass says the writer has had."""
    assert isinstance(found, Bypass)
    assert found.known is not None
    return [found.known(text) for text in texts]


@pytest.mark.parametrize("control", [AGAIN, REGENERATE], ids=["header", "body"])
async def test_the_texts_so_far_are_known_and_no_others(
    writers: Writers, control: CacheControl
) -> None:
    """However their lines are broken; all of them, refused ones too."""
    refused = await writers.stored(asks(), "Roses are red.")
    await writers.cache.judged(refused, ANNA, accepted=False)
    await writers.stored(asks(), "Tulips.")
    await writers.stored(asks(OTHERWISE), "Ladders.")

    found = await writers.cache.get(told(asks(), control))

    texts = ("Roses are red.", "Roses\n are red. ", "Tulips.", "Ladders.", "Roses.")
    assert knows(found, *texts) == [True, True, True, False, False]


async def test_what_is_served_to_the_same_in_other_words_is_known_too(writers: Writers) -> None:
    """It is what this request was served."""
    await writers.stored(asks(SAID), "Roses.")

    assert knows(await writers.cache.get(told(asks(POLITE), AGAIN)), "Roses.") == [True]


async def test_another_text_takes_the_place_of_the_one_before(writers: Writers) -> None:
    """For the same request, in whatever words."""
    await writers.stored(asks(), "Roses.")

    await writers.stored(told(asks(), AGAIN), "Tulips.")

    assert await writers.served(asks()) == "Tulips."
    assert await writers.served(asks(POLITE)) == "Tulips."


async def test_the_one_before_never_comes_back_of_itself(writers: Writers) -> None:
    """Not even where the other one is refused, and not by being written again."""
    await writers.stored(asks(), "Roses.")
    other = await writers.stored(told(asks(), AGAIN), "Tulips.")
    await writers.cache.judged(other, ANNA, accepted=False)

    again = replace(writes("Roses.\n"), id="draft_new")

    assert await writers.cache.get(asks()) == Miss(reason="tombstone")
    assert await writers.cache.put(asks(), again) == NotStored(reason="tombstone")
    assert await writers.cache.put(told(asks(), AGAIN), again) == NotStored(reason="tombstone")
    assert await writers.cache.get(asks()) == Miss(reason="tombstone")


async def test_the_same_text_once_more_is_not_served_as_another_one(writers: Writers) -> None:
    """A model that writes it again does not make it wanted."""
    await writers.stored(asks(), "Roses.")

    put = await writers.cache.put(told(asks(), AGAIN), replace(writes("Roses."), id="draft_new"))

    assert put == NotStored(reason="tombstone")
    assert await writers.served(asks()) == "tombstone"


async def test_an_older_text_that_its_writer_accepts_is_put_back(writers: Writers) -> None:
    """Until another one is accepted."""
    first = await writers.stored(asks(), "Roses.")
    second = await writers.stored(told(asks(), AGAIN), "Tulips.")

    await writers.cache.judged(first, ANNA, accepted=True)
    served = [await writers.served(asks(SAID)), await writers.served(asks(POLITE))]
    await writers.cache.judged(second, ANNA, accepted=True)

    assert served == ["Roses.", "Roses."]
    assert await writers.served(asks()) == "Tulips."


async def test_one_text_more_than_remembered_pushes_out_the_oldest(
    writers: Writers, valkey: Valkey
) -> None:
    """It is gone, and cannot be put back."""
    rules = CacheRules(variants=2)
    query = told(asks(rules=rules), AGAIN)
    entries = [await writers.stored(query, text) for text in ("Roses.", "Tulips.", "Lilies.")]

    for entry in entries[:2]:
        await writers.cache.judged(entry, ANNA, accepted=True)

    assert await writers.served(asks(rules=rules)) == "Tulips."
    assert len(cast("list[bytes]", valkey.run("KEYS", "ink:*:e:*"))) == 2


async def test_a_text_that_expired_leaves_the_accepted_one_before_it(
    writers: Writers, valkey: Valkey
) -> None:
    """Nobody wanted the newer one, and nobody refused the older one."""
    await writers.accepted(asks(), "Roses.")
    newer = await writers.stored(asks(), "Tulips.")
    before = await writers.served(asks())

    valkey.run("DEL", f"ink:{{{newer.split(':')[1]}}}:e:{newer.split(':')[3]}")

    assert before == "Tulips."
    assert await writers.served(asks()) == "Roses."


async def test_an_accepted_variant_comes_before_a_newer_one_that_nobody_judged(
    writers: Writers,
) -> None:
    """Where the one in use is refused."""
    await writers.accepted(asks(), "Roses.")
    await writers.stored(asks(), "Tulips.")
    newest = await writers.stored(asks(), "Lilies.")

    await writers.cache.judged(newest, ANNA, accepted=False)

    assert await writers.served(asks()) == "Roses."


async def test_another_text_that_may_not_be_kept_still_ends_the_one_before(
    writers: Writers,
) -> None:
    """The writer did not want that one."""
    await writers.stored(asks(), "Roses.")
    cut_off = replace(writes("Tul"), finish="length")

    put = await writers.cache.put(told(asks(), AGAIN), cut_off)

    assert put == NotStored(reason="not_accepted")
    assert await writers.served(asks()) == "tombstone"


async def test_wanting_another_text_takes_nothing_from_requests_in_other_words(
    writers: Writers,
) -> None:
    """What was accepted for them stays; this one has its own now."""
    await writers.accepted(asks(SAID), "Roses.")

    await writers.stored(told(asks(POLITE), AGAIN), "Tulips.")

    in_a_third_way = "Could you write a short poem about a parcel?"
    assert await writers.served(asks(SAID)) == "Roses."
    assert await writers.served(asks(in_a_third_way)) == "Roses."
    assert await writers.served(asks(POLITE)) == "Tulips."


async def test_once_delivered_the_same_request_asks_for_another_text(writers: Writers) -> None:
    """Where the rule says so, and knowing the one before."""
    entry = await writers.stored(asks(rules=REPEATS), "Roses.")
    before = await writers.served(asks(rules=REPEATS))
    await writers.cache.delivered(entry)

    found = await writers.cache.get(asks(rules=REPEATS))

    assert before == "Roses."
    assert isinstance(found, Bypass)
    assert found.reason == "repeat"
    assert knows(found, "Roses.", "Tulips.") == [True, False]
    assert await writers.served(asks()) == "Roses."


async def test_the_answer_to_a_repeat_takes_the_place_of_the_one_before(writers: Writers) -> None:
    """And is served until it is delivered itself."""
    first = await writers.stored(asks(rules=REPEATS), "Roses.")
    await writers.cache.delivered(first)

    second = await writers.stored(told(asks(rules=REPEATS), REGENERATE), "Tulips.")
    served = await writers.served(asks(rules=REPEATS))
    await writers.cache.delivered(second)

    assert served == "Tulips."
    assert await writers.served(asks(rules=REPEATS)) == "repeat"
    await writers.stored(told(asks(rules=REPEATS), REGENERATE), "Lilies.")
    assert await writers.served(asks()) == "Lilies."


async def test_of_two_answers_written_at_once_the_second_is_no_repeat_of_the_first(
    writers: Writers,
) -> None:
    """Its request was made before anything was delivered, and wanted any text: it may be the same one."""
    first = await writers.stored(asks(rules=REPEATS), "Roses.")
    await writers.cache.delivered(first)

    await writers.stored(asks(rules=REPEATS), "Roses.")

    assert await writers.served(asks(rules=REPEATS)) == "Roses."


async def test_who_wants_only_what_is_stored_is_served_it_however_often(writers: Writers) -> None:
    """Another text would have to be written."""
    await writers.cache.delivered(await writers.stored(asks(rules=REPEATS), "Roses."))

    stored_only = told(asks(rules=REPEATS), CacheControl(only_if_cached=True))

    assert await writers.served(stored_only) == "Roses."
    assert await writers.served(asks(rules=REPEATS)) == "repeat"


async def test_a_request_that_nobody_received_is_no_repeat(writers: Writers) -> None:
    """Its client broke off, and asks for what it missed."""
    await writers.stored(asks(rules=REPEATS), "Roses.")

    assert await writers.served(asks(rules=REPEATS)) == "Roses."
    await writers.stored(asks(rules=REPEATS), "Tulips.")
    assert knows(await writers.cache.get(told(asks(), AGAIN)), "Roses.") == [True]


@pytest.mark.parametrize(
    "sampling", [Sampling(seed=1), Sampling(temperature=0.0)], ids=["seed", "cold"]
)
async def test_a_request_with_fixed_draws_is_served_however_often_it_comes(
    writers: Writers, sampling: Sampling
) -> None:
    """It asks for the same text."""
    query = asks(rules=REPEATS, sampling=sampling)
    await writers.cache.delivered(await writers.stored(query, "Roses."))

    assert await writers.served(query) == "Roses."


async def test_a_text_served_in_other_words_is_repeated_there_only(writers: Writers) -> None:
    """The delivery is that of the request that was asked."""
    await writers.stored(asks(SAID, rules=REPEATS), "Roses.")
    hit = await writers.hit(asks(POLITE, rules=REPEATS))

    await writers.cache.delivered(hit.entry)

    assert await writers.served(asks(POLITE, rules=REPEATS)) == "repeat"
    assert await writers.served(asks(SAID, rules=REPEATS)) == "Roses."


async def test_who_wants_another_text_than_the_shared_one_is_not_served_that_again(
    writers: Writers, valkey: Valkey
) -> None:
    """Not even where their own text is gone."""
    for caller in (ANNA, BORIS):
        await writers.accepted(asks(caller=caller, rules=SHARED), f"Roses of {caller.user}.")
    query: CacheQuery = by(CARLA, asks(rules=SHARED))
    shared = await writers.served(query)

    found = await writers.cache.get(told(query, AGAIN))
    own = await writers.stored(told(query, AGAIN), "Tulips.")
    valkey.run("DEL", f"ink:{{{own.split(':')[1]}}}:e:{own.split(':')[3]}")

    assert shared.startswith("Roses of")
    assert knows(found, shared) == [True]
    assert await writers.served(query) == "tombstone"
