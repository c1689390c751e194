"""What a writer's verdict does to a stored text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.cache.base import CacheRules, Miss, NotStored
from assistant.types import Caller
from support.cached import (
    ANNA,
    BORIS,
    OTHERWISE,
    POLITE,
    SAID,
    Writers,
    asks,
    by,
    writers_on,
    writes,
)
from support.valkey import Valkey

TEXTS = ("Roses.", "Tulips.", "Lilies.")


async def test_a_rejected_text_is_not_served_any_more(writers: Writers) -> None:
    """To nobody: it was this request's own."""
    entry = await writers.stored(asks(SAID), "Roses.")

    await writers.cache.judged(entry, ANNA, accepted=False)

    assert await writers.cache.get(asks(SAID)) == Miss(reason="tombstone")
    assert await writers.served(asks(POLITE)) == "absent"


async def test_a_rejected_text_is_not_stored_again(writers: Writers) -> None:
    """However its lines are broken; another one is."""
    entry = await writers.stored(asks(), "Roses are red.")
    await writers.cache.judged(entry, ANNA, accepted=False)
    again = replace(writes("Roses\nare  red."), id="draft_new")

    assert await writers.cache.put(asks(), again) == NotStored(reason="tombstone")
    await writers.stored(asks(), "Tulips.")
    assert await writers.served(asks()) == "Tulips."


@pytest.mark.parametrize(("lock", "left"), [("done 1", None), ("led 1 token", b"led 1 token")])
async def test_a_rejected_text_cannot_be_joined_any_more(
    writers: Writers, valkey: Valkey, lock: str, left: bytes | None
) -> None:
    """For a moment after it was written it could; another one that is under way goes on."""
    entry = await writers.stored(asks(SAID), "Roses.")
    place = writers.cache.place(asks(SAID))
    assert place is not None
    valkey.run("SET", place.lock, lock)

    await writers.cache.judged(entry, ANNA, accepted=False)

    assert valkey.run("GET", place.lock) == left


async def test_a_text_is_refused_for_its_own_request_alone(writers: Writers) -> None:
    """It may be right for another."""
    entry = await writers.stored(asks(SAID), "Roses.")
    await writers.cache.judged(entry, ANNA, accepted=False)

    await writers.stored(asks(OTHERWISE), "Roses.")

    assert await writers.served(asks(OTHERWISE)) == "Roses."


async def test_a_rejection_in_other_words_leaves_the_text_to_its_own_request(
    writers: Writers,
) -> None:
    """There it was right, as far as anybody said."""
    await writers.stored(asks(SAID), "Roses.")
    hit = await writers.hit(asks(POLITE))

    await writers.cache.judged(hit.entry, ANNA, accepted=False)

    assert await writers.served(asks(POLITE)) == "tombstone"
    assert await writers.served(asks(SAID)) == "Roses."


async def test_an_acceptance_in_other_words_keeps_the_text_for_both(writers: Writers) -> None:
    """It is the same text."""
    await writers.stored(asks(SAID), "Roses.")
    hit = await writers.hit(asks(POLITE))
    await writers.cache.judged(hit.entry, ANNA, accepted=False)

    await writers.cache.judged(hit.entry, ANNA, accepted=True)

    assert await writers.served(asks(POLITE)) == "Roses."
    assert await writers.served(asks(SAID)) == "Roses."


async def test_the_last_verdict_counts(writers: Writers) -> None:
    """A slip can be put right while the text is there."""
    entry = await writers.stored(asks(), "Roses.")
    await writers.cache.judged(entry, ANNA, accepted=False)

    await writers.cache.judged(entry, ANNA, accepted=True)

    assert await writers.served(asks(SAID)) == "Roses."
    assert await writers.served(asks(POLITE)) == "Roses."


@pytest.mark.parametrize("accepted", [True, False])
async def test_nobody_judges_the_text_of_another(writers: Writers, accepted: bool) -> None:
    """Whatever reference they come by."""
    entry = await writers.stored(asks(), "Roses.")
    other = await writers.stored(by(BORIS, asks()), "Tulips.")
    await writers.cache.judged(other, BORIS, accepted=not accepted)

    await writers.cache.judged(other, ANNA, accepted=accepted)
    await writers.cache.judged(entry, BORIS, accepted=True)

    assert await writers.served(asks()) == "Roses."
    expected = "tombstone" if accepted else "Tulips."
    assert await writers.served(by(BORIS, asks())) == expected


async def test_a_verdict_on_a_text_that_is_gone_does_no_harm(
    writers: Writers, valkey: Valkey
) -> None:
    """Late feedback is usual."""
    entry = await writers.stored(asks(), "Roses.")
    valkey.run("FLUSHALL")

    await writers.cache.judged(entry, ANNA, accepted=True)

    assert valkey.run("DBSIZE") == 0
    await writers.cache.judged(entry, ANNA, accepted=False)
    assert await writers.served(asks()) == "absent"


async def test_acceptance_after_the_full_time_keeps_nothing(writers: Writers) -> None:
    """Times count from creation."""
    entry = await writers.stored(asks(), "Roses.")
    writers.now += 90_000.0

    await writers.cache.judged(entry, ANNA, accepted=True)

    assert await writers.served(asks()) == "too_old"


MOST_STEPS = 8

steps = st.lists(
    st.tuples(st.sampled_from(["write", "again", "reject", "accept"]), st.integers(0, 2)),
    min_size=1,
    max_size=MOST_STEPS,
)


