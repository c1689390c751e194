"""The light client: where replies end, what is counted, and the percentiles of what it measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.http_load import Connection, Plan, UnexpectedReply, measure, nearest_rank

HIT = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Cache: hit; age=1\r\n\r\ntext"
MISS = HIT.replace(b"hit", b"miss")
REFUSED = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n"


@asynccontextmanager
async def answering(*pieces: Sequence[bytes]) -> AsyncIterator[int]:
    """The port of a server that answers each request by the next of these, piece by piece, then over again."""
    replies = iter(pieces * 100)

    handlers: list[asyncio.Task[None]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            for piece in next(replies):
                writer.write(piece)
                await writer.drain()
        writer.close()
        await writer.wait_closed()

    def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.append(asyncio.create_task(answer(reader, writer)))

    server = await asyncio.start_server(answered, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*handlers)


def plan(port: int, **changes: object) -> Plan:
    """Ten requests at once, one after the other."""
    made: dict[str, object] = {
        "port": port,
        "path": "/",
        "bodies": ["{}"],
        "seconds": 0.05,
        "connections": 1,
    }
    return Plan(**(made | changes))  # type: ignore[arg-type]


async def test_a_reply_that_comes_in_pieces_is_one() -> None:
    """Heads and bodies are cut anywhere."""
    async with answering([HIT[:10], HIT[10:70], HIT[70:]]) as port:
        connection = await Connection.open(port)
        heads = [await connection.ask(b"x") for _ in range(3)]
        connection.close()

    assert {head.partition(b"\r\n")[0] for head in heads} == {b"http/1.1 200 ok"}


async def test_only_wanted_replies_are_measured() -> None:
    """Others are counted, for they took another way."""
    async with answering([HIT], [MISS]) as port:
        measured = await measure(plan(port, wanted="x-cache: hit", per_second=200.0))

    assert (len(measured.ms), measured.others) == (5, 5)


async def test_a_refusal_ends_the_measurement() -> None:
    """What was refused tells nothing of the time an answer takes."""
    async with answering([REFUSED]) as port:
        connection = await Connection.open(port)
        with pytest.raises(UnexpectedReply, match="429"):
            await connection.ask(b"x")
        connection.close()


async def test_a_connection_that_ends_ends_its_request() -> None:
    """None waits for ever."""
    async with answering([b""]) as port:
        connection = await Connection.open(port)
        waiting = connection.ask(b"x")
        connection.close()
        with pytest.raises(UnexpectedReply, match="hung up"):
            await waiting


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1),
    st.integers(min_value=1, max_value=100),
)
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(
    values: list[float], percent: int
) -> None:
    """By its definition."""
    found = nearest_rank(values, percent / 100)

    assert found in values
    assert 100 * sum(value <= found for value in values) >= percent * len(values)
    assert 100 * sum(value < found for value in values) < percent * len(values)
