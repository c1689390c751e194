"""A way to a Valkey that tests may make slow, patchy, short-lived or silent."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import anyio
from anyio.abc import ByteStream, SocketAttribute, SocketStream

CHUNK: Final = 65_536
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
BROKEN: Final = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError)


@dataclass
class _Way:
    """One connection through the proxy."""

    client: SocketStream
    lost: bool = False
    replied: int = 0


class Toxic:
    """Passes bytes between clients on 127.0.0.1 and a server's Unix socket, and harms them as told.

    `slice_bytes` cuts replies into pieces of that size; `cut_after` ends a connection after that many
    bytes of replies, with a reset if `reset`; None passes all.
    """

    def __init__(self, server: str, port: int) -> None:
        self.url = f"redis://127.0.0.1:{port}"
        self.slice_bytes: int | None = None
        self.cut_after: int | None = None
        self.reset = False
        self._server = server
        self._ways: list[_Way] = []
        self._lossy = False
        self._flowing = anyio.Event()
        self._flowing.set()

    def hold(self) -> None:
        """Keeps replies back until `release`: a server that is slower than anyone waits."""
        self._flowing = anyio.Event()

    def release(self) -> None:
        """Lets replies through, those that were kept back first."""
        self._flowing.set()

    def lose(self) -> None:
        """Loses what is sent from now on, in silence, as when a host goes dark or a firewall forgets."""
        self._lossy = True
        for way in self._ways:
            way.lost = True

    def find(self) -> None:
        """Passes what is sent on new connections; those of before stay lost."""
        self._lossy = False

    async def serve(self, client: SocketStream) -> None:
        """Carries one connection until either side ends it."""
        way = _Way(client, lost=self._lossy)
        self._ways.append(way)
        with suppress(*BROKEN):
            async with (
                client,
                await anyio.connect_unix(self._server) as server,
                anyio.create_task_group() as group,
            ):
                group.start_soon(self._carry_requests, way, server)
                with suppress(*BROKEN):
                    await self._carry_replies(way, server)
                if not way.lost:
                    group.cancel_scope.cancel()

    async def _carry_requests(self, way: _Way, server: ByteStream) -> None:
        with suppress(*BROKEN):
            async for data in way.client:
                if not way.lost:
                    await server.send(data)
        await server.aclose()

    async def _carry_replies(self, way: _Way, server: ByteStream) -> None:
        async for data in server:
            await self._flowing.wait()
            step = self.slice_bytes or CHUNK
            for start in range(0, len(data), step):
                if way.lost:
                    break
                piece = data[start : start + step]
                if self.cut_after is not None:
                    piece = piece[: max(0, self.cut_after - way.replied)]
                way.replied += len(piece)
                await way.client.send(piece)
                if self.cut_after is not None and way.replied >= self.cut_after:
                    await self._cut(way)
                    return

    async def _cut(self, way: _Way) -> None:
        if self.reset:
            raw = way.client.extra(SocketAttribute.raw_socket)  # noqa: S610  # anyio's, not Django's
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        await way.client.aclose()


@asynccontextmanager
async def toxic_way_to(server: str) -> AsyncIterator[Toxic]:
    """A proxy before the server at a `unix://` address."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    port = listener.extra(SocketAttribute.local_port)  # noqa: S610  # anyio's, not Django's
    toxic = Toxic(server.removeprefix("unix://"), port)
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, toxic.serve)
        yield toxic
        group.cancel_scope.cancel()
