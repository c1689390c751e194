"""How a head holds on drafts it was not fitted on, beside what simpler scorers reach."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import Baselines, HeadMetrics
from assistant.confidence.fitting.examples import EXCERPT, NATURAL, Example
from assistant.confidence.linear import Flags, Floats
from assistant.confidence.metrics import auroc, auroc_by_group, calibration_error
from assistant.confidence.text.words import words

DRAFTING_BILLIONS = 10
"""Models below this many billion parameters draft; larger ones take over."""

SEED = 20261122
"""Seeds the resampling; fixed so that fits repeat."""

_RESAMPLES = 400
_INTERVAL = (0.025, 0.975)

_DIGITS = 4


def head_metrics(
    examples: Sequence[Example], acceptable: Flags, probabilities: Floats
) -> HeadMetrics:
    """Metrics of out-of-fold probabilities; judged drafts only, but for `planted`."""
    natural = np.array([example.kind == NATURAL for example in examples])
    tasks = [example.task for example in examples if example.kind == NATURAL]
    by_task = auroc_by_group(acceptable[natural], probabilities[natural], tasks)
    drafting = natural & np.array([_drafts(example) for example in examples])
    return HeadMetrics(
        auroc=_short(auroc(acceptable[natural], probabilities[natural])),
        within_task=_short(_mean(by_task)),
        by_task={task: _short(value) for task, value in by_task.items()},
        drafting_models=(
            _short(auroc(acceptable[drafting], probabilities[drafting])) if drafting.any() else None
        ),
        calibration_error=_short(calibration_error(acceptable[natural], probabilities[natural])),
        planted=_planted(examples, acceptable, probabilities),
        intervals=_intervals(
            acceptable[natural],
            probabilities[natural],
            [example for example in examples if example.kind == NATURAL],
        ),
    )


def drafting(examples: Sequence[Example]) -> Flags:
    """Judged drafts of models small enough to draft, or of unknown size."""
    return np.array(
        [
            example.kind == NATURAL
            and (example.params_b is None or example.params_b < DRAFTING_BILLIONS)
            for example in examples
        ]
    )


def _intervals(
    good: Flags, honest: Floats, judged: Sequence[Example]
) -> dict[str, tuple[float, float]]:
    """Percentiles over resampled prompts (Efron 1979); the drafts of a prompt stay together.

    Repeated drafts can only raise a calibration error, so an interval is widened to hold the number.
    """
    generator = np.random.default_rng(SEED)
    tasks = np.array([example.task for example in judged])
    _, prompt = np.unique([example.group for example in judged], return_inverse=True)
    rows_of = [np.flatnonzero(prompt == one) for one in range(prompt.max() + 1)]

    def measure(rows: NDArray[np.intp]) -> tuple[float, float, float]:
        within = auroc_by_group(good[rows], honest[rows], tasks[rows].tolist())
        return (
            auroc(good[rows], honest[rows]),
            _mean(within),
            calibration_error(good[rows], honest[rows]),
        )

    values = measure(np.arange(len(good)))
    found = []
    for _ in range(_RESAMPLES):
        drawn = generator.integers(len(rows_of), size=len(rows_of))
        found.append(measure(np.concatenate([rows_of[one] for one in drawn])))
    names = ("auroc", "within_task", "calibration_error")
    intervals = {}
    for name, value, drawn in zip(names, values, np.array(found).T, strict=True):
        known = drawn[~np.isnan(drawn)]
        if len(known):
            low, high = np.quantile(known, _INTERVAL).tolist()
            intervals[name] = (_short(min(value, low)), _short(max(value, high)))
    return intervals


def baselines(examples: Sequence[Example], acceptable: Flags, folds: NDArray[np.int_]) -> Baselines:
    """Length alone (sign and calibration fitted) and the task's own rate, on the same folds."""
    natural = np.array([example.kind == NATURAL for example in examples])
    judged = [example for example in examples if example.kind == NATURAL]
    good, fold = acceptable[natural], folds[natural]
    counts = np.log1p([len(words(example.draft.text)) for example in judged])
    tasks = np.array([example.task for example in judged])
    length, task_rate = np.empty(len(good)), np.empty(len(good))
    for held in np.unique(fold):
        inside, outside = fold != held, fold == held
        length[outside] = _by_length(counts[inside], good[inside], counts[outside])
        for task in np.unique(tasks[outside]):
            known = good[inside & (tasks == task)]
            rate = known.mean() if len(known) else good[inside].mean()
            task_rate[outside & (tasks == task)] = rate
    within = _mean(auroc_by_group(good, length, tasks.tolist()))
    return Baselines(
        length_auroc=_short(auroc(good, length)),
        length_within_task=_short(within),
        length_calibration_error=_short(calibration_error(good, length)),
        task_mean_auroc=_short(auroc(good, task_rate)),
        task_mean_calibration_error=_short(calibration_error(good, task_rate)),
    )


def _by_length(counts: Floats, good: Flags, wanted: Floats) -> Floats:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(counts[:, None], good)
    result: Floats = model.predict_proba(wanted[:, None])[:, 1]
    return result


def _planted(
    examples: Sequence[Example], acceptable: Flags, probabilities: Floats
) -> dict[str, float]:
    """Each planted defect against all acceptable judged drafts and excerpts."""
    kinds = np.array([example.kind for example in examples])
    good = acceptable & np.isin(kinds, (NATURAL, EXCERPT))
    found = {}
    for kind in sorted(set(kinds[~acceptable]) - {NATURAL, EXCERPT}):
        both = good | (kinds == kind)
        found[str(kind)] = _short(auroc(good[both], probabilities[both]))
    return found


def _drafts(example: Example) -> bool:
    return example.params_b is not None and example.params_b < DRAFTING_BILLIONS


def _mean(values: dict[str, float]) -> float:
    """NaN where small data has no task with both kinds of drafts."""
    return float(np.mean(list(values.values()))) if values else float("nan")


def _short(value: float) -> float:
    return round(value, _DIGITS)
