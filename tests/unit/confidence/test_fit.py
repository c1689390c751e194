"""Fitting on made-up rows: the same every time, honest about itself, and of use."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from assistant.confidence.artefact import Artefact
from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.assemble import examples_of, passages_of
from assistant.confidence.fitting.defects import KINDS
from assistant.confidence.fitting.examples import EXCERPT, NATURAL, natural_examples
from assistant.confidence.fitting.fit import Source, fit
from assistant.confidence.fitting.held_out import head_metrics
from assistant.confidence.fitting.rows import JudgedRow, data_fingerprint, parse_rows
from assistant.confidence.fitting.table import tabulate
from assistant.errors import DataError
from support.drafts import hashed_vectors, judged_rows

SOURCE = Source(name="made up", licence="none")


def fitted(rows: list[JudgedRow]) -> Artefact:
    """An artefact with vectors that need no model."""
    passages = passages_of(examples_of(rows).examples)
    vectors = dict(zip(passages, hashed_vectors(passages), strict=True))
    return fit(rows, vectors, embedder="hashed", source=SOURCE)


@cache
def small() -> Artefact:
    """One fit that several tests look at."""
    return fitted(judged_rows(90))


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    """A fit is a function of its data."""
    assert fitted(list(reversed(judged_rows(90)))).dump() == small().dump()


def test_a_data_fingerprint_knows_rows_not_their_order() -> None:
    """One changed score is another data set."""
    rows = judged_rows(12)
    changed = [rows[0].model_copy(update={"score": 0.123}), *rows[1:]]

    assert data_fingerprint(rows) == data_fingerprint(rows[::-1])
    assert data_fingerprint(rows) != data_fingerprint(changed)


def test_no_curve_contradicts_its_known_sign() -> None:
    """A failed check can never raise a score."""
    signs = {feature.name: feature.sign for feature in FEATURES}

    for head in (small().full, small().text):
        for curve in head.curves:
            rises = np.diff([part for _, part in curve.points])
            assert (signs[curve.feature] * rises >= 0).all()
        assert (np.diff([honest for _, honest in head.bend]) > 0).all()
        assert (head.slope, head.offset) == (1, 0)


def test_the_text_head_needs_no_vectors() -> None:
    """It must work while the embedder is down."""
    needs = {feature.name for feature in FEATURES if feature.needs_vectors}

    assert not needs & {curve.feature for curve in small().text.curves}


def test_a_fit_tells_where_it_comes_from() -> None:
    """Counts, fingerprint, label and metrics are in the file."""
    origin = small().origin

    assert (origin.rows, origin.prompts, origin.source) == (90, 30, "made up")
    assert origin.data_fingerprint == data_fingerprint(judged_rows(90))
    assert set(small().held_out.full.planted) <= {kind.name for kind in KINDS}
    assert 0.5 < small().held_out.text.auroc <= 1


def test_thresholds_can_be_chosen_from_what_a_fit_counted() -> None:
    """Held-out drafts of the models that draft: all together, then by task."""
    together, *by_task = small().counts
    drafting = [row for row in judged_rows(90) if (row.params_b or 0) < 10]

    assert together.task is None
    assert sum(drafts for _, drafts, _ in together.cells) == len(drafting)
    assert [counts.task for counts in by_task] == ["continue", "draft"]
    assert sum(drafts for one in by_task for _, drafts, _ in one.cells) == len(drafting)
    assert sum(bad for _, _, bad in together.cells) == sum(
        bad for one in by_task for _, _, bad in one.cells
    )


def test_later_traffic_can_be_compared_with_the_fit() -> None:
    """By the score and by every feature of the full head."""
    reference = small().reference

    assert reference is not None
    assert reference.drafts == 45
    assert reference.features.keys() == {curve.feature for curve in small().full.curves}
    for bins in (reference.score, *reference.features.values()):
        assert sum(bins.shares) == pytest.approx(1, abs=1e-4)


def test_intervals_hold_their_numbers() -> None:
    """Also that of the calibration error, which resampling can only raise."""
    for head in (small().held_out.full, small().held_out.text):
        assert head.intervals.keys() == {"auroc", "within_task", "calibration_error"}
        for name, (low, high) in head.intervals.items():
            assert 0 <= low <= getattr(head, name) <= high <= 1
            assert low < high


def test_a_draft_just_above_the_bar_is_hardly_better_than_one_below() -> None:
    """What a fit aims at rises with the judged score; a verdict is taken at its word."""
    row = judged_rows(1)[0]
    scores = (0.2, 0.58, 0.6, 0.62, 1.0)
    judged = [row.model_copy(update={"score": score}) for score in scores]
    told = [
        one.model_copy(update={"acceptable": verdict})
        for one in judged
        for verdict in (True, False)
    ]

    targets = [one.target for one in natural_examples(judged, bar=0.6)]

    assert targets == sorted(targets)
    assert targets[2] == 0.5
    assert targets[0] < 0.01
    assert 0.4 < targets[1] < 0.5 < targets[3] < 0.6
    assert targets[4] > 0.99
    assert [one.target for one in natural_examples(told, bar=0.6)] == [1.0, 0.0] * 5


def test_a_tendency_is_learned_from_judged_drafts_and_their_excerpts() -> None:
    """Planted ones are marked, so that they shape defects only."""
    examples = examples_of(judged_rows(60)).examples
    passages = passages_of(examples)
    table = tabulate(examples, dict(zip(passages, hashed_vectors(passages), strict=True)))

    learn = table.learn(np.ones(len(examples), dtype=bool))

    assert learn.judged.sum() == sum(one.kind in {NATURAL, EXCERPT} for one in examples)
    assert learn.target.tolist() == [one.target for one in examples]
    assert learn.mass.tolist() == [one.weight for one in examples]
    assert np.array_equal(learn.values, table.values, equal_nan=True)


def test_data_without_a_task_of_both_kinds_has_no_interval_for_it() -> None:
    """A handful of rows is fitted without complaint."""
    rows = judged_rows(12)
    examples = natural_examples(rows, bar=0.7)
    good = np.array([one.task == "chat" for one in examples])

    found = head_metrics(examples, good, np.linspace(0.1, 0.9, 12))

    assert found.by_task == {}
    assert np.isnan(found.within_task)
    assert found.intervals.keys() == {"auroc", "calibration_error"}


def test_planted_examples_weigh_what_they_are_said_to() -> None:
    """However many there are, a kind has its share of the judged drafts' weight."""
    examples = examples_of(judged_rows(60)).examples
    natural = sum(example.kind == NATURAL for example in examples)

    for kind in KINDS:
        weight = sum(example.weight for example in examples if example.kind == kind.name)
        assert weight == pytest.approx(kind.weight * natural) or weight == 0


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"prompt": "p"', "row: Invalid JSON"),
        ('{"prompt": "p", "response": "r", "task": "chat", "id": "1"}', "score: Field required"),
        (
            '{"prompt": "p", "response": "r", "score": 1.5, "task": "chat", "id": "1"}',
            "score: Input should be less than or equal to 1, got 1.5",
        ),
        (
            '{"prompt": "p", "response": "r", "score": 1, "task": "sing", "id": "1"}',
            "task: use one of draft, rewrite",
        ),
        (
            '{"prompt": "p", "response": "r", "score": 1, "task": "chat"}',
            "row: name the row by `id`",
        ),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(line: str, problem: str) -> None:
    """The message leads to the place and to the way out."""
    good = '{"prompt": "p", "response": "r", "score": 1, "task": "chat", "id": "1"}'

    with pytest.raises(DataError) as caught:
        parse_rows([good, "", line], file="drafts.jsonl")

    assert str(caught.value).startswith(f"drafts.jsonl:3: {problem}")


def test_an_empty_file_is_no_data() -> None:
    """Nothing can be fitted to nothing."""
    with pytest.raises(DataError, match="no rows"):
        parse_rows(["\n"], file="drafts.jsonl")