@given(steps)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_order_of_events_serves_a_text_whose_last_verdict_was_no(
    shared_valkey: Valkey, steps: list[tuple[str, int]]
) -> None:
    """Tombstones hold until the writer accepts that very text; as far back as variants are remembered."""
    rules = replace(asks().rules, variants=MOST_STEPS)
    entries: dict[str, str] = {}
    unwanted: set[str] = set()
    async with writers_on(shared_valkey) as writers:
        for number, (step, which) in enumerate(steps):
            text = TEXTS[which]
            if step in {"write", "again"}:
                control = replace(asks().control, regenerate=step == "again")
                if step == "again":
                    unwanted.update(entries)
                made = replace(writes(text), id=f"draft_{number}")
                query = replace(asks(), control=control, rules=rules)
                put = await writers.cache.put(query, made)
                assert isinstance(put, NotStored) is (text in unwanted)
                entries[text] = getattr(put, "entry", entries.get(text, ""))
            elif entries.get(text):
                await writers.cache.judged(entries[text], ANNA, accepted=step == "accept")
                (unwanted.discard if step == "accept" else unwanted.add)(text)

            served = await writers.served(replace(asks(), rules=rules))

            assert served not in unwanted


@pytest.mark.parametrize("gone", [False, True], ids=["there", "gone"])
async def test_what_is_written_where_a_text_was_refused_can_be_told_from_it(
    writers: Writers, valkey: Valkey, gone: bool
) -> None:
    """Or the same text would come back by itself; also where it is kept no more."""
    entry = await writers.stored(asks(), "Roses are red.")
    await writers.cache.judged(entry, ANNA, accepted=False)
    if gone:
        valkey.run("DEL", key_of(entry))

    found = await writers.cache.get(asks())

    assert isinstance(found, Miss)
    assert found.known is not None
    assert [found.known(each) for each in ("Roses\nare red.", "Tulips.")] == [True, False]


async def test_where_nothing_was_refused_every_text_is_welcome(writers: Writers) -> None:
    """Also one that is only too old."""
    await writers.stored(asks(), "Roses.")
    writers.now += 90_000.0

    assert getattr(await writers.cache.get(asks()), "known", "") is None


def key_of(entry: str) -> str:
    """The name of an entry of one's own."""
    _, partition, _, entry_id, *_ = entry.split(":")
    return f"ink:{{{partition}}}:e:{entry_id}"


async def test_a_verdict_that_comes_after_the_text_is_gone_holds_for_the_text(
    writers: Writers, valkey: Valkey
) -> None:
    """It is not stored again by another answer, until it is erased or accepted."""
    entry = await writers.stored(asks(), "Roses.")
    valkey.run("DEL", key_of(entry))

    await writers.cache.judged(entry, ANNA, accepted=False)

    again = replace(writes("Roses."), id="draft_new")
    assert await writers.cache.put(asks(), again) == NotStored(reason="tombstone")
    assert await writers.cache.forget(entry)
    assert await writers.cache.put(asks(), again) != NotStored(reason="tombstone")


MONTHS = CacheRules(exact_ttl_s=90 * 86_400.0, provisional_s=0.0)


async def rejected(writers: Writers) -> None:
    """The writer says no."""
    await writers.cache.judged(
        await writers.stored(asks(rules=MONTHS), "Roses."), ANNA, accepted=False
    )


async def rejected_in_other_words(writers: Writers) -> None:
    """Where it was served for another request."""
    await writers.stored(asks(rules=MONTHS), "Roses.")
    rules = replace(MONTHS, canonical_ttl_s=MONTHS.exact_ttl_s)
    hit = await writers.hit(asks(POLITE, rules=rules))
    await writers.cache.judged(hit.entry, ANNA, accepted=False)


async def replaced(writers: Writers) -> None:
    """The writer asked for another one."""
    await writers.stored(asks(rules=MONTHS), "Roses.")
    short = replace(asks().control, regenerate=True)
    await writers.cache.put(asks(control=short), replace(writes("Tul"), finish="length"))


async def rejected_as_a_shared_one(writers: Writers) -> None:
    """By somebody who did not write it."""
    rules = replace(MONTHS, shared=True)
    for caller in (BORIS, Caller(tenant="acme", user="carla")):
        await writers.accepted(asks(caller=caller, rules=rules), "Roses.")
    hit = await writers.hit(asks(rules=rules))
    await writers.cache.judged(hit.entry, ANNA, accepted=False)


async def replaced_as_a_shared_one(writers: Writers) -> None:
    """By somebody who did not write it."""
    rules = replace(MONTHS, shared=True)
    for caller in (BORIS, Caller(tenant="acme", user="carla")):
        await writers.accepted(asks(caller=caller, rules=rules), "Roses.")
    control = replace(asks().control, regenerate=True)
    await writers.cache.put(
        asks(rules=rules, control=control), replace(writes("Tul"), finish="length")
    )


@pytest.mark.parametrize(
    "refuses",
    [
        rejected,
        rejected_in_other_words,
        replaced,
        rejected_as_a_shared_one,
        replaced_as_a_shared_one,
    ],
)
async def test_a_text_is_refused_longer_than_it_is_kept(
    writers: Writers, valkey: Valkey, refuses: Callable[[Writers], Awaitable[None]]
) -> None:
    """Or it would come back by itself."""
    await refuses(writers)

    def longest_ms(kind: str) -> int:
        names = cast("list[bytes]", valkey.run("KEYS", f"ink:*:{kind}:*"))
        return max(cast("int", valkey.run("PTTL", name.decode())) for name in names)

    assert longest_ms("e") > 80 * 86_400_000
    assert longest_ms("t") > longest_ms("e")
