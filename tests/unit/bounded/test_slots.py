"""Which slot a command is for, and what nodes say of their slots."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot
from redis.exceptions import RedisError

from assistant.bounded.slots import SLOTS, NoKey, owners_in, slot_of

SLOT = key_slot(b"key")


@pytest.mark.parametrize(
    "command",
    [
        ("GET", "key"),
        ("get", b"key"),
        ("MEMORY USAGE", "key"),
        ("OBJECT", "ENCODING", "key"),
        ("EVALSHA", "digest", 2, "key", "other", "argument"),
        ("XREAD", "COUNT", 5, b"STREAMS", "key", "0"),
        ("XREADGROUP", "GROUP", "g", "c", "STREAMS", "key", ">"),
        ("ZUNION", 1, "key"),
        ("BITOP", "AND", "key", "other"),
        ("SET", "{key}:tail", "value"),
    ],
    ids=lambda command: command[0],
)
def test_the_first_key_says_the_slot(command: tuple[object, ...]) -> None:
    """Wherever it stands."""
    assert slot_of(command) == SLOT


@pytest.mark.parametrize("command", [("PING",), ("EVAL", "return 1", 0), ("XREAD", "COUNT", 5)])
def test_a_command_without_a_key_has_no_slot(command: tuple[object, ...]) -> None:
    """It would have to be sent to some node or other."""
    with pytest.raises(NoKey, match="names no key"):
        slot_of(command)


def test_a_node_that_does_not_know_its_host_is_where_it_was_asked() -> None:
    """As it is before it has met another one, or behind an address translation."""
    reply = [
        [0, 99, [b"10.0.0.1", 7001, b"id", []], [b"10.0.0.9", 7009, b"replica"]],
        [100, 199, [b"", 7002, b"id"]],
        [200, 299, [None, 7003, b"id"]],
        [300, 399, [b"?", 7004, b"id"]],
        [400, 499, [b"10.0.0.1", 7001, b"id"]],
    ]

    assert owners_in(reply, asked="here") == {
        ("10.0.0.1", 7001): [range(100), range(400, 500)],
        ("here", 7002): [range(100, 200)],
        ("here", 7003): [range(200, 300)],
        ("here", 7004): [range(300, 400)],
    }


ODD = st.recursive(
    st.none() | st.integers() | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@given(reply=ODD)
def test_a_reply_of_another_shape_is_an_error_of_the_server(reply: object) -> None:
    """Not one of ours; what is of the right shape names slots that there are."""
    try:
        owners = owners_in(reply, asked="here")
    except RedisError:
        owners = {}

    assert all(0 <= one.start < one.stop <= SLOTS for ranges in owners.values() for one in ranges)


@pytest.mark.parametrize(("first", "last"), [(0, 16_384), (-1, 5), (7, 6), (0, 10**30)])
def test_slots_that_do_not_exist_are_an_error_of_the_server(first: int, last: int) -> None:
    """However many it claims, nothing is made of them."""
    with pytest.raises(RedisError, match="CLUSTER SLOTS"):
        owners_in([[first, last, [b"h", 1]]], asked="here")
