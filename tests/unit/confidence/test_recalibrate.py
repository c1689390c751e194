"""A calibration refitted to own traffic: honest, careful with few outcomes, repeatable."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from assistant.confidence.artefact import (
    Artefact,
    Prefix,
    PrefixHeldOut,
    TaskCalibration,
    load_artefact,
)
from assistant.confidence.fitting.prior_platt import calibrated, fit_map, probabilities
from assistant.confidence.fitting.recalibrate import recalibrated
from assistant.confidence.outcomes import Outcome, in_order, outcomes_fingerprint
from assistant.confidence.scorer import Scorer
from assistant.errors import DataError
from support.drafts import EMAIL, draft
from support.outcomes import head_of, outcome, small_artefact, traffic

OLD = small_artefact()


def offset_after(count: int) -> float:
    """The offset once so many outcomes were seen of traffic that is one log-odd worse."""
    found = recalibrated(OLD, traffic(count, shift=-1.0), least=2)
    return found.artefact.full.offset


def test_few_outcomes_move_the_calibration_a_little_and_many_fully() -> None:
    """Chance decides among fifty; five thousand know better than any earlier judge."""
    assert -0.45 < offset_after(50) < -0.02
    assert offset_after(5000) == pytest.approx(-1.0, abs=0.12)


def test_a_stretch_of_the_scores_is_found() -> None:
    """Scores that promise too much on both ends are flattened."""
    found = recalibrated(OLD, traffic(2500, stretch=0.5))

    assert found.artefact.full.slope == pytest.approx(0.5, abs=0.08)


def test_an_honest_calibration_stays_as_it_is() -> None:
    """Nothing to gain, and nothing is lost."""
    found = recalibrated(OLD, traffic(3000))

    assert found.artefact.full.slope == pytest.approx(1.0, abs=0.12)
    assert found.artefact.full.offset == pytest.approx(0.0, abs=0.12)
    assert found.gain.low <= 0.001
    assert found.after.calibration_error.value < 0.04


def test_held_out_drafts_get_what_they_are_promised() -> None:
    """The error is measured on drafts that the calibration did not see, before and after."""
    found = recalibrated(OLD, traffic(2000, stretch=0.6, shift=-1.0))

    assert found.before.calibration_error.low > 0.1
    assert found.after.calibration_error.value < 0.05
    assert found.after.log_loss.value < found.before.log_loss.value
    assert found.gain.low > 0
    assert found.after.promised == pytest.approx(found.good, abs=0.02)
    for measured in (found.before, found.after):
        error = measured.calibration_error
        assert error.low <= error.value <= error.high


def test_only_the_calibration_changes(tmp_path: Path) -> None:
    """Curves and their held-out metrics stay; the file names its outcomes and loads."""
    found = recalibrated(OLD, traffic(400, shift=-1.0))
    file = tmp_path / "own.json"
    file.write_text(found.artefact.dump(), encoding="utf-8")
    loaded = load_artefact(str(file))

    assert loaded == found.artefact
    assert loaded.fingerprint != OLD.fingerprint
    assert loaded.full.curves == OLD.full.curves
    assert loaded.held_out == OLD.held_out
    said = f"400 outcomes of own traffic, 2026-03-01 to 2026-03-01, SHA-256 {outcomes_fingerprint(in_order(traffic(400, shift=-1.0)))}"
    assert loaded.origin.source == f"{OLD.origin.source}; calibrated on {said}"


def test_a_calibration_of_a_calibration_names_the_latest_outcomes_only() -> None:
    """The earlier ones no longer shape it."""
    first = recalibrated(OLD, traffic(300)).artefact
    second = recalibrated(first, traffic(250, artefact=first, seed=6)).artefact

    assert second.origin.source.count("calibrated on") == 1
    assert "250 outcomes" in second.origin.source


def test_the_same_outcomes_give_the_same_bytes() -> None:
    """In any order, and where overlapping exports hold some of them twice."""
    given = traffic(300, shift=-0.5)
    mixed = [*given, *given[:50]]
    Random(3).shuffle(mixed)  # noqa: S311 - any order will do

    assert recalibrated(OLD, mixed).artefact.dump() == recalibrated(OLD, given).artefact.dump()


def test_nothing_of_a_draft_is_kept() -> None:
    """Neither ids nor groups: the artefact may leave the house."""
    content = recalibrated(OLD, traffic(300)).artefact.dump()

    assert "draft-1" not in content
    assert "request-1" not in content


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (traffic(150), "outcomes: 150 with a known fate, 200 are needed"),
        (
            [*traffic(200), *(outcome(id=str(n), artefact="other") for n in range(3))],
            f"3 of 203 are of another artefact than {OLD.fingerprint!r}, most of them of 'other'",
        ),
        ([outcome(id=str(n)) for n in range(300)], "all 300 drafts were good"),
        ([outcome(id=str(n), verdict="rejected") for n in range(300)], "all 300 drafts were bad"),
    ],
)
def test_what_cannot_calibrate_is_refused(outcomes: list[Outcome], said: str) -> None:
    """With what is missing and the way out."""
    with pytest.raises(DataError, match=said):
        recalibrated(OLD, outcomes)


def test_a_task_with_enough_outcomes_gets_its_own_calibration() -> None:
    """From two hundred on; a rarer one shares that of all."""
    worse = [one.model_copy(update={"task": "titles"}) for one in traffic(400, shift=-2.0, seed=8)]
    few = [one.model_copy(update={"task": "reply"}) for one in traffic(60, seed=9)]
    given = [
        one.model_copy(update={"id": str(number)})
        for number, one in enumerate([*traffic(1200), *worse, *few])
    ]
    found = recalibrated(OLD, given)
    own = {one.task: one.offset for one in found.artefact.full.tasks}

    assert found.tasks == ("draft", "titles")
    assert own.keys() == {"draft", "titles"}
    assert own["titles"] == pytest.approx(-2.0, abs=0.5)
    assert own["draft"] == pytest.approx(0.0, abs=0.25)
    assert [counts.task for counts in found.artefact.counts] == [None, "draft", "titles"]


def test_an_earlier_calibration_of_a_task_moves_along() -> None:
    """Two hundred outcomes of others say that everything is worse, of this task too."""
    reply = TaskCalibration(task="reply", slope=1.0, offset=0.5)
    old = small_artefact(full=head_of("shape", "relation").model_copy(update={"tasks": (reply,)}))
    found = recalibrated(old, traffic(3000, shift=-1.0, artefact=old))
    moved = {one.task: one.offset for one in found.artefact.full.tasks}

    assert moved["reply"] == pytest.approx(-0.5, abs=0.15)


def test_drafts_judged_with_vectors_calibrate_the_other_head_too() -> None:
    """It serves when the embedder is down, and would wait long for outcomes of its own."""
    found = recalibrated(OLD, traffic(3000, shift=-1.0))

    # The text head sees half of what makes a draft good, so it must promise less than log-odds of 1.
    assert found.artefact.text.offset == pytest.approx(-0.88, abs=0.12)
    assert 0.6 < found.artefact.text.slope < 1.0


def test_drafts_judged_without_vectors_calibrate_the_text_head_alone() -> None:
    """What the full head would have said of them is not known."""
    blind = [
        one.model_copy(update={"features": {"shape": one.log_odds}})
        for one in traffic(2000, shift=-1.0)
    ]
    found = recalibrated(OLD, blind)

    assert found.artefact.full == OLD.full
    assert found.artefact.text.offset == pytest.approx(-1.0, abs=0.15)
    assert found.artefact.reference is not None
    assert found.artefact.reference.features.keys() == {"shape"}


def test_beginnings_are_calibrated_as_the_text_head_is() -> None:
    """Nobody judges a beginning; its curves and its bar stay as they were fitted."""
    prefix = Prefix(
        head=OLD.text,
        allowance=0.1,
        allowance_bar=0.6,
        held_out=PrefixHeldOut(shares=(), words=()),
    )
    old = OLD.model_copy(update={"prefix": prefix}).sealed()
    outcomes = [
        one.model_copy(update={"artefact": old.fingerprint}) for one in traffic(1000, shift=-1.0)
    ]

    new = recalibrated(old, outcomes).artefact

    assert new.prefix is not None
    assert new.prefix.head == new.text != OLD.text
    assert new.prefix.model_copy(update={"head": prefix.head}) == prefix


def test_edits_count_by_how_much_was_changed() -> None:
    """Up to the limit a draft was good; where nobody measured it, nothing is known."""
    edits = [
        outcome(id=f"e{number}", verdict=("edited", "forced")[number % 2], edit_distance=distance)
        for number, distance in enumerate([0.0, 0.2, 0.21, 1.0, None, None])
    ]
    found = recalibrated(OLD, edits, least=2)

    assert found.without_distance == 2
    assert found.outcomes == 4
    assert found.good == 0.5
    assert recalibrated(OLD, edits, least=2, good_edit=0.5).good == 0.75


def censored(seed: int) -> tuple[Artefact, list[Outcome], float]:
    """What is left of traffic: repaired deferrals, a tenth of the accepted, by inverse propensity."""
    every = traffic(5000, stretch=0.7, shift=-0.5, seed=seed)
    truly_good = float(np.mean([one.verdict == "accepted" for one in every]))
    generator = Random(seed)  # noqa: S311 - which are forced is to be repeatable
    seen = []
    for one in every:
        fate = {"verdict": "forced", "edit_distance": 0.0 if one.verdict == "accepted" else 1.0}
        if one.log_odds < 0.4:
            seen.append(one.model_copy(update=fate))
        elif generator.random() < 0.1:
            seen.append(one.model_copy(update=fate | {"weight": 10.0}))
    return OLD, seen, truly_good


@pytest.mark.parametrize("seed", [1, 2])
def test_inverse_propensities_make_it_honest_over_all_scores(seed: int) -> None:
    """Few of the accepted drafts have a label, and all of the deferred: weighted, they are as all."""
    old, seen, truly_good = censored(seed)
    found = recalibrated(old, seen)
    unweighted = recalibrated(old, [one.model_copy(update={"weight": 1.0}) for one in seen])

    assert found.good == pytest.approx(truly_good, abs=0.04)
    assert unweighted.good < truly_good - 0.05
    assert found.artefact.full.slope == pytest.approx(0.7, abs=0.2)
    assert found.worth < found.outcomes


def test_scores_are_never_turned_round() -> None:
    """Where the worst drafts were taken, the score is flattened: it knows nothing here."""
    found = recalibrated(OLD, traffic(3000, stretch=-1.0))

    assert 0 < found.artefact.full.slope < 0.1


def test_one_score_for_all_is_no_trouble() -> None:
    """The slope cannot be told from the offset; together they promise what came of it."""
    good = np.arange(1000) % 4 == 0
    slope, offset = fit_map(np.full(1000, 2.0), good, np.ones(1000))

    assert float(probabilities(np.array([2.0 * slope + offset]))[0]) == pytest.approx(
        0.25, abs=0.02
    )


def test_the_reference_is_of_the_scores_that_will_be_seen() -> None:
    """Its bins hold a tenth each of the scores under the new calibration."""
    given = traffic(1000, shift=-1.0)
    made = recalibrated(OLD, given).artefact
    reference = made.reference
    log_odds = np.array([one.log_odds for one in given])
    scores = probabilities(calibrated(made.full, log_odds, ["draft"] * 1000))

    assert reference is not None
    assert reference.drafts == 1000
    assert reference.features.keys() == {"shape", "relation"}
    assert sum(reference.score.shares) == pytest.approx(1, abs=1e-5)
    assert reference.score.edges[4] == pytest.approx(float(np.median(scores)), abs=0.01)


def test_the_scorer_gives_what_the_calibration_promises() -> None:
    """Scored by the shipped artefact, sent back as often as kept: the new one is less sure of them."""
    shipped = load_artefact()
    scorer = Scorer(shipped)
    written = [
        draft(text, instruction="Write an email to my manager about Friday.")
        for text in (EMAIL, EMAIL[:200], "I cannot help with that.", "Off Friday. Thanks. Anna")
    ]
    scores = [scorer.score(one, None) for one in written]
    outcomes = [
        outcome(
            id=str(number),
            task=("draft", "reply")[number // 4 % 2],
            artefact=shipped.fingerprint,
            log_odds=scores[number % 4].log_odds,
            features={
                name: None if np.isnan(value) else value
                for name, value in scores[number % 4].features
            },
            verdict="rejected" if number % 8 < 5 else "accepted",
            group=str(number),
        )
        for number in range(320)
    ]
    new = recalibrated(shipped, outcomes).artefact
    again = Scorer(new).score(written[0], None)

    assert new.text.tasks == ()
    assert again.value < scores[0].value
    assert scores[0].log_odds is not None
    assert again.log_odds == pytest.approx(scores[0].log_odds, abs=1e-6)
    promised = calibrated(new.text, np.array([scores[0].log_odds]), ["draft"])
    assert again.value == pytest.approx(float(probabilities(promised)[0]), abs=1e-6)
