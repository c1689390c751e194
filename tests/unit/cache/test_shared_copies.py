"""A shared copy is its writer's to take back, as long as it lies there; and only that one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from assistant.cache.base import CacheRules, NotStored
from assistant.cache.reference import EntryRef
from support.cached import AGAIN, ANNA, BORIS, CARLA, SHARED, Writers, asks, writes
from support.valkey import Valkey


async def rejects(writers: Writers, entry: str) -> None:
    """Anna says no."""
    assert await writers.cache.judged(entry, ANNA, accepted=False)


async def erases(writers: Writers, entry: str) -> None:
    """Anna wants no trace left."""
    assert await writers.cache.forget(entry)


TakesBack = Callable[[Writers, str], Awaitable[None]]
taken_back = pytest.mark.parametrize("takes_back", [rejects, erases])


async def roses_are_shared(writers: Writers, rules: CacheRules = SHARED) -> str:
    """Anna's text scores better than Boris's; the reference to hers."""
    entry = await writers.accepted(asks(rules=rules), "Roses.", score=0.9)
    await writers.accepted(asks(caller=BORIS, rules=rules), "Tulips.", score=0.5)
    return entry


def key_of(entry: str) -> str:
    """The name of the writer's own entry."""
    ref = EntryRef.parse(entry)
    assert ref is not None
    return f"ink:{{{ref.partition}}}:e:{ref.id}"


@taken_back
@pytest.mark.parametrize("variants", [1, 3])
async def test_it_is_taken_back_however_many_texts_were_written_since(
    writers: Writers, takes_back: TakesBack, variants: int
) -> None:
    """The text that was put forward is not pushed out by newer ones."""
    rules = replace(SHARED, variants=variants)
    entry = await roses_are_shared(writers, rules)
    for number in range(4):
        await writers.stored(asks(rules=rules, control=AGAIN), f"{number} lilies.")
    before = await writers.served(asks(caller=CARLA, rules=rules))

    await takes_back(writers, entry)

    assert before == "Roses."
    assert await writers.served(asks(caller=CARLA, rules=rules)) == "absent"


@taken_back
async def test_it_is_taken_back_where_its_writer_is_served_it(
    writers: Writers, valkey: Valkey, takes_back: TakesBack
) -> None:
    """Their own entry is gone, as on a server that evicts."""
    entry = await roses_are_shared(writers)
    valkey.run("DEL", key_of(entry))
    hit = await writers.hit(asks(rules=SHARED))

    await takes_back(writers, hit.entry)

    assert hit.entry != entry
    assert await writers.served(asks(rules=SHARED)) in {"absent", "tombstone"}
    assert await writers.served(asks(caller=CARLA, rules=SHARED)) == "absent"


@taken_back
async def test_a_text_that_was_never_put_forward_takes_no_other_back(
    writers: Writers, takes_back: TakesBack
) -> None:
    """The vote is for the text it was given for."""
    await roses_are_shared(writers)
    other = await writers.stored(asks(rules=SHARED, control=AGAIN), "Lilies.")

    await takes_back(writers, other)

    assert await writers.served(asks(caller=CARLA, rules=SHARED)) == "Roses."


async def test_only_one_accepted_text_of_a_request_is_kept_beyond_their_number(
    writers: Writers, valkey: Valkey
) -> None:
    """The one that the user votes for: others go like any."""
    rules = replace(SHARED, variants=2)
    for number in range(6):
        await writers.accepted(asks(rules=rules, control=AGAIN), f"{number} lilies.")

    newest = await writers.stored(asks(rules=rules), "Roses.")

    begin, _, _ = key_of(newest).rpartition(":")
    keys = valkey.run("KEYS", f"{begin}:*")

    assert len(keys) == 3  # type: ignore[arg-type]


async def test_a_shared_text_that_was_refused_is_not_stored_by_who_refused_it(
    writers: Writers, valkey: Valkey
) -> None:
    """Even where the copy is gone when they say so."""
    await roses_are_shared(writers)
    hit = await writers.hit(asks(caller=CARLA, rules=SHARED))
    ref = EntryRef.parse(hit.entry)
    assert ref is not None
    valkey.run("DEL", f"ink:{{{ref.shared}}}:e:{ref.id}")

    await writers.cache.judged(hit.entry, CARLA, accepted=False)

    put = await writers.cache.put(
        asks(caller=CARLA, rules=SHARED), replace(writes("Roses."), id="draft_new")
    )
    assert put == NotStored(reason="tombstone")
