"""Two begin, one is kept, the other is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import anyio
import pytest

from assistant.errors import TierError, TierOverloaded, TierUnavailable
from assistant.tiers.hedge import first_to_begin

HANGING_S = 60.0
LONG_S = 30.0
DOWN = TierUnavailable(tier="draft", detail="down")
FULL = TierOverloaded(tier="draft")


class Begun:
    """Something that runs until it is closed."""

    def __init__(self) -> None:
        self.closed = False

    async def aclose(self) -> None:
        """Notes it, after a moment as a socket needs one."""
        await anyio.lowlevel.checkpoint()
        self.closed = True


class Runner:
    """Begins when its gate opens, or fails then; notes what became of it."""

    def __init__(self, error: TierError | None = None) -> None:
        self.gate = anyio.Event()
        self.asked = anyio.Event()
        self.begun = Begun()
        self.cancelled = False
        self._error = error

    async def __call__(self) -> Begun:
        """Begins."""
        self.asked.set()
        try:
            await self.gate.wait()
        except anyio.get_cancelled_exc_class():
            self.cancelled = True
            raise
        if self._error is not None:
            raise self._error
        return self.begun


async def raced(
    first: Runner, second: Runner, steps: Callable[[], Awaitable[None]], *, after_s: float = 0.0
) -> Begun:
    """What begins first, while `steps` happen."""
    results: list[Begun] = []
    errors: list[TierError] = []

    async def race() -> None:
        try:
            results.append(await first_to_begin(first, second, after_s=after_s))
        except TierError as error:
            errors.append(error)

    with anyio.fail_after(HANGING_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(race)
            await steps()
    if errors:
        raise errors[0]
    return results[0]


async def opened(*runners: Runner) -> None:
    """Opens gates once all were asked, one after the other."""
    for runner in runners:
        await runner.asked.wait()
        runner.gate.set()


async def both_asked_then(first: Runner, second: Runner, *order: Runner) -> None:
    """Opens gates in that order, after both were asked."""
    await first.asked.wait()
    await second.asked.wait()
    for runner in order:
        runner.gate.set()


async def test_a_first_in_time_is_alone() -> None:
    """The second is never asked."""
    first, second = Runner(), Runner()

    begun = await raced(first, second, partial(opened, first), after_s=LONG_S)

    assert begun is first.begun
    assert not second.asked.is_set()


@pytest.mark.parametrize("winner", [0, 1], ids=["first", "second"])
async def test_the_faster_is_kept_and_the_other_cancelled(winner: int) -> None:
    """Whichever it is."""
    runners = (Runner(), Runner())

    begun = await raced(*runners, partial(both_asked_then, *runners, runners[winner]))

    assert begun is runners[winner].begun
    assert not begun.closed
    assert runners[1 - winner].cancelled


async def test_two_in_the_same_moment_leave_one() -> None:
    """The one too many is closed."""
    runners = (Runner(), Runner())

    begun = await raced(*runners, partial(both_asked_then, *runners, *runners))

    assert [runner.begun.closed for runner in runners].count(True) == 1
    assert not begun.closed


@pytest.mark.parametrize("failing", [0, 1], ids=["first", "second"])
async def test_one_that_fails_leaves_it_to_the_other(failing: int) -> None:
    """An error is no beginning."""
    runners = (Runner(DOWN if failing == 0 else None), Runner(DOWN if failing == 1 else None))
    order = (runners[failing], runners[1 - failing])

    begun = await raced(*runners, partial(both_asked_then, *runners, *order))

    assert begun is runners[1 - failing].begun


async def test_where_both_fail_the_first_error_is_told() -> None:
    """In the order of time."""
    runners = (Runner(DOWN), Runner(FULL))

    with pytest.raises(TierOverloaded):
        await raced(*runners, partial(both_asked_then, *runners, runners[1], runners[0]))


async def test_an_early_error_is_not_hedged() -> None:
    """It was retried already."""
    first, second = Runner(DOWN), Runner()

    with pytest.raises(TierUnavailable):
        await raced(first, second, partial(opened, first), after_s=LONG_S)

    assert not second.asked.is_set()


async def test_cancelling_the_race_cancels_both() -> None:
    """Nobody is left who would write for nobody."""
    runners = (Runner(), Runner())

    with anyio.fail_after(HANGING_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(first_to_begin, *runners, after_s=0.0))
            for runner in runners:
                await runner.asked.wait()
            tasks.cancel_scope.cancel()

    assert all(runner.cancelled for runner in runners)
