"""Answers in a real Valkey that is well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.cache.base import Bypass, CacheRules, Hit, Miss, NotStored
from assistant.cache.cipher import Cipher
from assistant.cache.redis import RedisAnswerCache
from assistant.types import CacheControl, Caller, Message
from support.cached import (
    ANNA,
    BORIS,
    KEPT,
    NOW,
    OTHERWISE,
    POLITE,
    SAID,
    SECRET,
    Writers,
    asks,
    by,
    told,
    writers_on,
    writes,
)
from support.valkey import Valkey

DAY_MS = 86_400_000


def names(valkey: Valkey, kind: str) -> list[str]:
    """Keys of that kind."""
    return [key.decode() for key in cast("list[bytes]", valkey.run("KEYS", f"ink:*:{kind}*"))]


def left_ms(valkey: Valkey, kind: str) -> int:
    """How long the one key of that kind is still kept."""
    (key,) = names(valkey, kind)
    return cast("int", valkey.run("PTTL", key))


async def test_a_stored_answer_is_a_hit_with_its_age(writers: Writers) -> None:
    """In another process as well."""
    entry = await writers.stored(asks(), "Roses.")
    writers.now += 7.5
    other = writers.another()

    found = await other.get(asks())

    assert found == Hit(answer=writes("Roses."), age_s=7.5, entry=entry)
    await other.aclose()


async def test_a_clock_that_runs_behind_gives_no_negative_age(writers: Writers) -> None:
    """Hosts disagree about the time."""
    await writers.stored(asks(), "Roses.")
    writers.now -= 3.0

    assert (await writers.hit(asks())).age_s == 0.0


async def test_the_same_request_in_words_of_no_weight_is_a_canonical_hit(writers: Writers) -> None:
    """With a reference of its own."""
    entry = await writers.stored(asks(SAID), "Roses.")

    found = await writers.hit(asks(POLITE))

    assert (found.level, found.answer.text) == ("canonical", "Roses.")
    assert found.entry != entry
    assert found.entry.startswith("canonical:")


async def test_a_request_for_something_else_is_absent(writers: Writers) -> None:
    """Likeness is not enough."""
    await writers.stored(asks(SAID), "Roses.")

    assert await writers.cache.get(asks(OTHERWISE)) == Miss(reason="absent")


async def test_with_the_canonical_level_off_only_the_letter_counts(writers: Writers) -> None:
    """As the policy says."""
    rules = CacheRules(canonical_ttl_s=None)
    await writers.stored(asks(SAID), "Roses.")

    assert await writers.served(asks(POLITE, rules=rules)) == "absent"
    assert await writers.served(asks(SAID, rules=rules)) == "Roses."


async def test_with_the_exact_level_off_nothing_is_kept_or_served(writers: Writers) -> None:
    """Without it there is no cache."""
    off = asks(rules=CacheRules(exact_ttl_s=None))
    await writers.stored(asks(), "Roses.")

    assert await writers.cache.get(off) == Bypass(reason="off")
    assert await writers.cache.put(off, writes("Tulips.")) == NotStored(reason="off")
    assert writers.cache.place(off) is None


async def test_identical_requests_meet_at_one_place_and_others_elsewhere(writers: Writers) -> None:
    """Of the same caller, to the letter."""
    places = [
        writers.cache.place(each)
        for each in (asks(), asks(POLITE), asks(caller=BORIS), asks(text="x"))
    ]

    assert writers.cache.place(asks()) == places[0]
    assert len(set(places)) == 4
    assert None not in places


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"control": CacheControl(no_cache=True)}, "no-cache"),
        ({"control": CacheControl(regenerate=True)}, "again"),
        ({"control": CacheControl(no_store=True)}, "no-store"),
        ({"control": CacheControl(max_age_s=9)}, "too_old"),
        ({"min_score": 0.9}, "below_bar"),
        ({"tiers": frozenset({"best"})}, "below_bar"),
        ({"shape": "another"}, "absent"),
    ],
    ids=["no-cache", "again", "no-store", "max-age", "bar", "tier", "shape"],
)
async def test_the_callers_wishes_and_the_bar_are_honoured(
    writers: Writers, changes: dict[str, Any], reason: str
) -> None:
    """Each with its reason; the entry stays for others, at both levels."""
    await writers.stored(asks(), "Roses.")
    writers.now += 10.0

    for query in (asks(SAID), asks(POLITE)):
        assert await writers.served(replace(query, **changes)) == reason
        assert await writers.served(query) == "Roses."


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ("Summarise the latest news about the election.", "time"),
        ("Surprise me with a poem.", "variety"),
    ],
)
async def test_what_cannot_be_the_same_twice_is_not_stored(
    writers: Writers, instruction: str, reason: str
) -> None:
    """Requests about now, and for anything but the same."""
    put = await writers.cache.put(asks(instruction), writes("Roses."))

    assert put == NotStored(reason=cast("Any", reason))


async def test_a_conversation_is_judged_by_what_its_user_said_last(writers: Writers) -> None:
    """Also where the answer was begun."""
    messages = (
        Message(role="user", content="Surprise me with a poem."),
        Message(role="assistant", content="Roses"),
    )

    put = await writers.cache.put(asks("", task="chat", messages=messages), writes("are red."))

    assert put == NotStored(reason="variety")


async def test_no_store_stores_nothing(writers: Writers, valkey: Valkey) -> None:
    """RFC 9111 section 5.2.1.5."""
    put = await writers.cache.put(told(asks(), CacheControl(no_store=True)), writes("Roses."))

    assert put == NotStored(reason="no-store")
    assert valkey.run("DBSIZE") == 0


@pytest.mark.parametrize(
    ("text", "entry_id"), [("\ud800", "draft_1"), ("Roses.", "a b"), ("Roses.", "")]
)
async def test_what_cannot_be_written_or_named_is_not_stored(
    writers: Writers, text: str, entry_id: str
) -> None:
    """And raises nothing."""
    odd = replace(writes("Roses."), text=text, id=entry_id)

    assert await writers.cache.put(asks(), odd) == NotStored(reason="unreadable")


async def test_an_unreadable_entry_is_a_miss(writers: Writers, valkey: Valkey) -> None:
    """Written by another version, or by another program; the next answer takes its place."""
    await writers.stored(asks(), "Roses.")
    (key,) = names(valkey, "e:")
    valkey.run("HSET", key, "body", "junk")

    assert await writers.cache.get(asks()) == Miss(reason="unreadable")
    await writers.stored(asks(), "Tulips.")
    assert await writers.served(asks()) == "Tulips."


async def test_a_key_that_holds_something_else_is_a_bypass(
    writers: Writers, valkey: Valkey
) -> None:
    """The server refuses; the request goes on."""
    await writers.stored(asks(), "Roses.")
    (key,) = names(valkey, "x:")
    valkey.run("DEL", key)
    valkey.run("RPUSH", key, "a list")

    assert await writers.cache.get(asks()) == Bypass(reason="redis-down")


async def test_an_unaccepted_answer_is_kept_for_a_while(writers: Writers, valkey: Valkey) -> None:
    """To the millisecond, and reading does not keep it longer."""
    await writers.stored(asks(), "Roses.")
    (key,) = names(valkey, "e:")
    before = cast("int", valkey.run("PEXPIRETIME", key))

    await writers.hit(asks())

    assert cast("int", valkey.run("PEXPIRETIME", key)) == before
    assert 0 < left_ms(valkey, "e:") <= 600_000


@pytest.mark.parametrize(("jitter", "longest_ms"), [(0.0, DAY_MS), (1.0, DAY_MS * 0.95)])
async def test_a_kept_answer_is_forgotten_at_its_time_or_a_little_before(
    writers: Writers, valkey: Valkey, jitter: float, longest_ms: int
) -> None:
    """Entries that were written together do not go together."""
    writers.jitter = jitter

    await writers.stored(asks(rules=KEPT), "Roses.")

    assert longest_ms - 60_000 < left_ms(valkey, "e:") <= longest_ms


async def test_acceptance_keeps_an_answer_for_its_full_time_from_its_creation(
    writers: Writers, valkey: Valkey
) -> None:
    """Not from the moment it was accepted."""
    entry = await writers.stored(asks(), "Roses.")
    writers.now += 300.0

    await writers.cache.judged(entry, ANNA, accepted=True)

    longest_ms = DAY_MS - 300_000
    assert longest_ms - 60_000 < left_ms(valkey, "e:") <= longest_ms


@given(
    ttl_s=st.floats(120, 1e7),
    stale_s=st.floats(0, 1e6),
    provisional_s=st.just(0.0) | st.floats(120, 1e6),
    jitter=st.floats(0, 1, exclude_max=True),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_entry_outlives_its_rules(
    shared_valkey: Valkey, ttl_s: float, stale_s: float, provisional_s: float, jitter: float
) -> None:
    """Whatever they are."""
    rules = CacheRules(
        exact_ttl_s=ttl_s,
        canonical_ttl_s=None,
        semantic="off",
        stale_for_s=stale_s,
        provisional_s=provisional_s,
    )
    longest_s = ttl_s + stale_s
    ends_s = min(provisional_s, longest_s) if provisional_s else longest_s

    async with writers_on(shared_valkey, jitter=jitter) as writers:
        await writers.stored(asks(rules=rules), "Roses.")

    left_s = left_ms(shared_valkey, "e:") / 1000
    assert min(ends_s, longest_s * 0.95) - 60 < left_s <= ends_s + 0.001


async def test_every_key_has_an_end(writers: Writers, valkey: Valkey) -> None:
    """Nothing is left for ever on a server that evicts nothing."""
    query = asks(text="Source.", rules=CacheRules(shared=True))
    entry = await writers.accepted(query, "Roses.")
    await writers.cache.delivered(entry)
    other = await writers.stored(told(query, CacheControl(no_cache=True)), "Tulips.")
    await writers.cache.judged(other, ANNA, accepted=False)

    ends = {key: valkey.run("TTL", key) for key in cast("list[str]", valkey.run("KEYS", "*"))}

    assert len(ends) > 8
    assert [key for key, end in ends.items() if cast("int", end) < 0] == []


async def test_nothing_of_the_writer_is_in_a_key_or_index(writers: Writers, valkey: Valkey) -> None:
    """Keys show in monitors and logs; only the body of an entry holds words."""
    query = asks(text="Source text.", caller=Caller(tenant="acme", user="anna"))
    await writers.accepted(query, "Roses.")

    shown = str(valkey.run("KEYS", "*")).lower()
    for key in cast("list[bytes]", valkey.run("KEYS", "*")):
        name = key.decode()
        kind = cast("bytes", valkey.run("TYPE", name))
        if kind == b"zset":
            shown += str(valkey.run("ZRANGE", name, 0, -1))
        elif kind == b"hash":
            fields = cast("dict[bytes, bytes]", valkey.run("HGETALL", name))
            shown += str([value for field, value in fields.items() if field != b"body"])

    assert "draft_" in shown
    for word in ("acme", "anna", "poem", "parcel", "source", "roses"):
        assert word not in shown


async def test_with_a_cipher_no_word_lies_open_and_another_key_reads_nothing(
    writers: Writers, valkey: Valkey
) -> None:
    """Nor is anything read that was moved to another entry."""
    keys = [Cipher([bytes([number]) * 32]) for number in (1, 2)]
    sealed, foreign = (writers.another(cipher=cipher) for cipher in keys)
    text = "Roses are red. " * 3
    await sealed.put(asks(), writes(text))

    (key,) = names(valkey, "e:")

    assert b"Roses" not in cast("bytes", valkey.run("HGET", key, "body"))
    assert isinstance(await sealed.get(asks()), Hit)
    assert await foreign.get(asks()) == Miss(reason="unreadable")
    assert await writers.cache.get(asks()) == Miss(reason="unreadable")
    await sealed.put(asks(OTHERWISE), writes("Tulips."))
    (other,) = set(names(valkey, "e:")) - {key}
    valkey.run("COPY", key, other, "REPLACE")
    assert await sealed.get(asks(OTHERWISE)) == Miss(reason="unreadable")
    await sealed.aclose()
    await foreign.aclose()


async def test_a_stale_answer_is_served_and_said_to_be(writers: Writers) -> None:
    """To the letter only, and only for the extra time."""
    rules = CacheRules(exact_ttl_s=60.0, canonical_ttl_s=60.0, stale_for_s=30.0, provisional_s=0.0)
    await writers.stored(asks(rules=rules), "Roses.")

    writers.now = NOW + 60.0
    fresh = await writers.hit(asks(rules=rules))
    writers.now = NOW + 61.0
    stale = await writers.hit(asks(rules=rules))

    assert (fresh.stale, stale.stale, stale.age_s) == (False, True, 61.0)
    assert await writers.served(asks(POLITE, rules=rules)) == "too_old"
    assert writers.cache.report().stale == 1
    writers.now = NOW + 91.0
    assert await writers.served(asks(rules=rules)) == "too_old"


callers = st.builds(
    Caller, tenant=st.sampled_from(["a", "b", "ab", ""]), user=st.sampled_from(["a", "b", "ab", ""])
)


@given(owner=callers, asker=callers, instruction=st.sampled_from([SAID, POLITE]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nobody_ever_gets_the_answer_of_another(
    shared_valkey: Valkey, owner: Caller, asker: Caller, instruction: str
) -> None:
    """Not even where tenant and user read the same run together, or sharing is on."""
    query = asks(caller=owner, rules=CacheRules(shared=True))
    async with writers_on(shared_valkey) as writers:
        entry = await writers.accepted(query, "Roses.")
        await writers.cache.judged(entry, asker, accepted=True)

        found = await writers.cache.get(
            replace(by(asker, query), request=asks(instruction).request)
        )

    assert isinstance(found, Hit) is (owner == asker)


def test_an_address_of_another_kind_is_refused_at_once() -> None:
    """A slip in REDIS_URL is told at the start, not as a cache that is always down."""
    with pytest.raises(ValueError, match="unix://"):
        RedisAnswerCache("http://localhost", SECRET)
