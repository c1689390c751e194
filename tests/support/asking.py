"""What tests ask a Redis, in words."""

from __future__ import annotations

from assistant.bounded import BoundedRedis, Down, Script

GET = Script("return redis.call('GET', KEYS[1])")


async def put(redis: BoundedRedis, name: str, value: str = "value") -> bool:
    """Whether it was stored."""
    reply = await redis.ask("put", lambda client: client.set(name, value))
    return not isinstance(reply, Down)


async def get(redis: BoundedRedis, name: str) -> bytes | Down | None:
    """What is stored, in the server's words."""
    reply = await redis.ask("get", lambda client: client.get(name))
    assert reply is None or isinstance(reply, bytes | Down)
    return reply


async def get_by_script(redis: BoundedRedis, name: str) -> object | Down:
    """The same by a script."""
    return await redis.run("script", GET, keys=[name], args=[])
