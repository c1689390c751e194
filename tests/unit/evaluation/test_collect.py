"""Collecting drafts: what is asked for, several at a time, failures, and taking up again."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
import anyio.lowlevel
import pytest

from assistant.errors import DataError, TierUnavailable
from assistant.evaluation.collect import (
    MOST_FAILURES_IN_A_ROW,
    CollectPlan,
    WrittenDraft,
    collect,
)
from assistant.evaluation.collect_rows import CollectedRow
from assistant.types import DraftRequest, TokenLogprob

PLAN = CollectPlan(
    tier="draft",
    model="tiny",
    kinds=("extractive_question", "titles"),
    per_kind=3,
    seed=4,
    temperatures=(0.2, 1.0),
    samples=2,
)


@dataclass
class Writer:
    """Writes the same draft each time; the calls numbered in `failing` fail, from 0."""

    failing: frozenset[int] = frozenset()
    calls: list[tuple[DraftRequest, float, int]] = field(default_factory=list)
    together: int = 0
    most_together: int = 0

    async def write(self, request: DraftRequest, temperature: float, seed: int) -> WrittenDraft:
        """The draft, after giving way to others."""
        number = len(self.calls)
        self.calls.append((request, temperature, seed))
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        try:
            await anyio.lowlevel.checkpoint()
        finally:
            self.together -= 1
        if number in self.failing:
            raise TierUnavailable(tier="draft", detail="went away")
        return WrittenDraft(
            text="A draft.",
            finish="stop",
            logprobs=(TokenLogprob(-0.25, -1.5), TokenLogprob(float("-inf"))),
        )


def test_a_plan_wants_every_task_at_every_temperature_and_sample_once() -> None:
    """Ids and seeds tell all drafts apart, and are the same the next time."""
    wanted = list(PLAN.wanted())

    assert len(wanted) == PLAN.drafts == 2 * 3 * 2 * 2
    assert len({one.tried.id for one in wanted}) == len(wanted)
    assert len({one.tried.seed for one in wanted}) == len(wanted)
    assert [one.tried for one in wanted] == [one.tried for one in PLAN.wanted()]
    assert {one.task.kind for one in wanted[:8]} == set(PLAN.kinds)


async def test_each_draft_is_kept_with_its_verdict_and_log_probabilities() -> None:
    """An infinite log-probability becomes a number that JSON has."""
    writer = Writer()
    kept: list[CollectedRow] = []

    done = await collect(PLAN.wanted(), writer.write, kept.append)

    assert (done.kept, done.failed, len(kept)) == (24, 0, 24)
    assert kept[0].logprobs == ((-0.25, -1.5), (-100.0, None))
    assert kept[0].score == pytest.approx(sum(one.met for one in kept[0].requirements) / 4)
    assert {row.temperature for row in kept} == {0.2, 1.0}
    assert {row.id for row in kept} == {one.tried.id for one in PLAN.wanted()}


async def test_known_drafts_are_not_written_again() -> None:
    """A second run does the rest only."""
    writer = Writer()
    known = {one.tried.id for one in list(PLAN.wanted())[:20]}
    kept: list[CollectedRow] = []

    done = await collect(PLAN.wanted(), writer.write, kept.append, known=known)

    assert (done.known, done.kept, len(writer.calls)) == (20, 4, 4)
    assert not known & {row.id for row in kept}


@pytest.mark.parametrize("concurrency", [1, 5])
async def test_so_many_drafts_are_written_at_a_time(concurrency: int) -> None:
    """An engine's slots are all in use, and no more are asked for."""
    writer = Writer()

    await collect(PLAN.wanted(), writer.write, lambda _: None, concurrency=concurrency)

    assert writer.most_together == concurrency


async def test_a_draft_that_its_tier_fails_is_left_out() -> None:
    """The others are kept; the next run tries it again."""
    writer = Writer(failing=frozenset({0, 5, 11}))
    kept: list[CollectedRow] = []

    done = await collect(PLAN.wanted(), writer.write, kept.append)

    assert (done.kept, done.failed, len(kept)) == (21, 3, 21)


async def test_a_tier_that_is_down_ends_the_run() -> None:
    """What was written before is kept."""
    writer = Writer(failing=frozenset(range(3, 100)))
    kept: list[CollectedRow] = []

    with pytest.raises(TierUnavailable):
        await collect(PLAN.wanted(), writer.write, kept.append, concurrency=2)

    assert len(kept) == 3
    assert len(writer.calls) <= 3 + MOST_FAILURES_IN_A_ROW + 1


async def test_a_full_disk_ends_the_run_with_its_own_error() -> None:
    """It is told in one line, as any other."""

    def keep(_: CollectedRow) -> None:
        message = "drafts.jsonl: drafts cannot be kept there"
        raise DataError(message)

    with pytest.raises(DataError, match="cannot be kept"):
        await collect(PLAN.wanted(), Writer().write, keep, concurrency=3)
