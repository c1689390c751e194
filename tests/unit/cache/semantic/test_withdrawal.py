"""Taking the semantic level back where its hits turn out wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from structlog.testing import capture_logs

from assistant.cache.admin import CacheAdmin
from assistant.cache.base import CacheQuery, CacheRules, Hit, Lookup, Miss, Stratum
from assistant.cache.redis import RedisAnswerCache
from assistant.types import Answer
from support.similar import (
    REWORDED,
    SECRET,
    SERVE,
    SHADOW,
    STORED,
    asked_anew,
    asking,
    no,
    written,
    yes,
)
from support.valkey import Valkey

Open: TypeAlias = Callable[..., RedisAnswerCache]
DRAFTS = Stratum(task="draft", language="en")
NOUNS = ("ladder", "river", "window", "garden", "bridge", "mountain", "bottle", "table")


def pair(noun: str, user: str = "u", rules: CacheRules = SERVE) -> tuple[CacheQuery, CacheQuery]:
    """A request after some text, and the same in other words."""
    first, second = (
        replace(query, request=replace(query.request, before=noun))
        for query in (asking(STORED, rules, user=user), asking(REWORDED, rules, user=user))
    )
    return first, second


async def served(
    cache: RedisAnswerCache, answer: Answer, *, user: str = "u", noun: str = "parcel"
) -> str:
    """The reference of a hit that a user was served."""
    stored, reworded = pair(noun, user)
    await written(cache, stored, answer, entry_id=f"a-{noun}")
    hit = await asked_anew(cache, reworded)
    assert isinstance(hit, Hit)
    return hit.entry


async def reject(cache: RedisAnswerCache, entry: str, *, user: str = "u") -> None:
    """A user wants no such text again."""
    await cache.judged(entry, asking(REWORDED, user=user).caller, accepted=False)


async def offered(
    cache: RedisAnswerCache, answer: Answer, *, user: str, noun: str = "parcel"
) -> Lookup:
    """What a user is served who has asked for the same before."""
    stored, reworded = pair(noun, user)
    await written(cache, stored, answer, entry_id=f"a-{noun}")
    return await asked_anew(cache, reworded)


async def test_wrong_hits_of_two_users_end_the_serving_of_all(worker: Open, answer: Answer) -> None:
    """On every worker at its next request; it is told once in the log, without a word of a request."""
    one, two = worker(), worker()
    entries = {user: await served(one, answer, user=user) for user in ("anna", "boris")}

    with capture_logs() as logs:
        for user, entry in entries.items():
            await reject(one, entry, user=user)

    assert await offered(two, answer, user="carla") == Miss(reason="shadow")
    assert one.report().shadow[DRAFTS].serving is False
    assert two.report().shadow[DRAFTS].serving is False
    told = [log for log in logs if log["event"] == "cache.semantic_withdrawn"]
    assert len(told) == 1
    assert (told[0]["task"], told[0]["language"], told[0]["wrong"]) == ("draft", "en", 2)
    assert "parcel" not in str(told)


async def test_one_user_ends_the_serving_of_nobody_else(worker: Open, answer: Answer) -> None:
    """However much of it that user rejects."""
    cache = worker()
    await served(cache, answer, user="boris")
    entries = [await served(cache, answer, user="anna", noun=noun) for noun in NOUNS[:3]]

    for entry in entries:
        await reject(cache, entry, user="anna")

    assert await offered(cache, answer, user="anna", noun="kettle") == Miss(reason="shadow")
    assert isinstance(await offered(cache, answer, user="boris", noun="kettle"), Hit)
    assert cache.report().shadow[DRAFTS].serving is True


async def test_what_one_user_is_not_served_is_watched_and_may_come_back(
    worker: Open, answer: Answer
) -> None:
    """One wrong hit of six does not show that more than one in a hundred are wrong."""
    cache = worker()
    await reject(cache, await served(cache, answer))
    assert await offered(cache, answer, user="u", noun=NOUNS[0]) == Miss(reason="shadow")

    for noun in NOUNS[:5]:
        stored, reworded = pair(noun)
        await written(cache, stored, answer, entry_id=f"a-{noun}")
        await cache.watch(reworded, answer, entry=None, acceptable=yes)

    assert isinstance(await offered(cache, answer, user="u", noun="kettle"), Hit)


async def test_verdicts_that_come_to_a_worker_that_serves_nothing_count_too(
    worker: Open, answer: Answer
) -> None:
    """Who serves next draws the conclusion."""
    serving = worker()
    for user in ("anna", "boris"):
        await reject(worker(), await served(serving, answer, user=user), user=user)

    assert await offered(serving, answer, user="carla") == Miss(reason="shadow")


async def test_a_hit_counts_once_however_often_it_is_served(worker: Open, answer: Answer) -> None:
    """By whichever worker: a request that is repeated says nothing new."""
    one, two = worker(), worker()
    await served(one, answer)

    for cache in (one, two, one, two):
        assert isinstance(await cache.similar(pair("parcel")[1]), Hit)

    assert one.report().shadow[DRAFTS].seen == 1
    assert two.report().shadow[DRAFTS].seen == 1


async def test_a_verdict_counts_once_however_often_and_wherever_it_is_sent(
    worker: Open, answer: Answer
) -> None:
    """Clients send it again where they heard no answer, and reach another worker then."""
    workers = [worker() for _ in range(3)]
    entry = await served(workers[0], answer)

    for cache in (*workers, *workers):
        await reject(cache, entry)

    assert [cache.report().shadow.get(DRAFTS) is None for cache in workers[1:]] == [True, True]
    assert workers[0].report().shadow[DRAFTS].wrong == 1


async def test_a_text_that_is_accepted_after_all_was_right(worker: Open, answer: Answer) -> None:
    """The last word counts."""
    cache = worker()
    entry = await served(cache, answer)
    await reject(cache, entry)

    await cache.judged(entry, pair("parcel")[1].caller, accepted=True)

    found = cache.report().shadow[DRAFTS]
    assert (found.seen, found.wrong) == (1, 0)
    assert isinstance(await offered(cache, answer, user="u", noun="kettle"), Hit)


async def test_a_verdict_on_a_hit_that_is_known_no_more_is_not_counted(
    worker: Open, answer: Answer, valkey: Valkey
) -> None:
    """Wrong would be more than were seen."""
    cache = worker()
    entry = await served(cache, answer)
    assert await _reset(valkey)

    await reject(cache, entry)

    assert valkey.run("HGET", "ink:{strata}:draft:en", "wrong") is None


async def test_hits_that_are_accepted_are_served_on(worker: Open, answer: Answer) -> None:
    """They were counted when they were served."""
    cache = worker()
    entry = await served(cache, answer)

    await cache.judged(entry, pair("parcel")[1].caller, accepted=True)

    assert isinstance(await cache.similar(pair("parcel")[1]), Hit)
    found = cache.report().shadow[DRAFTS]
    assert (found.seen, found.wrong, found.serving) == (1, 0, True)


async def test_hits_that_are_rejected_no_more_often_than_other_texts_are_served_on(
    worker: Open, answer: Answer
) -> None:
    """They do not please, which does not make them wrong."""
    cache = worker()
    for user in ("anna", "boris"):
        for noun in NOUNS:
            entry = await written(cache, pair(noun, user)[0], answer, entry_id=f"a-{noun}")
            await reject(cache, entry, user=user)
        await reject(cache, await served(cache, answer, user=user, noun="kettle"), user=user)
        for noun in ("stone", "lamp"):
            await served(cache, answer, user=user, noun=noun)

    assert isinstance(await offered(cache, answer, user="anna", noun="chair"), Hit)
    assert cache.report().shadow[DRAFTS].wrong == 2
    assert cache.report().shadow[DRAFTS].serving is True


async def test_wrong_hits_that_were_only_watched_count_for_serving(
    worker: Open, answer: Answer
) -> None:
    """A route in shadow warns those that serve."""
    cache = worker()
    for user in ("anna", "boris"):
        await written(cache, asking(STORED, user=user), answer)
        await cache.watch(asking(REWORDED, SHADOW, user=user), answer, entry=None, acceptable=no)

    assert await offered(cache, answer, user="carla") == Miss(reason="shadow")


async def test_few_wrong_hits_among_many_change_nothing(
    worker: Open, answer: Answer, valkey: Valkey
) -> None:
    """One in a hundred is what the policy allows."""
    cache = worker()
    valkey.run("HINCRBY", "ink:{strata}:draft:en", "watched_seen", 99)

    for user in ("anna", "boris"):
        await written(cache, asking(STORED, user=user), answer)
        await cache.watch(asking(REWORDED, SHADOW, user=user), answer, entry=None, acceptable=no)

    assert isinstance(await offered(cache, answer, user="carla"), Hit)


async def test_what_was_taken_back_stays_so_until_an_administrator_resets_it(
    worker: Open, answer: Answer, valkey: Valkey
) -> None:
    """Right hits that are watched meanwhile do not bring it back; forgetting the counts does."""
    cache = worker()
    for user in ("anna", "boris"):
        await reject(cache, await served(cache, answer, user=user), user=user)
    for noun in NOUNS:
        stored, reworded = pair(noun, "carla", SHADOW)
        await written(cache, stored, answer, entry_id=f"a-{noun}")
        await cache.watch(reworded, answer, entry=None, acceptable=yes)
    assert await offered(cache, answer, user="carla") == Miss(reason="shadow")

    assert await _reset(valkey)

    for user in ("anna", "carla"):
        assert isinstance(await offered(cache, answer, user=user, noun="kettle"), Hit)


async def test_after_a_reset_counting_begins_anew(
    worker: Open, answer: Answer, valkey: Valkey
) -> None:
    """With hits that were counted before as well."""
    cache = worker()
    entry = await served(cache, answer)
    await reject(cache, await served(cache, answer, noun="kettle"))
    assert await _reset(valkey)

    assert isinstance(await cache.similar(pair("parcel")[1]), Hit)
    await cache.judged(entry, pair("parcel")[1].caller, accepted=True)

    found = cache.report().shadow[DRAFTS]
    assert (found.seen, found.wrong) == (1, 0)


async def _reset(valkey: Valkey) -> bool:
    admin = CacheAdmin(valkey.url, SECRET)
    await admin.reset_stratum("draft", "en")
    await admin.aclose()
    return True
