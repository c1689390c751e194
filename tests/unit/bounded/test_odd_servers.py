"""What answers is no Redis, or a mad one: whatever bytes it sends, nothing is raised."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from assistant.bounded import DOWN, BoundedRedis, Limits
from assistant.breaker import Breaker
from support.asking import get, get_by_script, put

LIMITS = Limits(timeout_s=0.3, connect_timeout_s=0.5, connections=2)
NEVER_OPEN = 10**9


@asynccontextmanager
async def server_that_says(reply: bytes) -> AsyncIterator[str]:
    """A server that answers anything with these bytes and hangs up."""

    async def answer_once(stream: SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(reply)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, answer_once)
        port = listener.extra(SocketAttribute.local_port)  # noqa: S610  # anyio's, not Django's
        yield f"127.0.0.1:{port}"
        group.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("reply", "event", "error"),
    [
        (b"-LOADING server is loading the dataset in memory\r\n", "failed", "BusyLoadingError"),
        (b"-NOAUTH Authentication required.\r\n", "failed", "AuthenticationError"),
        (b"-CLUSTERDOWN The cluster is down\r\n", "refused", "ClusterDownError"),
        (b"-MASTERDOWN Link with MASTER is down\r\n", "refused", "MasterDownError"),
        (b"-MOVED 3999 127.0.0.1:6381\r\n", "refused", "MovedError"),
        (b"-NOPERM this user has no permissions\r\n", "refused", "NoPermissionError"),
        (b"-MISCONF Redis is configured to save\r\n", "refused", "ResponseError"),
        (b"-BUSY Redis is busy running a script\r\n", "refused", "ResponseError"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "failed", "InvalidResponse"),
        (b"$1000\r\nhalf of a reply", "failed", "ConnectionError"),
        (b"", "failed", "ConnectionError"),
    ],
    ids=lambda value: value.decode()[:8] if isinstance(value, bytes) else None,
)
async def test_the_log_tells_a_refusal_from_a_failure(reply: bytes, event: str, error: str) -> None:
    """By the name of the error alone."""
    async with server_that_says(reply) as place:
        redis = BoundedRedis(f"redis://{place}", name="test", limits=LIMITS)
        with capture_logs() as logs:
            answer = await get(redis, "a")
        await redis.aclose()

    assert answer == DOWN
    assert [(log["event"], log["error"]) for log in logs] == [(f"test.{event}", error)]


@given(
    reply=st.one_of(
        st.binary(max_size=40),
        st.builds(
            lambda kind, rest, end: kind + rest + end,
            st.sampled_from(
                [
                    b"+",
                    b"-",
                    b"-MOVED ",
                    b"-ASK ",
                    b":",
                    b"$",
                    b"*",
                    b"%",
                    b"~",
                    b">",
                    b"#",
                    b",",
                    b"(",
                ]
            ),
            st.one_of(st.binary(max_size=8), st.sampled_from([b"-1", b"99999999999", b"1", b"x"])),
            st.sampled_from([b"\r\n", b"\r\n\r\n", b"", b"\n"]),
        ),
    ),
    scheme=st.sampled_from(["redis", "redis+cluster"]),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_raise(reply: bytes, scheme: str) -> None:
    """Neither from a command, a script nor a question for its health."""

    async def ask() -> list[object]:
        async with server_that_says(reply) as place:
            breaker = Breaker(failures=NEVER_OPEN)
            redis = BoundedRedis(f"{scheme}://{place}", name="test", limits=LIMITS, breaker=breaker)
            answers: list[object] = [
                await get_by_script(redis, "a"),
                await put(redis, "a"),
                await redis.ping(),
            ]
            await redis.aclose()
            return answers

    assert len(anyio.run(ask)) == 3
