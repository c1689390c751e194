"""What sharing a generation costs who leads it, and how late who follows in another process hears of it.

Run as `python -m load.cache_flights URL`, it is that other process: it prints seconds of delay, a line an item.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Final

import anyio
from rich.table import Table

from assistant.bounded import BoundedRedis
from assistant.cache.flights import Codec, FlightPlace, Flights
from load.http_load import nearest_rank
from support.valkey import running_valkey

LED: Final = 60
ITEMS: Final = 100
EVERY_S: Final = 0.02

_CODEC: Final[Codec[str]] = Codec(encode=str.encode, decode=bytes.decode)
_MS: Final = 1000


def flights_table() -> Table:
    """Both."""
    return anyio.run(_flights)


async def _flights() -> Table:
    with running_valkey() as valkey:
        redis = BoundedRedis(valkey.url, name="flights")
        shared: Flights[str] = Flights(redis, _CODEC)
        alone: Flights[str] = Flights(None, _CODEC)
        direct_ms, alone_ms, led_ms = [], [], []
        for number in range(LED):
            direct_ms.append(await _direct_ms())
            alone_ms.append(await _led_ms(alone, number))
            led_ms.append(await _led_ms(shared, number))
        late_ms = await _late_ms(shared, valkey.url)
        await shared.aclose()
        await alone.aclose()
        await redis.aclose()
    table = Table("single-flight", "ms p50", "ms p99", "added ms p50", title="Single-flight")
    base = nearest_rank(direct_ms, 0.5)
    rows = {
        "ten items without a flight": direct_ms,
        "led, in this process alone": alone_ms,
        "led, with a Valkey": led_ms,
    }
    for name, ms in rows.items():
        p50, p99 = nearest_rank(ms, 0.5), nearest_rank(ms, 0.99)
        table.add_row(name, f"{p50:.2f}", f"{p99:.2f}", f"{p50 - base:.2f}")
    p50, p99 = nearest_rank(late_ms, 0.5), nearest_rank(late_ms, 0.99)
    table.add_row("an item, until another process has it", f"{p50:.1f}", f"{p99:.1f}", "")
    table.caption = f"followed: {len(late_ms)} items, one each {EVERY_S * _MS:g} ms"
    return table


async def _direct_ms() -> float:
    began = time.perf_counter()
    async with aclosing(_ten()) as items:
        async for _ in items:
            pass
    return (time.perf_counter() - began) * _MS


async def _led_ms(flights: Flights[str], number: int) -> float:
    place = FlightPlace(partition="0" * 32, key=f"{number:032x}", tenant="bench")
    began = time.perf_counter()
    async with flights.join(place, _ten) as flight, aclosing(flight.items()) as items:
        async for _ in items:
            pass
    return (time.perf_counter() - began) * _MS


async def _late_ms(flights: Flights[str], url: str) -> list[float]:
    """Milliseconds from an item to its arrival in another process, which began with the flight."""
    command = (sys.executable, "-m", "load.cache_flights", url)
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    await process.stdout.readline()
    async with flights.join(_FOLLOWED, _timed) as flight, aclosing(flight.items()) as items:
        await anext(items)
        process.stdin.write(b"go\n")
        async for _ in items:
            pass
    told = (await process.communicate())[0].split()
    return [float(word) * _MS for word in told]


async def _ten() -> AsyncGenerator[str, None]:
    for _ in range(10):
        yield "word"


async def _timed() -> AsyncGenerator[str, None]:
    """Items that say when they were made, in the time that all processes of a machine share."""
    yield "begun"
    await asyncio.sleep(0.5)
    for _ in range(ITEMS):
        yield f"{time.monotonic():.6f}"
        await asyncio.sleep(EVERY_S)


_FOLLOWED: Final = FlightPlace(partition="0" * 32, key="f" * 32, tenant="bench")


async def _follow(url: str) -> None:
    redis = BoundedRedis(url, name="flights")
    flights: Flights[str] = Flights(redis, _CODEC)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    async with flights.join(_FOLLOWED, _timed) as flight, aclosing(flight.items()) as items:
        async for item in items:
            if item != "begun":
                sys.stdout.write(f"{time.monotonic() - float(item):.6f}\n")
    assert flight.role == "joined"
    await flights.aclose()
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(_follow(sys.argv[1]))
