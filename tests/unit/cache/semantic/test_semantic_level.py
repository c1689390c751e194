"""Stored answers to requests in other words, in a real Valkey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from assistant.cache.base import Bypass, CacheQuery, CacheRules, Hit, Miss
from assistant.cache.cipher import Cipher
from assistant.cache.redis import RedisAnswerCache
from assistant.cache.semantic.vectors import packed
from assistant.types import Answer, DraftRequest, Message
from support.similar import (
    OTHER,
    REWORDED,
    SERVE,
    SHADOW,
    STORED,
    ScriptedEmbedder,
    asked_anew,
    asking,
    counted,
    written,
    yes,
)
from support.valkey import Valkey

Open: TypeAlias = Callable[..., RedisAnswerCache]


async def test_a_request_in_other_words_is_served_the_stored_answer(
    worker: Open, answer: Answer
) -> None:
    """By another worker as well; the reference names what was counted."""
    await written(worker(), asking(STORED), answer)

    found = await asked_anew(worker(), asking(REWORDED))

    assert isinstance(found, Hit)
    assert (found.answer, found.level) == (answer, "semantic")
    assert found.entry.startswith("semantic:")
    assert ":draft:en" in found.entry


async def test_a_request_for_another_text_is_not_however_alike_it_is(
    worker: Open, answer: Answer
) -> None:
    """The verifier says why."""
    cache = worker()
    await written(cache, asking(STORED), answer)

    assert await asked_anew(cache, asking(OTHER)) == Miss(reason="different")


async def test_what_is_not_alike_is_not_compared(
    worker: Open, answer: Answer, embed: ScriptedEmbedder
) -> None:
    """Likeness saves the work; it would have been the same."""
    embed.unlike = (REWORDED,)
    cache = worker()
    await written(cache, asking(STORED), answer)

    assert await asked_anew(cache, asking(REWORDED)) == Miss()


@pytest.mark.parametrize(
    ("rules", "reason"),
    [(SHADOW, "shadow"), (replace(SERVE, semantic="off"), "absent")],
)
async def test_nothing_is_looked_up_where_nothing_may_be_served(
    worker: Open, answer: Answer, embed: ScriptedEmbedder, rules: CacheRules, reason: str
) -> None:
    """So that a request does not wait for it."""
    cache = worker()
    await written(cache, asking(STORED), answer)
    embed.asked.clear()

    found = await asked_anew(cache, asking(REWORDED, rules))

    assert isinstance(found, Miss)
    assert found.reason == reason
    assert embed.asked == []


@pytest.mark.parametrize(
    "labelled",
    [
        counted(different=200),
        counted(false_hits=3),
        counted(task="reply"),
        counted().model_copy(update={"wording": "of an older verifier"}),
    ],
    ids=["too few", "too many false", "of another task", "of another verifier"],
)
async def test_a_task_without_proof_stays_in_shadow(
    worker: Open, answer: Answer, labelled: object
) -> None:
    """Whatever the policy says."""
    cache = worker(labelled=labelled)
    await written(cache, asking(STORED), answer)

    assert await asked_anew(cache, asking(REWORDED)) == Miss(reason="shadow")


async def test_a_language_that_is_not_known_is_unsure(worker: Open) -> None:
    """It cannot be compared."""
    found = await asked_anew(worker(), asking("Напиши короткое стихотворение о посылке."))

    assert found == Miss(reason="unsure")


async def test_without_an_embedder_there_is_a_miss_and_nothing_breaks(
    worker: Open, answer: Answer, embed: ScriptedEmbedder
) -> None:
    """What is stored meanwhile cannot be found so; the other levels do find it."""
    embed.failure = "no model"
    cache = worker()
    await written(cache, asking(STORED), answer)

    assert await asked_anew(cache, asking(REWORDED)) == Miss()
    assert isinstance(await cache.get(asking(STORED)), Hit)


async def test_vectors_of_different_embedders_never_meet(worker: Open, answer: Answer) -> None:
    """Their cosine means nothing."""
    await written(worker(embedder="one"), asking(STORED), answer)

    assert await asked_anew(worker(embedder="two"), asking(REWORDED)) == Miss()


@pytest.mark.parametrize(
    "stranger",
    [asking(REWORDED, user="somebody else"), replace(asking(REWORDED), shape="another model")],
)
async def test_nobody_else_and_nothing_of_another_shape_is_served_it(
    worker: Open, answer: Answer, stranger: CacheQuery
) -> None:
    """Partitions hold here too."""
    cache = worker()
    await written(cache, asking(STORED), answer)

    assert await asked_anew(cache, stranger) == Miss()


async def test_the_rules_of_reading_hold_for_similar_requests(worker: Open, answer: Answer) -> None:
    """The bar now, the tiers now, the age now."""
    cache = worker()
    await written(cache, asking(STORED), answer)
    later = worker(wall_clock=lambda: 4_000_000_000.0)

    assert await cache.similar(replace(asking(REWORDED), min_score=0.99)) == Miss(
        reason="below_bar"
    )
    assert await cache.similar(replace(asking(REWORDED), tiers=frozenset({"x"}))) == Miss(
        reason="below_bar"
    )
    assert await later.similar(asking(REWORDED)) == Miss(reason="too_old")


async def test_a_hit_that_its_writer_refused_is_served_that_request_no_more(
    worker: Open, answer: Answer
) -> None:
    """Others are still served it."""
    cache = worker()
    await written(cache, asking(STORED), answer)
    hit = await asked_anew(cache, asking(REWORDED))
    assert isinstance(hit, Hit)

    await cache.judged(hit.entry, asking(REWORDED).caller, accepted=False)

    assert await cache.similar(asking(REWORDED)) in (
        Miss(reason="tombstone"),
        Miss(reason="shadow"),
    )
    assert isinstance(await cache.get(asking(STORED)), Hit)


async def test_an_entry_that_is_gone_makes_room_for_the_next_one(
    worker: Open, answer: Answer, valkey: Valkey
) -> None:
    """Expired entries are in no log: six of them stand before one that is there."""
    cache = worker()
    for number in range(7):
        await written(cache, asking(f"{STORED}{'!' * number}"), answer, entry_id=f"a-{number}")
    assert isinstance(await asked_anew(cache, asking(REWORDED)), Hit)
    keys = [key for key in valkey.run("KEYS", "*:e:a-*") if not key.endswith(b"a-3")]  # type: ignore[attr-defined]
    valkey.run("DEL", *keys)

    found = await cache.similar(asking(REWORDED))

    assert isinstance(found, Hit)
    assert found.answer.id == "a-3"


async def test_a_chat_is_found_by_its_last_turn_where_the_others_are_the_same(
    worker: Open, answer: Answer
) -> None:
    """It is counted with all tasks."""
    cache = worker()
    turns = (Message(role="system", content="Be brief."),)

    def chat(text: str, *before: Message) -> CacheQuery:
        messages = (*before, Message(role="user", content=text))
        return replace(asking(""), request=DraftRequest(task="chat", messages=messages))

    await written(cache, chat(STORED, *turns), answer)

    assert isinstance(await asked_anew(cache, chat(REWORDED, *turns)), Hit)
    assert await asked_anew(cache, chat(REWORDED)) == Miss()


async def test_with_the_server_down_there_is_a_bypass_and_nothing_breaks(
    worker: Open, answer: Answer, valkey: Valkey
) -> None:
    """Watching, adding and judging neither."""
    cache = worker(url=f"{valkey.url}.nowhere")
    ref = f"semantic:{'0' * 32}:{'0' * 32}:a-1::draft:en"

    await cache.watch(asking(STORED), answer, entry=ref, acceptable=yes)
    await cache.judged(ref, asking(STORED).caller, accepted=False)

    assert await cache.similar(asking(REWORDED)) == Bypass(reason="redis-down")


async def test_what_a_tenant_shares_is_not_found_by_likeness(worker: Open, answer: Answer) -> None:
    """An error of the verifier shows nobody what was written for another."""
    cache = worker()
    shared = replace(SERVE, shared=True, accepted_by=2)
    for number, user in enumerate(("one", "two")):
        query = asking(STORED, shared, user=user)
        entry = await written(cache, query, answer, entry_id=f"a-{number}")
        await cache.judged(entry, query.caller, accepted=True)

    assert isinstance(await cache.get(asking(STORED, shared, user="three")), Hit)
    assert await asked_anew(cache, asking(REWORDED, shared, user="three")) == Miss()


async def test_vectors_are_encrypted_like_the_texts_they_tell_of(
    worker: Open, answer: Answer, valkey: Valkey, embed: ScriptedEmbedder
) -> None:
    """A vector says much of its text; workers with the key find it."""
    keys = [b"k" * 32]
    await written(worker(cipher=Cipher(keys)), asking(STORED), answer)
    names = valkey.run("KEYS", "*:e:a-1")
    assert isinstance(names, list)

    vector = packed((await embed([STORED]))[0])

    stored = valkey.run("HGET", names[0].decode(), "v")
    assert isinstance(stored, bytes)
    assert vector not in stored
    assert isinstance(await asked_anew(worker(cipher=Cipher(keys)), asking(REWORDED)), Hit)
    assert await worker().similar(asking(REWORDED)) == Miss()
