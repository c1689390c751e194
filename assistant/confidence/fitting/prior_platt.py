"""Platt calibration that starts from an earlier one and leaves it as fast as the outcomes allow."""

from __future__ import annotations

import numpy as np

from assistant.confidence.artefact import Head, TaskCalibration
from assistant.confidence.fitting.weighted import worth
from assistant.confidence.linear import Flags, Floats, calibration_of
from assistant.types import Task

PRIOR_OUTCOMES = 100
"""Outcomes from which own traffic says more than the earlier calibration: about as many tell two
offsets .4 log-odds apart, which is what a change of judge or of tasks is worth at the least."""

LEAST_SLOPE = 0.05
"""Outcomes that contradict the score altogether flatten it; they never turn it round, which would
prefer the drafts with the most failed checks."""

_DIGITS = 6
_STEPS = 50
"""Newton's method needs about six; more means that numbers as small as rounding are chased."""

_DONE = 1e-10
"""Change of a parameter that no digit of ours shows."""

_RIDGE = 1e-9
"""Keeps the equations solvable where all drafts have one score."""


def calibrated(head: Head, log_odds: Floats, tasks: list[Task]) -> Floats:
    """Calibrated log-odds, each by the calibration of its task; shape (drafts,)."""
    by_task = {task: calibration_of(head, task) for task in set(tasks)}
    found = np.array([by_task[task] for task in tasks]).reshape(-1, 2)
    result: Floats = found[:, 0] * log_odds + found[:, 1]
    return result


def probabilities(log_odds: Floats) -> Floats:
    """The logistic function."""
    result: Floats = 0.5 * (1 + np.tanh(log_odds / 2))
    return result


def refit_head(
    head: Head,
    log_odds: Floats,
    tasks: list[Task],
    *,
    good: Flags,
    weights: Floats,
    own: frozenset[Task] = frozenset(),
) -> Head:
    """The head with its calibration refitted, its weights as they were.

    Every calibration the head has is moved by one map, fitted to all outcomes; a task in `own` is then
    fitted to its outcomes alone, starting from there, so that a task with few borrows from all.

    Args:
        head: Fitted earlier.
        log_odds: Before calibration, shape (drafts,).
        tasks: Of each draft.
        good: Whether each was good enough.
        weights: How many drafts of the traffic each stands for.
        own: Tasks that get a calibration of their own.
    """
    if not len(log_odds):
        return head
    moved = _moved(head, *fit_map(calibrated(head, log_odds, tasks), good, weights))
    before = calibrated(moved, log_odds, tasks)
    found = {one.task: one for one in moved.tasks}
    for task in sorted(own):
        rows = np.array([one == task for one in tasks])
        if rows.any():
            slope, offset = calibration_of(moved, task)
            by, plus = fit_map(before[rows], good[rows], weights[rows])
            found[task] = _calibration(task, slope * by, offset * by + plus)
    return moved.model_copy(update={"tasks": tuple(found[task] for task in sorted(found))})


def calibrated_as(head: Head, other: Head) -> Head:
    """The head with slope, offset and tasks of another."""
    return head.model_copy(
        update={"slope": other.slope, "offset": other.offset, "tasks": other.tasks}
    )


def fit_map(honest: Floats, good: Flags, weights: Floats) -> tuple[float, float]:
    """Slope and offset from the old honest log-odds to the new; (1, 0) leaves them as they are.

    Maximises the likelihood of the outcomes together with imagined ones that fell as the old
    calibration says (a conditional means prior: Bedrick, Christensen & Johnson 1996; for logistic
    regression Greenland 2007). That is Platt's method with targets drawn towards the old
    probabilities, has one maximum even where the outcomes are all of one kind, and depends on no unit.
    """
    pull = pull_of_old(weights)
    target = (1 - pull) * good + pull * probabilities(honest)
    mass = weights / weights.sum()
    slope, offset = _newton(honest, target, mass)
    if slope >= LEAST_SLOPE:
        return slope, offset
    flat = LEAST_SLOPE * honest
    return LEAST_SLOPE, _newton(np.zeros(len(honest)), target, mass, shift=flat)[1]


def pull_of_old(weights: Floats) -> float:
    """Share of the imagined outcomes among all, from 1 without any outcomes towards 0 with many.

    `PRIOR_OUTCOMES` are imagined while there are fewer outcomes, and in proportion fewer afterwards: a
    wrong prior is a bias, which more outcomes do not average out. So 50 outcomes move the calibration by
    a fifth of what they alone would say, 100 by half, 200 by .8, 1,000 by .99 and 5,000 fully. Weighted
    outcomes count for as many as they are worth, not for their sum.
    """
    return 1 / (1 + (worth(weights) / PRIOR_OUTCOMES) ** 2)


def _newton(
    log_odds: Floats, target: Floats, mass: Floats, *, shift: Floats | float = 0.0
) -> tuple[float, float]:
    """Minimises the cross entropy of `slope * log_odds + offset + shift`, halving steps that overshoot."""
    design = np.column_stack([log_odds, np.ones(len(log_odds))])
    at = np.array([1.0, 0.0])
    loss = _loss(design @ at + shift, target, mass)
    for _ in range(_STEPS):
        chance = probabilities(design @ at + shift)
        slope = design.T @ (mass * (chance - target))
        curvature = (design * (mass * chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(curvature + _RIDGE * np.eye(2), slope)
        while (found := _loss(design @ (at - step) + shift, target, mass)) > loss:
            step = step / 2
            if np.abs(step).max() < _DONE:
                return float(at[0]), float(at[1])
        at, loss = at - step, found
        if np.abs(step).max() < _DONE:
            break
    return float(at[0]), float(at[1])


def _loss(log_odds: Floats, target: Floats, mass: Floats) -> float:
    return float((mass * (np.logaddexp(0, log_odds) - target * log_odds)).sum())


def _moved(head: Head, by: float, plus: float) -> Head:
    tasks = tuple(
        _calibration(one.task, one.slope * by, one.offset * by + plus) for one in head.tasks
    )
    return head.model_copy(
        update={
            "slope": round(head.slope * by, _DIGITS),
            "offset": round(head.offset * by + plus, _DIGITS),
            "tasks": tasks,
        }
    )


def _calibration(task: Task, slope: float, offset: float) -> TaskCalibration:
    return TaskCalibration(task=task, slope=round(slope, _DIGITS), offset=round(offset, _DIGITS))
