"""Answers that a tenant shares: only what several users accepted, and nobody alone decides."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.cache.base import CacheQuery, CacheRules
from assistant.types import Caller
from support.cached import (
    ANNA,
    BORIS,
    CARLA,
    OTHERWISE,
    POLITE,
    SAID,
    SHARED,
    Writers,
    asks,
    by,
    writers_on,
)
from support.valkey import Valkey

STRANGER = Caller(tenant="other", user="anna")


def shares(
    instruction: str = SAID, *, caller: Caller = ANNA, rules: CacheRules = SHARED
) -> CacheQuery:
    """A request whose answer may be shared."""
    return asks(instruction, caller=caller, rules=rules)


async def both_accept(writers: Writers) -> list[str]:
    """Anna's text scores better than Boris's; the references to both."""
    return [
        await writers.accepted(shares(caller=ANNA), "Roses.", score=0.9),
        await writers.accepted(shares(caller=BORIS), "Tulips.", score=0.7),
    ]


async def test_what_one_user_accepted_is_served_to_nobody_else(writers: Writers) -> None:
    """However often."""
    entry = await writers.accepted(shares(), "Roses.")

    for _ in range(3):
        await writers.cache.judged(entry, ANNA, accepted=True)

    assert await writers.served(shares(caller=CARLA)) == "absent"


async def test_what_enough_users_accepted_is_served_to_all(writers: Writers) -> None:
    """The text that scores best, at both levels; each of them keeps their own."""
    await both_accept(writers)

    exact, canonical = [await writers.hit(shares(each, caller=CARLA)) for each in (SAID, POLITE)]

    assert (exact.level, exact.answer.text) == ("exact", "Roses.")
    assert (canonical.level, canonical.answer.text) == ("canonical", "Roses.")
    assert await writers.served(shares(caller=BORIS)) == "Tulips."


@pytest.mark.parametrize("number", [3, 5])
async def test_as_many_users_as_the_policy_says_are_needed(writers: Writers, number: int) -> None:
    """Different ones."""
    rules = CacheRules(shared=True, accepted_by=number)
    users = [Caller(tenant="acme", user=f"user {each}") for each in range(number)]
    served = []

    for user in users:
        await writers.accepted(shares(caller=user, rules=rules), f"Roses of {user.user}.")
        served.append(await writers.served(shares(caller=CARLA, rules=rules)))

    assert served[:-1] == ["absent"] * (number - 1)
    assert served[-1].startswith("Roses of")


@pytest.mark.parametrize(
    "query",
    [
        asks(caller=CARLA),
        shares(caller=STRANGER),
        shares(OTHERWISE, caller=CARLA),
        replace(shares(caller=CARLA), shape="another"),
        replace(shares(caller=CARLA), min_score=0.95),
        replace(shares(caller=CARLA), tiers=frozenset({"best"})),
    ],
    ids=["not-shared", "tenant", "request", "shape", "bar", "tier"],
)
async def test_what_is_shared_obeys_every_other_rule(writers: Writers, query: CacheQuery) -> None:
    """It is an entry like any other."""
    await both_accept(writers)

    assert await writers.served(query) in {"absent", "below_bar"}


async def test_nothing_is_shared_that_was_not_to_be_when_it_was_written(writers: Writers) -> None:
    """A policy that shares from now on does not share what was private."""
    for caller in (ANNA, BORIS):
        await writers.accepted(asks(caller=caller), f"Roses of {caller.user}.")

    assert await writers.served(shares(caller=CARLA)) == "absent"


async def test_answers_kept_without_a_word_are_no_votes(writers: Writers) -> None:
    """Only what a user did counts."""
    rules = replace(SHARED, provisional_s=0.0)

    for caller in (ANNA, BORIS):
        await writers.stored(shares(caller=caller, rules=rules), f"Roses of {caller.user}.")

    assert await writers.served(shares(caller=CARLA, rules=rules)) == "absent"


async def test_a_vote_can_be_taken_back(writers: Writers) -> None:
    """With too few left nothing is shared, until enough have accepted again."""
    anna, _ = await both_accept(writers)

    await writers.cache.judged(anna, ANNA, accepted=False)
    without = await writers.served(shares(caller=CARLA))
    await writers.accepted(shares(caller=Caller(tenant="acme", user="dora")), "Lilies.", score=0.6)

    assert without == "absent"
    assert await writers.served(shares(caller=CARLA)) == "Lilies."


async def test_a_shared_text_is_refused_by_each_for_themselves(writers: Writers) -> None:
    """And can be taken back into favour."""
    await both_accept(writers)
    hit = await writers.hit(shares(caller=CARLA))

    await writers.cache.judged(hit.entry, CARLA, accepted=False)
    refused = await writers.served(shares(caller=CARLA))
    others = await writers.served(shares(caller=Caller(tenant="acme", user="dora")))
    await writers.cache.judged(hit.entry, CARLA, accepted=True)

    assert (refused, others) == ("tombstone", "Roses.")
    assert await writers.served(shares(caller=CARLA)) == "Roses."


async def test_who_was_served_a_shared_text_cannot_erase_it(writers: Writers) -> None:
    """It is not theirs."""
    await both_accept(writers)
    hit = await writers.hit(shares(caller=CARLA))

    assert await writers.cache.forget(hit.entry)
    assert await writers.served(shares(caller=CARLA)) == "Roses."


async def test_who_wrote_a_shared_text_can_erase_it(writers: Writers) -> None:
    """Everywhere."""
    anna, _ = await both_accept(writers)

    assert await writers.cache.forget(anna)

    assert await writers.served(shares(caller=CARLA)) == "absent"
    assert await writers.served(shares(caller=BORIS)) == "Tulips."


async def test_a_user_puts_forward_only_so_much_an_hour(writers: Writers) -> None:
    """What comes after that waits for nobody: it is simply not put forward."""
    rules = replace(SHARED, shared_writes_per_hour=2)
    tasks = [f"Write a poem about {number} parcels." for number in (2, 3, 4)]
    for task in tasks:
        await writers.accepted(shares(task, rules=rules), f"Anna on: {task}", score=0.9)
    writers.now += 3600.0
    for task in tasks:
        other = shares(task, caller=BORIS, rules=replace(rules, shared_writes_per_hour=9))
        await writers.accepted(other, f"Boris on: {task}", score=0.5)

    served = [await writers.served(shares(task, caller=CARLA)) for task in tasks]

    assert [each != "absent" for each in served] == [True, True, False]


async def test_one_user_alone_places_nothing_before_others(
    writers: Writers, valkey: Valkey
) -> None:
    """A thousand texts, written and accepted, for requests that others make too."""
    victims = [Caller(tenant="acme", user=f"victim {number}") for number in range(5)]
    tasks = [f"Write a poem about {number} parcels." for number in range(2, 12)]
    for number in range(1000):
        task = tasks[number % len(tasks)]
        rules = replace(SHARED, shared_writes_per_hour=60)
        await writers.accepted(shares(task, rules=rules), f"Poison {number}.", score=1.0)

    served = [
        await writers.served(shares(task, caller=victim)) for victim in victims for task in tasks
    ]

    assert served == ["absent"] * 50
    votes = cast("list[bytes]", valkey.run("KEYS", "ink:*:vote:*"))
    assert len(votes) <= 10
    assert {valkey.run("HLEN", key.decode()) for key in votes} == {1}


users = st.sampled_from([Caller(tenant="acme", user=name) for name in "abc"])
events = st.lists(
    st.tuples(st.sampled_from(["accept", "reject"]), users, st.sampled_from([SAID, POLITE])),
    max_size=10,
)


@given(events)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_text_is_shared_only_while_enough_users_stand_by_the_request(
    shared_valkey: Valkey, events: list[tuple[str, Caller, str]]
) -> None:
    """Whatever order they act in."""
    latest: dict[Caller, str] = {}
    standing: dict[Caller, str] = {}
    async with writers_on(shared_valkey) as writers:
        for number, (event, user, words) in enumerate(events):
            if event == "accept":
                latest[user] = await writers.accepted(shares(words, caller=user), f"Text {number}.")
                standing.setdefault(user, latest[user])
            elif user in latest:
                await writers.cache.judged(latest[user], user, accepted=False)
                if standing.get(user) == latest[user]:
                    del standing[user]

            found = await writers.served(by(CARLA, shares()))

            assert len(standing) >= 2 or found == "absent"
