"""Which drafts become lines for the calibration, and what the lines say."""

from __future__ import annotations

import pytest

from assistant.records.base import Kept, Outcome
from assistant.records.export import lines
from support.records import record, step

EDITED = Outcome(verdict="edited", edit_distance=0.25, created=1001.0)


def test_a_judged_draft_is_a_line_of_exactly_these_keys() -> None:
    """Numbers and names only."""
    (line,) = lines(Kept(record=record(), outcome=EDITED))

    assert line == {
        "id": "draft_1.0",
        "task": "draft",
        "artefact": "test",
        "log_odds": 1.25,
        "score": 0.75,
        "features": {"length": 0.5, "rare": None},
        "verdict": "edited",
        "edit_distance": 0.25,
        "weight": 1.0,
        "group": "g",
        "created": "1970-01-01T00:16:40+00:00",
    }


def test_a_draft_of_unknown_fate_is_no_line() -> None:
    """Most writers say nothing."""
    assert list(lines(Kept(record=record()))) == []


@pytest.mark.parametrize("served", [None, 0])
def test_an_answer_without_a_score_is_no_line(served: int | None) -> None:
    """From the cache, or of a rung that failed."""
    unscored = record(path=(step(score=None, log_odds=None, features={}),), served=served)

    assert list(lines(Kept(record=unscored, outcome=EDITED))) == []


def test_a_forced_draft_stands_for_all_that_were_accepted() -> None:
    """Its weight is the inverse of the share; the repaired text is judged by the writer."""
    forced = step(reason="forced", forced=True, propensity=0.01, revision=0.125)
    large = step(tier="large")
    kept = Kept(record=record(path=(forced, large), served=1), outcome=EDITED)

    first, second = lines(kept)

    assert (first["id"], first["verdict"], first["edit_distance"]) == ("draft_1.0", "forced", 0.125)
    assert first["weight"] == pytest.approx(100)
    assert (second["id"], second["verdict"], second["weight"]) == ("draft_1.1", "edited", 1.0)


def test_a_deferred_draft_that_was_repaired_stands_for_itself() -> None:
    """All of them are labelled, so the weight is one."""
    deferred = step(decision="defer", reason="low_score", revision=0.75)
    kept = Kept(record=record(path=(deferred, step(tier="large")), served=1))

    (line,) = lines(kept)

    assert (line["verdict"], line["edit_distance"], line["weight"]) == ("forced", 0.75, 1.0)


def test_the_writers_word_goes_before_the_larger_tiers() -> None:
    """About the same text; it keeps the weight of its sample."""
    forced = step(reason="forced", forced=True, propensity=0.5, revision=0.9)
    accepted = Outcome(verdict="accepted", edit_distance=None, created=1001.0)
    kept = Kept(record=record(path=(forced, step(tier="large"))), outcome=accepted)

    (line,) = lines(kept)

    assert (line["verdict"], line["edit_distance"], line["weight"]) == ("accepted", None, 2.0)
