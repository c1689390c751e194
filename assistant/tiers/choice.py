"""Which of several equal servers gets a request: its document's one, unless that one is busy. Pure.

A server that has read a document keeps the computed prefix, so the next request about it is cheaper
and begins sooner there. The order of servers for a key is by highest random weight (Thaler and
Ravishankar, "Using name-based mappings to increase hit rates", 1998): when a server goes, only its own
keys move. The first in that order whose load stays within a constant factor of the mean is taken
(Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing with bounded loads", 2018), so that a popular
document cannot drown a server.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b
from itertools import chain

from assistant.types import Message

BALANCE = 1.25
"""Largest load over the mean: the paper's middle ground, where few keys leave their server."""

KEY_CHARACTERS = 512
"""Beginning of the source text that tells documents apart: a paragraph or two, about 120 tokens. More
would send a document elsewhere with each edit further down, where a writer works; what comes before
the edit is still a prefix that its server knows."""

_DIGEST_BYTES = 8


def affinity_key(messages: Sequence[Message]) -> bytes:
    """The same for requests that begin alike: with the same instructions and about the same text."""
    first_user = next((message for message in messages if message.role == "user"), None)
    start = "" if first_user is None else first_user.content[:KEY_CHARACTERS]
    systems = (message.content for message in messages if message.role == "system")
    digest = blake2b(digest_size=_DIGEST_BYTES)
    for part in chain(systems, (start,)):
        # A lone surrogate, which JSON can carry, has no encoding of its own.
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def preference(key: bytes, names: Sequence[str]) -> list[int]:
    """Places of all `names`, the one that `key` belongs to first; the order of `names` is no matter."""
    return sorted(range(len(names)), key=lambda place: _weight(key, names[place]), reverse=True)


def within_bound(order: Sequence[int], loads: Sequence[int]) -> int:
    """The first place in `order` that may take one request more; `loads` in requests, by place.

    There always is one: the rounded-up mean is at least the least load plus one.
    """
    most = math.ceil(BALANCE * (sum(loads) + 1) / len(loads))
    return next(place for place in order if loads[place] + 1 <= most)


def _weight(key: bytes, name: str) -> bytes:
    return blake2b(name.encode(), key=key, digest_size=_DIGEST_BYTES).digest()
