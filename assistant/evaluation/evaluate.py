"""Everything told about a scorer: its held-out scores against judges, models, checks and baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.fitting.rows import JudgedRow, data_fingerprint
from assistant.confidence.fitting.table import Table
from assistant.confidence.linear import Floats
from assistant.evaluation.alarms import check_alarms, outcomes_of
from assistant.evaluation.baselines import Baseline, baselines
from assistant.evaluation.contributions import contributions
from assistant.evaluation.honesty import THRESHOLDS, reliability, risk_at
from assistant.evaluation.judged import TENTH, THIRD, Judged, judged, prompt_numbers
from assistant.evaluation.lines import group_of, line_of
from assistant.evaluation.pairs import GRID, Joined, join, mean_curve, pair_of
from assistant.evaluation.planted import planted_defects
from assistant.evaluation.refits import ablation, without_own
from assistant.evaluation.resampling import DEFAULT_RESAMPLES, prompt_weights
from assistant.evaluation.result import Curve, Data, Evaluation, Group, Histogram, Line

OURS = "Inkladder"
WITHOUT_TASK = "fitted without the draft's task"
WITHOUT_MODEL = "fitted without the draft's writer"

HISTOGRAM_BINS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to evaluate.

    `columns` are the features in use, as indices into `FEATURES`. `refits` adds transfer and ablation,
    some dozen fits; `checks` runs the checks again over all judged drafts; `baselines` adds the
    simpler scorers. `others` are further scorers to put beside it by name, each with its probability
    for every judged draft in the table's order.
    """

    columns: list[int]
    generator: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    resamples: int = DEFAULT_RESAMPLES
    refits: bool = True
    checks: bool = True
    baselines: bool = False
    others: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """The judged drafts with their scores and the pairs of models in them."""

    judged: Judged
    probabilities: Floats
    pairs: list[Joined]


def evaluate(
    table: Table, rows: Sequence[JudgedRow], probabilities: Floats, plan: Plan
) -> Evaluation:
    """Every number of an evaluation; pure, so the same arguments give the same numbers.

    Args:
        table: All examples, of which the natural ones are the rows.
        rows: The judged rows behind them, in any order.
        probabilities: The held-out probability of being acceptable of every example of the table,
            shape (examples,), such as `out_of_fold` gives.
        plan: What to do, and the source of chance.

    Raises:
        ValueError: a judged draft of the table is not among the rows.
    """
    prompts = prompt_numbers([example.group for example in table.examples])
    weights = prompt_weights(prompts, resamples=plan.resamples, generator=plan.generator)
    data = judged(table, rows, weights)
    pairs, left_out = join(data)
    ours = _Scored(judged=data, probabilities=probabilities[table.natural], pairs=pairs)
    simpler, missing = baselines(table, plan.generator) if plan.baselines else ((), ())
    transferred = _transferred(table, plan) if plan.refits else {}
    good = data.good_third
    natural = [one for one, is_one in zip(table.examples, table.natural, strict=True) if is_one]
    return Evaluation(
        data=_data(rows, data),
        ours=line_of(OURS, data, ours.probabilities, pairs),
        baselines=tuple(_baseline_line(one, data, pairs) for one in simpler),
        baselines_left_out=missing,
        others=tuple(line_of(name, data, found, pairs) for name, found in plan.others.items()),
        transfer=tuple(
            line_of(name, data, found, pairs)
            for name, found in transferred.items()
            if found is not None
        ),
        tasks=_groups(ours, data.tasks, transferred.get(WITHOUT_TASK)),
        models=_groups(ours, data.models, transferred.get(WITHOUT_MODEL)),
        pairs=tuple(pair_of(pair, data, ours.probabilities) for pair in pairs),
        pairs_left_out=tuple(left_out),
        curves=_curves(ours, simpler),
        reliability=reliability(good, ours.probabilities),
        risk=tuple(risk_at(threshold, good, ours.probabilities) for threshold in THRESHOLDS),
        planted=planted_defects(table, probabilities, weights),
        ablation=ablation(table, plan.columns, data) if plan.refits else (),
        checks=check_alarms(data, outcomes_of(natural)) if plan.checks else (),
        contributions=contributions(table, plan.columns),
        histogram=_histogram(ours),
    )


def _transferred(table: Table, plan: Plan) -> dict[str, Floats | None]:
    tasks = [example.task for example in table.examples]
    models = [example.model for example in table.examples]
    return {
        WITHOUT_TASK: without_own(table, plan.columns, tasks),
        WITHOUT_MODEL: without_own(table, plan.columns, models),
    }


def _groups(
    ours: _Scored, names: NDArray[np.str_], transferred: Floats | None
) -> tuple[Group, ...]:
    found = []
    for name in sorted(set(names.tolist())):
        inside = names == name
        elsewhere = None if transferred is None else transferred[inside]
        part = ours.judged.only(inside)
        found.append(group_of(name, part, ours.probabilities[inside], elsewhere))
    return tuple(found)


def _baseline_line(one: Baseline, data: Judged, pairs: list[Joined]) -> Line:
    if one.rows.all():
        return line_of(one.name, data, one.probabilities, pairs, within=one.within)
    part = data.only(one.rows)
    return line_of(one.name, part, one.probabilities[one.rows], join(part)[0], within=one.within)


def _curves(ours: _Scored, simpler: Sequence[Baseline]) -> tuple[Curve, ...]:
    if not ours.pairs:
        return ()
    orders: dict[str, Floats | None] = {
        OURS: ours.probabilities,
        **{one.name: one.probabilities for one in simpler if one.rows.all()},
        "the draft's own score known": ours.judged.scores,
        "oracle": None,
    }
    # Chance is a straight line by definition; one draw of it would only wiggle around that.
    orders.pop("random", None)
    shares = tuple(float(share) for share in GRID)
    drawn = [
        Curve(
            name=name,
            shares=shares,
            recovered=tuple(mean_curve(ours.pairs, ours.judged, order).tolist()),
        )
        for name, order in orders.items()
    ]
    return (*drawn, Curve(name="random", shares=shares, recovered=shares))


def _histogram(ours: _Scored) -> Histogram:
    good = ours.judged.good_third
    counts = [
        np.histogram(ours.probabilities[kind], bins=HISTOGRAM_BINS, range=(0, 1))[0]
        for kind in (good, ~good)
    ]
    return Histogram(
        acceptable=tuple(int(count) for count in counts[0]),
        unacceptable=tuple(int(count) for count in counts[1]),
    )


def _data(rows: Sequence[JudgedRow], data: Judged) -> Data:
    return Data(
        fingerprint=data_fingerprint(rows),
        rows=len(data),
        prompts=len(np.unique(data.prompts)),
        bar_third=float(np.quantile(data.scores, THIRD)),
        bar_tenth=float(np.quantile(data.scores, TENTH)),
        bad_third=int((~data.good_third).sum()),
        bad_tenth=int((~data.good_tenth).sum()),
    )
