"""Servers that are no well Redis at all, over TCP: whatever they say, no request fails."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream

from assistant.bounded import Limits
from assistant.cache.base import Bypass, CacheQuery, NotStored
from assistant.cache.redis import RedisAnswerCache
from assistant.types import Answer

DOWN = Bypass(reason="redis-down")


@pytest.fixture(
    params=[
        b"-LOADING server is loading the dataset in memory\r\n",
        b"-CLUSTERDOWN The cluster is down\r\n",
        b"-MOVED 3999 127.0.0.1:6381\r\n",
        b"-MISCONF errors writing to the append-only file\r\n",
        b"-WRONGPASS invalid username-password pair\r\n",
        b"-NOPERM this user has no permissions\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"$1000\r\nhalf of a reply",
        b"",
    ],
    ids=[
        "loading",
        "cluster",
        "moved",
        "misconf",
        "wrongpass",
        "noperm",
        "http",
        "half",
        "closes",
    ],
)
async def url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A server that answers anything with these bytes and hangs up."""

    async def answer_once(stream: SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(request.param)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    async with anyio.create_task_group() as group:
        group.start_soon(listener.serve, answer_once)
        port = listener.extra(SocketAttribute.local_port)  # noqa: S610  # anyio's, not Django's
        yield f"redis://127.0.0.1:{port}/0"
        group.cancel_scope.cancel()
    await listener.aclose()


async def test_whatever_a_server_says_a_request_goes_on(
    url: str, query: CacheQuery, answer: Answer
) -> None:
    """Read, write and health alike, more often than the breaker lets through."""
    cache = RedisAnswerCache(url, b"secret", limits=Limits(timeout_s=2.0, connect_timeout_s=2.0))

    assert [await cache.get(query) for _ in range(7)] == [DOWN] * 7
    assert await cache.put(query, answer) == NotStored(reason="redis-down")
    assert not await cache.healthy()

    await cache.aclose()
