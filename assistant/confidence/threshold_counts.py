"""Which calibration drafts speak for which tasks, and where a score lies among them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from assistant.confidence.artefact import ScoreCounts
from assistant.types import Task

HUNDREDTHS = 100
"""Thresholds are tried at whole hundredths of a score, as drafts are counted."""

ENOUGH_PROMPTS = 200
"""Prompts from which a task's own drafts speak for it. At a risk of 5 % and 95 % confidence a threshold
needs at least 72 independent accepted drafts without a bad one, a third of so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Counts, and the tasks whose own drafts they are; no tasks where they are of all drafts together."""

    counts: ScoreCounts
    tasks: tuple[Task, ...] = ()


def hundredth(score: float) -> int:
    """The last hundredth at or below `score`: a draft in that cell is accepted from it on."""
    near = round(score * HUNDREDTHS)
    # Decided by the comparison that accepts: 0.29 * 100 is 28.999999999999996.
    return near if near / HUNDREDTHS <= score else near - 1


def merged(parts: Sequence[ScoreCounts]) -> ScoreCounts:
    """Counts of several tasks together, whose prompts are different ones."""
    drafts: Counter[int] = Counter()
    bad: Counter[int] = Counter()
    for part in parts:
        for at, count, wrong in part.cells:
            drafts[at] += count
            bad[at] += wrong
    return ScoreCounts(
        task=parts[0].task if len(parts) == 1 else None,
        prompts=sum(part.prompts for part in parts),
        cells=tuple((at, drafts[at], bad[at]) for at in sorted(drafts)),
    )


def calibration_for(counts: Iterable[ScoreCounts], tasks: Collection[Task]) -> Calibration:
    """The drafts that speak for traffic of these tasks; no `tasks` stand for traffic of any.

    Their own, if each of them has `ENOUGH_PROMPTS`; all drafts together otherwise, which is the better
    guess but no promise for a single task. Traffic is taken to mix the tasks as the drafts do.
    """
    of_task = {one.task: one for one in counts}
    wanted = tuple(sorted(set(tasks)))
    own = [of_task[task] for task in wanted if task in of_task]
    if wanted and len(own) == len(wanted) and all(one.prompts >= ENOUGH_PROMPTS for one in own):
        return Calibration(counts=merged(own), tasks=wanted)
    nothing = ScoreCounts(task=None, prompts=0, cells=())
    return Calibration(counts=of_task.get(None, nothing))
