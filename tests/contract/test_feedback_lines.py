"""What `inkladder feedback export` writes is what `inkladder confidence calibrate` reads."""

from __future__ import annotations

import json

from assistant.confidence.outcomes import parse_outcomes
from assistant.records.base import Kept, Outcome
from assistant.records.export import lines
from support.records import record, step

FORCED = step(reason="forced", forced=True, propensity=0.01, revision=0.125)
VERDICTS = (
    Outcome(verdict="accepted", edit_distance=None, created=1001.0),
    Outcome(verdict="edited", edit_distance=0.5, created=1002.0),
    Outcome(verdict="rejected", edit_distance=None, created=1003.0),
)


def test_every_exported_line_is_an_outcome() -> None:
    """Nothing is lost between the two commands."""
    kept = [
        Kept(record=record(f"draft_{at}", path=(FORCED, step(tier="large")), served=1), outcome=one)
        for at, one in enumerate(VERDICTS)
    ]
    written = [line for one in kept for line in lines(one)]

    read = parse_outcomes([json.dumps(line) for line in written], file="outcomes.jsonl")

    assert len(read) == 6
    assert [(one.id, one.verdict, one.edit_distance) for one in read] == [
        (line["id"], line["verdict"], line["edit_distance"]) for line in written
    ]
    assert [one.good() for one in read] == [True, True, True, False, True, False]
    assert {one.weight for one in read} == {1.0, 100.0}
    assert {one.created.timestamp() for one in read} == {1000.0}
    assert read[0].features == {"length": 0.5, "rare": None}
