"""The load driver: how many at once, how long, and what a failure does."""

from __future__ import annotations

from functools import partial
from itertools import count

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.benchmark.load import run_load
from assistant.errors import TierUnavailable

GUARD_S = 20


class Counter:
    """Calls that note how many of them ran at once."""

    def __init__(self) -> None:
        self.running = self.most = 0

    async def call(self, result: int) -> int:
        """Lets the others run, then returns what it was given."""
        self.running += 1
        self.most = max(self.most, self.running)
        await anyio.lowlevel.checkpoint()
        self.running -= 1
        return result


@given(st.integers(1, 40), st.integers(1, 12))
def test_every_call_ends_once_and_never_too_many_run(calls: int, concurrency: int) -> None:
    """Under any load, the most at once is the load, or the calls there are."""
    counter = Counter()

    async def run() -> tuple[int, ...]:
        wanted = [partial(counter.call, index) for index in range(calls)]
        return (await run_load(wanted, concurrency=concurrency)).results

    results = anyio.run(run)

    assert sorted(results) == list(range(calls))
    assert counter.most == min(calls, concurrency)


async def test_clients_start_together() -> None:
    """No call ends before as many run as were asked for."""
    arrived: list[int] = []
    all_here = anyio.Event()

    async def call(index: int) -> None:
        arrived.append(index)
        if len(arrived) == 4:
            all_here.set()
        await all_here.wait()

    with anyio.fail_after(GUARD_S):
        run = await run_load([partial(call, index) for index in range(6)], concurrency=4)

    assert len(run.results) == 6


async def test_the_wall_time_spans_the_whole_run() -> None:
    """By the clock that was passed: one look at the start, one at the end."""
    ticks = count(10)

    run = await run_load(
        [partial(Counter().call, 1)], concurrency=1, clock=lambda: float(next(ticks))
    )

    assert run.wall_s == 1.0


async def test_progress_counts_the_ended_calls() -> None:
    """One, two, three."""
    heard: list[int] = []

    await run_load([partial(Counter().call, 0)] * 3, concurrency=2, done=heard.append)

    assert heard == [1, 2, 3]


async def test_the_first_failure_cancels_the_others_and_is_told() -> None:
    """A level with a failed request is no measurement; nobody waits for the rest of it."""
    cancelled: list[str] = []

    async def hang() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.append("hang")

    async def fail() -> None:
        await anyio.lowlevel.checkpoint()
        raise TierUnavailable(tier="draft", detail="gone")

    with anyio.fail_after(GUARD_S), pytest.raises(TierUnavailable, match="gone"):
        await run_load([hang, fail, hang], concurrency=2)

    assert cancelled == ["hang"]
