"""Laws of the choice between equal servers."""

from __future__ import annotations

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.tiers.choice import (
    BALANCE,
    KEY_CHARACTERS,
    affinity_key,
    preference,
    within_bound,
)
from assistant.types import Message

NAMES = [f"http://engine-{number}:30000" for number in range(5)]

keys = st.binary(min_size=8, max_size=8)
loads = st.lists(st.integers(0, 100), min_size=1, max_size=8)


def asking(text: str, system: str = "You write.") -> tuple[Message, ...]:
    """A conversation about a text."""
    return (Message(role="system", content=system), Message(role="user", content=text))


@given(key=keys, loads=loads)
def test_no_server_is_taken_over_the_bound(key: bytes, loads: list[int]) -> None:
    """Its load with the new request is at most the balance factor over the mean, rounded up."""
    order = preference(key, [str(place) for place in range(len(loads))])

    place = within_bound(order, loads)

    assert loads[place] + 1 <= math.ceil(BALANCE * (sum(loads) + 1) / len(loads))


@given(requests=st.lists(keys, max_size=60))
def test_loads_stay_balanced_whatever_the_keys(requests: list[bytes]) -> None:
    """Even where all documents are one, each server gets its share."""
    loads = [0] * len(NAMES)

    for key in requests:
        loads[within_bound(preference(key, NAMES), loads)] += 1

    assert max(loads) <= math.ceil(BALANCE * max(1, len(requests)) / len(NAMES))


@given(key=keys, loads=loads)
def test_a_document_stays_while_its_server_has_room(key: bytes, loads: list[int]) -> None:
    """The first in the order is taken unless it is over the bound."""
    order = preference(key, [str(place) for place in range(len(loads))])
    assume(loads[order[0]] <= min(loads))

    assert within_bound(order, loads) == order[0]


@given(key=keys, gone=st.integers(0, len(NAMES) - 1))
def test_only_the_keys_of_a_server_that_leaves_move(key: bytes, gone: int) -> None:
    """And they move to the next in their order."""
    before = [NAMES[place] for place in preference(key, NAMES)]
    left = [name for name in NAMES if name != NAMES[gone]]

    after = [left[place] for place in preference(key, left)]

    assert after == [name for name in before if name != NAMES[gone]]


@given(key=keys, names=st.permutations(NAMES))
def test_the_order_of_the_policy_makes_no_difference(key: bytes, names: list[str]) -> None:
    """Two gateways that list the servers differently agree."""
    assert [names[place] for place in preference(key, names)] == [
        NAMES[place] for place in preference(key, NAMES)
    ]


def test_keys_spread_over_the_servers() -> None:
    """Of a thousand documents each of five servers is home to about two hundred."""
    homes = [
        preference(affinity_key(asking(f"Text {number}.")), NAMES)[0] for number in range(1000)
    ]

    assert all(150 < homes.count(place) < 250 for place in range(len(NAMES)))


@given(start=st.text(max_size=20), tail=st.text(), other=st.text())
def test_edits_further_down_keep_a_document_at_home(start: str, tail: str, other: str) -> None:
    """The beginning alone names it."""
    start = start.ljust(KEY_CHARACTERS, "x")

    assert affinity_key(asking(start + tail)) == affinity_key(asking(start + other))


def test_instructions_and_text_are_told_apart() -> None:
    """The computed prefix begins with the system message, so another one is another prefix."""
    together = {
        affinity_key(asking("bc", system="a")),
        affinity_key(asking("c", system="ab")),
        affinity_key(asking("abc", system="")),
        affinity_key((Message(role="user", content="abc"),)),
        affinity_key(()),
    }

    assert len(together) == 5


def test_half_a_character_has_a_key() -> None:
    """Texts come from JSON, which may hold what no encoding has."""
    assert affinity_key(asking("\ud83d")) != affinity_key(asking("\ude00"))
