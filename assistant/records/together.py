"""Commands of many at the same time, in one round trip."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Final, TypeAlias

from redis.asyncio import Redis

from assistant.bounded import DOWN, BoundedRedis, Down

GATHERED_S: Final = 0.01
"""How long commands wait for others: nobody waits for their replies but other work behind the answers."""

Command: TypeAlias = tuple[str | bytes | int, ...]


class Together:
    """Sends what is given within a moment as one pipeline.

    For work behind the answers of a busy process: a round trip of its own costs each of them more time of
    the processor than finding a stored answer does.
    """

    def __init__(self, redis: BoundedRedis, operation: str) -> None:
        """`operation` names the commands in logs."""
        self._redis = redis
        self._operation = operation
        self._waiting: list[tuple[Sequence[Command], asyncio.Future[list[object] | Down]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def send(self, *commands: Command) -> list[object] | Down:
        """The replies to these commands, a refusal of any of those that travel together being Down for all."""
        replies: asyncio.Future[list[object] | Down] = asyncio.get_running_loop().create_future()
        self._waiting.append((commands, replies))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        return await replies

    async def _send(self) -> None:
        await asyncio.sleep(GATHERED_S)
        self._sending = None
        batch, self._waiting = self._waiting, []
        answers: list[object] | Down = DOWN
        try:
            answers = await self._redis.ask(self._operation, lambda redis: _ask(redis, batch))
        finally:
            at = 0
            for commands, replies in batch:
                mine = DOWN if isinstance(answers, Down) else answers[at : at + len(commands)]
                at += len(commands)
                if not replies.done():
                    replies.set_result(mine)


def _ask(
    redis: Redis, batch: Sequence[tuple[Sequence[Command], object]]
) -> Awaitable[list[object]]:
    pipe = redis.pipeline(transaction=False)
    for commands, _ in batch:
        for command in commands:
            pipe.execute_command(*command)
    return pipe.execute()
