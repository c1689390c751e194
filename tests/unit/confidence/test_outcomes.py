"""The lines that tell what became of drafts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from assistant.confidence.outcomes import in_order, parse_outcomes
from assistant.errors import DataError
from support.outcomes import outcome


def line(**changes: object) -> str:
    """A good line with some fields changed; None stays null."""
    return json.dumps(json.loads(outcome().model_dump_json()) | changes)


def test_lines_are_outcomes() -> None:
    """Blank ones are skipped, null means that a feature does not apply, and times are told in UTC."""
    lines = [
        line(features={"shape": None, "relation": 1}, created="2026-03-01T10:00:00+02:00"),
        "",
        line(id="b", created="2026-03-01T10:00:00"),
    ]

    first, second = parse_outcomes(lines, file="f")

    assert first.features == {"shape": None, "relation": 1.0}
    assert first.created == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert second.created == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{", "f:2: row: Invalid JSON"),
        ("[]", "f:2: row: Input should be an object"),
        (line(weight=0.5), "f:2: weight: .* greater than or equal to 1, got 0.5"),
        (line(edit_distance=1.5), "f:2: edit_distance: .* less than or equal to 1, got 1.5"),
        (line(task="poem"), "f:2: task: Input should be 'draft', "),
        (line(verdict="liked"), "f:2: verdict: Input should be 'accepted', "),
        (line(id=""), "f:2: id: String should have at least 1 character"),
        (line().replace("1.0", "NaN", 1), "f:2: log_odds: Input should be a finite number"),
    ],
)
def test_a_bad_line_is_named_with_field_and_way_out(bad: str, said: str) -> None:
    """An admin finds it and knows what writes good ones."""
    with pytest.raises(DataError, match=f"{said}.*inkladder feedback export"):
        parse_outcomes([line(), bad], file="f")


@pytest.mark.parametrize(
    "bad", [line(text="Dear Ms Okafor"), line(task="Dear Ms Okafor"), '"Dear Ms Okafor"']
)
def test_a_text_that_does_not_belong_there_is_not_told(bad: str) -> None:
    """Errors end up in terminals and logs."""
    with pytest.raises(DataError) as raised:
        parse_outcomes([bad], file="f")

    assert "Okafor" not in str(raised.value)


def test_no_lines_at_all_are_refused() -> None:
    """An empty export is a mistake to tell."""
    with pytest.raises(DataError, match="f:1: no outcomes"):
        parse_outcomes(["\n"], file="f")


def test_a_draft_in_two_exports_counts_once_by_the_writers_verdict() -> None:
    """What a larger model made of it gives way, and of two verdicts the stricter one holds."""
    forced = outcome(verdict="forced", edit_distance=0.1)
    accepted = forced.model_copy(update={"verdict": "accepted", "edit_distance": None})
    rejected = accepted.model_copy(update={"verdict": "rejected"})

    assert in_order([forced, accepted]) == [accepted]
    assert in_order([rejected, accepted, forced]) == [rejected]
