"""Which slot of a Redis Cluster a command is for, and which node serves each slot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias, cast

from redis.crc import key_slot
from redis.exceptions import RedisError

SLOTS: Final = 16_384

Place: TypeAlias = tuple[str, int]
"""Host and port."""

_KEY_AT: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        ("BITOP", "OBJECT", "SINTERCARD", "ZDIFF", "ZINTER", "ZINTERCARD", "ZUNION"), 2
    ),
    **dict.fromkeys(("EVAL", "EVALSHA", "EVALSHA_RO", "EVAL_RO", "FCALL", "FCALL_RO"), 3),
}
"""Where the first key stands in the commands that do not begin with it."""

_AFTER_STREAMS: Final = frozenset({"XREAD", "XREADGROUP"})


class NoKey(RedisError):
    """The command names no key, so no node can be told from it."""


def slot_of(args: Sequence[object]) -> int:
    """The slot of a command's first key; the others must lie in it too, which the node checks.

    Raises:
        NoKey: it has none.
    """
    name = str(args[0]).upper()
    if name in _AFTER_STREAMS:
        at = next(
            (at for at, word in enumerate(args) if word in {"STREAMS", b"STREAMS"}), len(args)
        )
        at += 1
    else:
        at = _KEY_AT.get(name, 1)
    if at >= len(args):
        message = f"{name} names no key: it cannot be sent to a cluster"
        raise NoKey(message)
    key = args[at]
    return key_slot(key if isinstance(key, bytes) else str(key).encode())


def owners_in(reply: object, *, asked: str) -> dict[Place, list[range]]:
    """The slots of each node, in a node's reply to CLUSTER SLOTS.

    A node that does not know its own host is found at `asked`, where the reply came from.

    Raises:
        RedisError: it is no such reply.
    """
    found: dict[Place, list[range]] = {}
    try:
        for first, last, owner, *_ in cast("Iterable[Sequence[object]]", reply):
            host, port = cast("Sequence[object]", owner)[:2]
            place = _text(host) or asked, int(cast("int", port))
            found.setdefault(place, []).append(_range(cast("int", first), cast("int", last)))
    except (TypeError, ValueError) as error:
        message = "the reply to CLUSTER SLOTS cannot be read"
        raise RedisError(message) from error
    return found


def _range(first: int, last: int) -> range:
    if not 0 <= first <= last < SLOTS:
        message = "there are no such slots"
        raise ValueError(message)
    return range(first, last + 1)


def _text(host: object) -> str:
    text = host.decode() if isinstance(host, bytes) else ""
    return "" if text == "?" else text
