"""A whole evaluation of made-up drafts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from assistant.confidence.metrics import auroc, calibration_error
from assistant.evaluation.evaluate import OURS, WITHOUT_MODEL, WITHOUT_TASK, Plan, evaluate
from assistant.evaluation.judged import judged
from assistant.evaluation.refits import ablation, learnable, without_own
from assistant.evaluation.result import Evaluation
from assistant.types import TokenLogprob
from support.judged import COLUMNS, Made, made


def planned(*, refits: bool = True, baselines: bool = False, checks: bool = False) -> Plan:
    """A quick plan, the same every time."""
    return Plan(
        columns=COLUMNS,
        generator=np.random.default_rng(1),
        resamples=40,
        refits=refits,
        baselines=baselines,
        checks=checks,
    )


@cache
def example() -> tuple[Made, Evaluation]:
    """One evaluation that several tests look at."""
    data = made()
    plan = planned(baselines=True)
    return data, evaluate(data.table, data.rows, data.probabilities, plan)


def test_the_same_arguments_give_the_same_numbers() -> None:
    """Also where the rows come in another order."""
    data = made(24)

    first, second = (
        evaluate(data.table, rows, data.probabilities, planned(refits=False))
        for rows in (data.rows, data.rows[::-1])
    )

    assert first == second


def test_the_line_of_the_scorer_is_that_of_plain_metrics() -> None:
    """Weights, pairs and intervals change nothing about the value itself."""
    data, found = example()
    natural = data.table.natural
    good, promised = data.table.acceptable[natural], data.probabilities[natural]

    assert found.ours.name == OURS
    assert found.ours.third is not None
    assert found.ours.third.value == pytest.approx(auroc(good, promised))
    assert found.ours.ece.value == pytest.approx(calibration_error(good, promised))
    assert found.ours.third.low < found.ours.third.value < found.ours.third.high


def test_bad_drafts_are_the_worst_third_and_tenth_of_all() -> None:
    """Both bars come from the judged scores, whatever the task."""
    _, found = example()
    data = found.data

    assert (data.rows, data.prompts) == (180, 60)
    assert data.bad_third == pytest.approx(60, abs=2)
    assert data.bad_tenth == pytest.approx(18, abs=2)
    assert data.bar_tenth < data.bar_third


def test_pairs_join_each_drafting_model_with_the_large_one() -> None:
    """Knowing the draft's own score beats the scorer, which beats chance."""
    _, found = example()

    assert [(pair.small, pair.large, pair.prompts) for pair in found.pairs] == [
        ("small-a", "large", 60),
        ("small-b", "large", 60),
    ]
    for pair in found.pairs:
        assert pair.quality_large > pair.quality_small
        assert pair.apgr is not None
        assert pair.known is not None
        assert 0.5 < pair.apgr.value < pair.known.value
    assert found.ours.apgr is not None
    assert found.ours.apgr.value == pytest.approx(
        np.mean([pair.apgr.value for pair in found.pairs if pair.apgr])
    )


def test_a_pair_without_a_gap_is_left_out_by_name() -> None:
    """Where the large model is no better there is nothing to recover, and the report says so."""
    data = made(24)
    worse = [
        row.model_copy(update={"score": row.score / 4}) if row.model == "large" else row
        for row in data.rows
    ]

    found = evaluate(data.table, worse, data.probabilities, planned(refits=False))

    assert found.pairs == ()
    assert found.curves == ()
    assert found.ours.apgr is None
    assert [(one.small, one.large) for one in found.pairs_left_out] == [
        ("small-a", "large"),
        ("small-b", "large"),
    ]
    assert "the large model is not better here" in found.pairs_left_out[0].reason


def test_curves_lie_between_chance_and_the_oracle() -> None:
    """All start at nothing recovered and end with all of it."""
    _, found = example()
    curves = {curve.name: np.array(curve.recovered) for curve in found.curves}

    assert found.curves[0].name == OURS
    assert curves["random"] == pytest.approx(np.linspace(0, 1, len(curves["random"])))
    for name, recovered in curves.items():
        assert recovered[[0, -1]] == pytest.approx([0, 1]), name
        assert (recovered <= curves["oracle"] + 1e-9).all(), name


def test_transfer_is_told_for_all_and_for_each_group() -> None:
    """Every task and writer has its number by a model that never saw it."""
    _, found = example()

    assert [line.name for line in found.transfer] == [WITHOUT_TASK, WITHOUT_MODEL]
    assert [group.name for group in found.tasks] == ["chat", "continue", "draft", "summarize"]
    assert [group.name for group in found.models] == ["large", "small-a", "small-b"]
    assert sum(group.drafts for group in found.tasks) == 180
    for group in (*found.tasks, *found.models):
        assert group.transferred is not None
        assert group.transferred_ece is not None


