"""A study of beginnings on made-up rows: what is measured, and of what."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from assistant.confidence.features import FEATURES
from assistant.confidence.fitting.assemble import examples_of
from assistant.confidence.fitting.beginnings import Beginnings, beginnings_of
from assistant.confidence.fitting.examples import NATURAL
from assistant.confidence.fitting.stages import by_share, by_words
from assistant.evaluation.gate import ALLOWANCES, gate_line
from assistant.evaluation.prefixes import (
    OURS,
    TASK_MEAN,
    TEXT_HEAD,
    TEXT_HEAD_ANEW,
    Study,
    study,
)
from support.drafts import judged_rows

ROWS = judged_rows(90)


@cache
def found() -> Study:
    """One study that several tests look at."""
    return study(ROWS, resamples=20)


@cache
def beginnings() -> Beginnings:
    """Beginnings of its drafts."""
    return beginnings_of(examples_of(ROWS).examples)


def test_each_draft_counts_once_however_often_it_is_cut() -> None:
    """A long draft has more beginnings than a short one, and teaches no more."""
    rows = beginnings()
    mass = np.bincount(rows.example, weights=rows.mass)
    weights = np.array([one.weight for one in rows.examples])
    cut = np.bincount(rows.example, weights=rows.taught) > 0

    assert mass[cut] == pytest.approx(weights[cut])
    assert cut[[one.kind == NATURAL for one in rows.examples]].all()


def test_beginnings_are_cut_at_ends_of_sentences_and_grow() -> None:
    """The last row of a draft is its whole text."""
    rows = beginnings()

    for place, one in enumerate(rows.examples[:20]):
        own = np.flatnonzero(rows.example == place)
        texts = [rows.draft(row).text for row in own.tolist()]
        assert all(one.draft.text.startswith(text) for text in texts)
        assert all(text.endswith(".") for text in texts[:-1])
        assert (np.diff(rows.seen[own]) > 0).all()
        assert rows.whole[own].tolist() == [False] * (len(own) - 1) + [True]
        assert texts[-1] == one.draft.text.rstrip()


def test_a_refusal_is_taught_as_the_beginning_of_a_longer_text() -> None:
    """It is too short to be cut."""
    rows = beginnings()
    refusal = next(feature for feature in FEATURES if feature.name == "refusal")
    column = FEATURES.index(refusal)
    refused = np.array([one.kind == "refusal" for one in rows.examples])[rows.example]

    assert refused.any()
    assert rows.taught[refused].all()
    assert (rows.values[refused, column] == 1).all()


def test_features_of_whole_drafts_say_nothing_of_beginnings() -> None:
    """Nor do checks that a continuation may still meet."""
    rows = beginnings()

    for column, feature in enumerate(FEATURES):
        assert feature.on_prefix or np.isnan(rows.values[:, column]).all(), feature.name


def test_each_stage_has_one_beginning_of_each_draft() -> None:
    """The one that is nearest to it."""
    rows = beginnings()
    drafts = sum(one.kind == NATURAL for one in rows.examples)

    for extent, stage in by_share(rows):
        assert len(stage) == len(set(rows.example[stage].tolist())) == drafts
        assert rows.whole[stage].all() == (extent == 1)
    for count, stage in by_words(rows):
        assert (rows.seen[stage] / rows.share[stage] >= 1.3 * count).all()


def test_every_scorer_is_measured_at_the_same_stages() -> None:
    """And the head for beginnings with intervals that hold its numbers."""
    stages = found().stages

    assert set(stages) == {OURS, TEXT_HEAD, TEXT_HEAD_ANEW, TASK_MEAN}
    assert (
        len({tuple((one.extent, one.drafts) for one in held.words) for held in stages.values()})
        == 1
    )
    for stage in (*stages[OURS].shares, *stages[OURS].words):
        low, high = stage.intervals["auroc"]
        assert low <= stage.auroc <= high
    assert found().prefix.held_out == stages[OURS]


def test_made_up_drafts_that_drift_are_found_by_their_beginnings() -> None:
    """Of the mean of the task nothing can be expected here: it is drawn by lot."""
    planted = {(one.kind, one.words): one for one in found().planted}

    assert planted["language", 30].auroc > 0.9
    assert planted["language", 30].examples > 1


def test_drafts_of_drafting_models_go_through_the_gate() -> None:
    """Each with its scores in order, and the allowance is the one that was chosen for them."""
    small = [row for row in ROWS if row.params_b == 7]

    assert sorted(one.prompt for one in found().courses) == sorted(row.prompt for row in small)
    assert found().prefix.allowance in ALLOWANCES
    for one in found().courses:
        assert len(one.scores) == len(one.seen)
        assert (np.diff([*one.seen, 1.0]) > 0).all()
    assert gate_line(found().courses, allowance=0.0).total >= 0


def test_the_same_rows_in_any_order_give_the_same_head() -> None:
    """A fit is a function of its data, with simpler scorers beside it or without."""
    rows = judged_rows(45)

    one = study(rows, resamples=5, compare=False)

    assert set(one.stages) == {OURS}
    assert study(rows[::-1], resamples=5).prefix == one.prefix
