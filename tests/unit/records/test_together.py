"""Commands given at the same moment travel in one pipeline, and each gets its own replies."""

from __future__ import annotations

import asyncio

from assistant.bounded import BoundedRedis, Down
from assistant.records.together import Together
from support.valkey import Valkey


async def test_each_gets_its_own_replies_from_one_round_trip(valkey: Valkey) -> None:
    """In whatever number of commands they came."""
    redis = BoundedRedis(valkey.url, name="records")
    together = Together(redis, "test")
    before = _calls(valkey)

    replies = await asyncio.gather(
        together.send(("SET", "a", "1"), ("GET", "a")),
        together.send(("GET", "nothing")),
        together.send(("SET", "b", "2"), ("GET", "b"), ("GET", "a")),
    )
    await redis.aclose()

    assert [reply if isinstance(reply, Down) else reply[1:] for reply in replies] == [
        [b"1"],
        [],
        [b"2", b"1"],
    ]
    # The pipeline's, and that of the question.
    assert _calls(valkey) - before == 2


async def test_what_is_given_later_is_sent_too(valkey: Valkey) -> None:
    """The next moment has a pipeline of its own."""
    redis = BoundedRedis(valkey.url, name="records")
    together = Together(redis, "test")

    await together.send(("SET", "a", "1"))
    reply = await together.send(("GET", "a"))
    await redis.aclose()

    assert reply == [b"1"]


async def test_a_store_that_is_down_is_down_for_all(own_valkey: Valkey) -> None:
    """And nobody waits for ever."""
    redis = BoundedRedis(own_valkey.url, name="records")
    together = Together(redis, "test")
    own_valkey.kill()

    replies = await asyncio.gather(*(together.send(("GET", "a")) for _ in range(3)))
    await redis.aclose()

    assert all(isinstance(reply, Down) for reply in replies)


def _calls(valkey: Valkey) -> int:
    """Connections that were opened so far, the one that asks among them; pipelines at once need one each."""
    with_stats = valkey.run("INFO", "stats")
    assert isinstance(with_stats, dict)
    return int(with_stats["total_connections_received"])