def test_a_model_for_transfer_never_saw_the_group() -> None:
    """Turning the labels of a task round changes no order that the model gives its drafts."""
    table = made().table
    tasks = [one.task for one in table.examples]
    chat = np.array(tasks) == "chat"
    turned = replace(table, acceptable=np.where(chat, ~table.acceptable, table.acceptable))

    before, after = without_own(table, COLUMNS, tasks), without_own(turned, COLUMNS, tasks)

    assert before is not None
    assert after is not None
    natural, folds = chat[table.natural], table.folds[table.natural]
    for fold in range(5):
        same = natural & (folds == fold)
        assert (np.argsort(before[same]) == np.argsort(after[same])).all()
    assert (np.argsort(before[~natural]) != np.argsort(after[~natural])).any()


def test_one_task_alone_has_no_transfer() -> None:
    """There is nothing left to fit on."""
    table = made(24).table

    assert learnable(table)
    assert without_own(table, COLUMNS, ["the only one"] * len(table.examples)) is None


def test_planted_faults_are_told_by_kind() -> None:
    """They score far below acceptable drafts here."""
    _, found = example()

    assert [(one.kind, one.examples) for one in found.planted] == [("all", 60), ("loop", 60)]
    assert all(one.auroc and one.auroc.value > 0.95 for one in found.planted)


def test_baselines_stand_on_the_same_drafts() -> None:
    """Chance is chance, the task's mean cannot tell drafts of a task apart, logprobs are missing."""
    _, found = example()
    lines = {line.name: line for line in found.baselines}

    assert list(lines) == [
        "random",
        "length",
        "task mean",
        "words of the prompt",
        "words of the draft",
    ]
    assert lines["random"].ece_equal_width.value < 0.01
    assert lines["task mean"].third_within is None
    assert lines["task mean"].third is not None
    assert {line.drafts for line in lines.values()} == {180}
    assert found.baselines_left_out == ("mean log-probability: no log-probabilities in this data",)


def test_log_probabilities_are_a_baseline_where_drafts_carry_them() -> None:
    """Only the rows that have them count."""
    data = made(40)
    examples = tuple(
        replace(
            one,
            draft=replace(one.draft, logprobs=(TokenLogprob(-1.0 if one.acceptable else -2.0),)),
        )
        if one.model == "small-a"
        else one
        for one in data.table.examples
    )

    found = evaluate(
        replace(data.table, examples=examples),
        data.rows,
        data.probabilities,
        planned(refits=False, baselines=True),
    )

    line = found.baselines[-1]
    assert (line.name, line.drafts) == ("mean log-probability", 40)
    assert line.third is not None
    assert line.third.value == 1
    assert found.baselines_left_out == ()


def test_every_family_in_use_is_left_out_once() -> None:
    """And every feature in use is told with what it moves."""
    _, found = example()

    assert sum(one.features for one in found.ablation) == len(COLUMNS)
    assert len(found.contributions) == len(COLUMNS)
    moved = [one.mean_absolute for one in found.contributions]
    assert moved == sorted(moved, reverse=True)


def test_a_family_that_the_data_contradicts_is_told_as_nothing() -> None:
    """Failed checks that raise a score are left out of a fit, and with them all of the family."""
    data = made(24)
    turned = replace(data.table, values=-data.table.values)
    drafts = judged(turned, data.rows, np.ones((1, len(turned.examples))))

    found = ablation(turned, COLUMNS, drafts)

    assert [one.alone for one in found if one.family == "check"] == [None]


def test_a_scorer_that_comes_as_it_is_has_a_line_of_its_own() -> None:
    """Knowing the judge's score itself finds every bad draft."""
    data = made(24)
    known = {"the judge": np.array([row.score for row in data.rows])}

    found = evaluate(
        data.table, data.rows, data.probabilities, replace(planned(refits=False), others=known)
    )

    assert found.others[0].name == "the judge"
    assert found.others[0].third is not None
    assert found.others[0].third.value == 1


def test_checks_are_counted_on_large_texts_and_on_both_kinds_of_drafts() -> None:
    """All three are apart, and a check that does not apply counts for nothing."""
    data = made(12)

    found = evaluate(data.table, data.rows, data.probabilities, planned(refits=False, checks=True))

    checks = {one.check: one for one in found.checks}
    empty = checks["empty"]
    assert (empty.large.drafts, empty.large.failed) == (12, 0)
    assert empty.acceptable.drafts + empty.unacceptable.drafts == 24
    assert empty.large.share is not None
    assert empty.large.share.value == 0 < empty.large.share.high
    assert checks["low_logprob"].large.applied == 0
    assert checks["low_logprob"].large.share is None


def test_without_refits_there_is_no_transfer_and_no_ablation() -> None:
    """What was not asked for is left empty, not made up."""
    data = made(24)

    found = evaluate(data.table, data.rows, data.probabilities, planned(refits=False))

    assert (found.transfer, found.ablation, found.checks, found.baselines) == ((), (), (), ())
    assert found.tasks[0].transferred is None


def test_the_json_holds_everything() -> None:
    """What is written can be read back the same."""
    _, found = example()

    assert Evaluation.model_validate_json(found.model_dump_json()) == found


def test_a_draft_without_a_row_is_refused() -> None:
    """Its text is not said, only its writer."""
    data = made(12)

    with pytest.raises(ValueError, match="of model 'large' in the table has no row") as caught:
        evaluate(data.table, data.rows[:-1], data.probabilities, planned(refits=False))

    assert "Thing" not in str(caught.value)
