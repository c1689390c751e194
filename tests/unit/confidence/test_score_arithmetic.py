"""A score is the sum its artefact says, and its reasons are the parts of that sum."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.confidence.artefact import Artefact, Head, TaskCalibration, load_artefact
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.linear import Bend, Curves, calibration_of, log_odds, probability
from assistant.confidence.scorer import REASONS, Scorer
from assistant.types import Score, Task
from support.drafts import EMAIL, EMAIL_ASKED, draft, hashed_vectors
from support.good_texts import GOOD_TEXTS

DRAFTS = {
    **{one.name: one.draft() for one in GOOD_TEXTS[::4]},
    "empty": draft("", instruction=EMAIL_ASKED),
    "refusal": draft("I'm sorry, but I can't help with that.", instruction=EMAIL_ASKED),
    "loop": draft("I would like Friday off. " * 30, instruction=EMAIL_ASKED),
    "stitched": draft(f"{EMAIL[:200]}\n\n{GOOD_TEXTS[3].text}", instruction=EMAIL_ASKED),
    "rewrite": draft(
        "Some boxes are late.", task="rewrite", text="Priya says that 40 boxes are late."
    ),
}


@cache
def shipped() -> tuple[Artefact, Scorer]:
    """The shipped artefact and its scorer."""
    artefact = load_artefact()
    return artefact, Scorer(artefact)


def scored(one: ScoringInput, *, vectors: bool) -> tuple[Head, Score]:
    """The head that judged, and what it said."""
    artefact, scorer = shipped()
    given: NDArray[np.float32] | None = None
    if vectors:
        given = hashed_vectors(scorer.passages(one))
    return artefact.full if vectors else artefact.text, scorer.score(one, given)


@pytest.mark.parametrize("vectors", [False, True], ids=["text", "full"])
@pytest.mark.parametrize("one", DRAFTS.values(), ids=DRAFTS)
def test_a_score_is_what_its_features_add_up_to(one: ScoringInput, *, vectors: bool) -> None:
    """So that outcomes can be scored again from the features that were recorded."""
    head, score = scored(one, vectors=vectors)
    values = np.array([value for _, value in score.features])
    slope, offset = calibration_of(head, one.request.task)

    assert [name for name, _ in score.features] == [curve.feature for curve in head.curves]
    assert score.log_odds == pytest.approx(float(log_odds(head, values)), abs=1e-9)
    assert score.log_odds is not None
    assert score.value == pytest.approx(probability(slope * score.log_odds + offset), abs=1e-9)


@pytest.mark.parametrize("vectors", [False, True], ids=["text", "full"])
@pytest.mark.parametrize("one", DRAFTS.values(), ids=DRAFTS)
def test_a_reason_counts_as_its_part_of_the_score(one: ScoringInput, *, vectors: bool) -> None:
    """With its sign, and as much as it is worth where the score stands."""
    head, score = scored(one, vectors=vectors)
    values = np.array([value for _, value in score.features])
    parts = Curves(head.curves).parts(values)
    worth = head.slope * Bend(head.bend).steepness(head.intercept + float(parts.sum()))
    by_name = {curve.feature: part for curve, part in zip(head.curves, parts.tolist(), strict=True)}

    assert len(score.reasons) <= REASONS
    for reason in score.reasons:
        part = by_name[reason.feature]
        assert np.sign(reason.contribution) == np.sign(part)
        assert reason.contribution == pytest.approx(worth * part, abs=1e-3)


def test_a_task_is_scored_by_its_own_calibration() -> None:
    """Without touching the log-odds, nor any other task."""
    artefact, scorer = shipped()
    own = TaskCalibration(task="reply", slope=0.5, offset=-1.0)
    changed = Scorer(
        artefact.model_copy(update={"text": artefact.text.model_copy(update={"tasks": (own,)})})
    )
    asked: tuple[Task, ...] = ("reply", "draft")
    reply, letter = (draft(EMAIL, task=task, instruction=EMAIL_ASKED) for task in asked)

    before, after = scorer.score(reply, None), changed.score(reply, None)

    assert before.log_odds is not None
    assert after.log_odds == before.log_odds
    assert after.value == pytest.approx(probability(0.5 * before.log_odds - 1.0))
    assert changed.score(letter, None).value == scorer.score(letter, None).value


def test_a_task_that_trusts_its_scores_less_gives_weaker_reasons() -> None:
    """Contributions are in the log-odds that the reader's probability comes from."""
    artefact, scorer = shipped()
    own = TaskCalibration(task="draft", slope=0.5, offset=0.0)
    flat = Scorer(
        artefact.model_copy(update={"text": artefact.text.model_copy(update={"tasks": (own,)})})
    )
    one = draft(EMAIL[:260], instruction=EMAIL_ASKED)

    strong, weak = scorer.score(one, None).reasons[0], flat.score(one, None).reasons[0]

    assert weak.feature == strong.feature
    assert weak.contribution == pytest.approx(strong.contribution / 2, abs=1e-3)


def test_features_that_do_not_apply_are_told_as_such() -> None:
    """An empty draft has no vocabulary."""
    _, score = scored(DRAFTS["empty"], vectors=False)

    assert np.isnan(dict(score.features)["vocabulary"])
    assert all(reason.feature != "vocabulary" for reason in score.reasons)
