"""Lets a tier write drafts of verifiable tasks and labels each: which, how many at a time, what is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

import anyio

from assistant.errors import AssistantError, DataError, TierError
from assistant.evaluation.collect_rows import CollectedRow, Tried, collected_row
from assistant.evaluation.verifiable.base import VerifiableTask
from assistant.evaluation.verifiable.generate import tasks
from assistant.types import DraftRequest, Finish, TokenLogprob

MOST_FAILURES_IN_A_ROW = 8
"""A tier fails a draft now and then; one that fails so many one after the other is down."""

_SEED_BITS = 31
"""Engines take seeds of 32 bits, some of them signed."""

_PROMPT_DIGITS = 8
"""Hexadecimal digits of a prompt's digest: enough to tell two versions of one task apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDraft:
    """What a tier wrote, with the log-probability of each token where it tells them."""

    text: str
    finish: Finish
    logprobs: tuple[TokenLogprob, ...]


Write: TypeAlias = Callable[[DraftRequest, float, int], Awaitable[WrittenDraft]]
"""Writes one draft to a request at a temperature and seed; raises TierError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectPlan:
    """Which drafts to collect: `samples` of each task at each temperature."""

    tier: str
    model: str
    kinds: tuple[str, ...]
    per_kind: int
    seed: int
    temperatures: tuple[float, ...]
    samples: int

    @property
    def drafts(self) -> int:
        """How many there are in all."""
        return len(self.kinds) * self.per_kind * len(self.temperatures) * self.samples

    def wanted(self) -> Iterator[WantedDraft]:
        """Every draft, tasks of all kinds in turn, so that a part of them is balanced, too."""
        for number, task in tasks(self.kinds, per_kind=self.per_kind, seed=self.seed):
            for temperature in self.temperatures:
                for sample in range(self.samples):
                    yield self._wanted(task, number, temperature, sample)

    def _wanted(
        self, task: VerifiableTask, number: int, temperature: float, sample: int
    ) -> WantedDraft:
        # With the prompt in it, a draft of another version's task is never taken for this one's.
        prompt = sha256(task.prompt.encode()).hexdigest()[:_PROMPT_DIGITS]
        name = (
            f"{self.tier}:{self.model}:{task.kind}-{self.seed}-{number}-{prompt}"
            f":t{temperature:g}-{sample}"
        )
        digest = int.from_bytes(sha256(name.encode()).digest()[:4])
        return WantedDraft(
            task=task,
            tried=Tried(
                id=name,
                model=self.model,
                tier=self.tier,
                temperature=temperature,
                seed=digest % 2**_SEED_BITS,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDraft:
    """One draft to be written: its task, and by whom and how."""

    task: VerifiableTask
    tried: Tried


@dataclass(slots=True)
class Progress:
    """What became of the wanted drafts so far; `known` ones were collected before."""

    known: int = 0
    kept: int = 0
    failed: int = 0
    failed_in_a_row: int = 0


async def collect(
    wanted: Iterable[WantedDraft],
    write: Write,
    keep: Callable[[CollectedRow], None],
    *,
    known: Collection[str] = (),
    concurrency: int = 1,
    progress: Progress | None = None,
) -> Progress:
    """Writes what is not known yet, `concurrency` drafts at a time; each is kept when it is done.

    A draft that its tier fails is left out, and will be tried again by the next run.

    Raises:
        TierError: the last of `MOST_FAILURES_IN_A_ROW` failures; what was written before is kept.
        DataError: a draft could not be kept.
    """
    told = progress or Progress()
    left = iter(wanted)
    ended: list[AssistantError] = []

    async def work() -> None:
        # One iterator feeds all workers: whoever is free takes the next.
        for one in left:
            if ended:
                return
            if one.tried.id in known:
                told.known += 1
            elif (error := await _collected(one, write, keep, told)) is not None:
                ended.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(concurrency):
            group.start_soon(work)
    if ended:
        raise ended[0]
    return told


async def _collected(
    one: WantedDraft, write: Write, keep: Callable[[CollectedRow], None], told: Progress
) -> AssistantError | None:
    """Writes and keeps one draft; the error that ends the run, if there is one."""
    try:
        draft = await write(one.task.request, one.tried.temperature, one.tried.seed)
    except TierError as error:
        told.failed += 1
        told.failed_in_a_row += 1
        return error if told.failed_in_a_row >= MOST_FAILURES_IN_A_ROW else None
    told.failed_in_a_row = 0
    row = collected_row(
        one.task, one.tried, text=draft.text, finish=draft.finish, logprobs=draft.logprobs
    )
    try:
        keep(row)
    except DataError as error:
        return error
    told.kept += 1
    return None
