"""What is kept of semantic hits in a real Valkey, and for how long."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.bounded import DOWN, BoundedRedis, Down
from assistant.cache.admin import CacheAdmin, Which
from assistant.cache.keys import user_digest
from assistant.cache.store.place import Place
from assistant.cache.store.protection import Protection
from assistant.cache.store.strata import KEPT_S, SHOWN_S, Evidence, Share, Strata
from assistant.types import Caller
from support.similar import PATIENT
from support.valkey import Valkey

USERS = ("anna", "boris", "carla")
Word: TypeAlias = Literal["shown", "accepted", "rejected"]


@pytest.fixture
async def strata(shared_valkey: Valkey) -> AsyncIterator[Strata]:
    """On an empty server."""
    shared_valkey.run("FLUSHALL")
    redis = BoundedRedis(shared_valkey.url, name="cache", limits=PATIENT)
    yield Strata(Place(redis=redis, protection=Protection(None), wall_clock=lambda: 0.0))
    await redis.aclose()


async def known(strata: Strata, user: str = "anna") -> Evidence:
    """What is known of one of them."""
    found = await strata.evidence("draft", "en", user=user)
    assert not isinstance(found, Down)
    return found


async def show(strata: Strata, entry: str, user: str, *, wrong: bool = False) -> None:
    """A hit is served."""
    found = await strata.shown("draft", "en", entry, user=user, kind="served", wrong=wrong)
    assert isinstance(found, Evidence)


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(("shown", "accepted", "rejected")),
            st.sampled_from(USERS),
            st.integers(0, 2),
        ),
        max_size=20,
    )
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_counts_are_of_answers_by_the_last_word_on_each(
    strata: Strata, shared_valkey: Valkey, steps: list[tuple[Word, str, int]]
) -> None:
    """Of all, of one user, and of all but the one of whom most was wrong."""
    shared_valkey.run("FLUSHALL")
    wrong: dict[tuple[str, int], bool] = {}
    for word, user, number in steps:
        if word == "shown":
            wrong.setdefault((user, number), False)
            await show(strata, f"{user}:{number}", user)
        else:
            told = await strata.judged(f"{user}:{number}", accepted=word == "accepted")
            assert (told is None) == ((user, number) not in wrong)
            if (user, number) in wrong:
                wrong[user, number] = word == "rejected"

    for user in USERS:
        found = (await known(strata, user)).served
        own = {
            each: Share(
                seen=sum(name == each for name, _ in wrong),
                wrong=sum(bad for (name, _), bad in wrong.items() if name == each),
            )
            for each in USERS
        }
        most = max(share.wrong for share in own.values())
        assert found.all == Share(seen=len(wrong), wrong=sum(wrong.values()))
        assert found.own == own[user]
        assert found.others.wrong == sum(wrong.values()) - most


async def test_all_that_is_kept_ends_by_itself(strata: Strata, shared_valkey: Valkey) -> None:
    """An answer is known for days, counts for a year; neither tells who it was or of what."""
    await show(strata, "entry", "anna", wrong=True)

    keys = shared_valkey.run("KEYS", "*")

    assert isinstance(keys, list)
    for key in (each.decode() for each in keys):
        left = shared_valkey.run("TTL", key)
        limit = SHOWN_S if ":shown:" in key else KEPT_S
        assert isinstance(left, int)
        assert 0 < left <= limit
        assert "entry" not in key
        assert b"anna" not in bytes(str(shared_valkey.run("DUMP", key)), "utf-8")


async def test_what_a_user_was_shown_can_be_forgotten(strata: Strata) -> None:
    """Nothing of it stays in what is said of the others."""
    await show(strata, "one", "anna", wrong=True)
    await show(strata, "two", "boris")

    assert await strata.forget("anna")

    found = (await known(strata, "anna")).served
    assert (found.all, found.own, found.others) == (Share(seen=1), Share(), Share(seen=1))


async def test_kinds_of_answers_are_counted_apart(strata: Strata) -> None:
    """Those written anew are no semantic hits."""
    await strata.shown("draft", "en", "one", user="anna", kind="written", wrong=True)
    await strata.shown("draft", "en", "two", user="anna", kind="watched")

    found, counts = await known(strata), await strata.read("draft", "en")

    assert found.written.all == Share(seen=1, wrong=1)
    assert found.watched.all == Share(seen=1)
    assert found.served.all == Share()
    assert not isinstance(counts, Down)
    assert (counts.seen, counts.wrong) == (1, 0)


async def test_without_the_server_nothing_is_known(shared_valkey: Valkey) -> None:
    """Nor raised."""
    redis = BoundedRedis(f"{shared_valkey.url}.nowhere", name="cache", limits=PATIENT)
    strata = Strata(Place(redis=redis, protection=Protection(None), wall_clock=lambda: 0.0))

    assert await strata.evidence("draft", "en", user="anna") is DOWN
    assert await strata.shown("draft", "en", "one", user="anna", kind="served") is DOWN
    assert await strata.judged("one", accepted=True) is DOWN
    assert not await strata.reset("draft", "en")
    assert not await strata.forget("anna")
    await redis.aclose()


async def test_erasing_a_user_takes_their_hits_out_of_the_counts(
    strata: Strata, shared_valkey: Valkey
) -> None:
    """Those of others stay."""
    anna = Caller(tenant="acme", user="anna")
    await show(strata, "1", user_digest(b"secret", anna), wrong=True)
    await show(strata, "2", "boris", wrong=True)
    admin = CacheAdmin(shared_valkey.url, b"secret", limits=PATIENT)

    await admin.erase(Which(user=anna))
    counted = (await admin.stats()).strata["draft", "en"]
    await admin.aclose()

    assert (counted.seen, counted.wrong) == (1, 1)
