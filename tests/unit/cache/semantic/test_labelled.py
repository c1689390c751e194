"""The counts that ship with the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.cache.semantic.labelled import Labelled, parse_labelled, shipped_counts
from assistant.errors import DataError
from assistant.evaluation.cache_pairs import (
    LabelledPair,
    compare,
    pairs_fingerprint,
    parse_pairs,
)
from assistant.evaluation.cache_report import Case, count_strata
from support.similar import counted

DATA = Path(__file__).parents[3] / "data" / "cache_pairs"
FEW = 25
"""Pairs of a task that are quick to compare."""

AGAIN = (
    "count them anew: inkladder cache evaluate FILE --counts assistant/cache/semantic/labelled.json"
)


@pytest.fixture(scope="module")
def pairs() -> list[LabelledPair]:
    """The labelled pairs of the repository that the counts are of."""
    for file in sorted(DATA.glob("*.jsonl")):
        found = parse_pairs(file.read_bytes().splitlines(), LabelledPair, file=file.name)
        if pairs_fingerprint(found) == shipped_counts().data:
            return found
    pytest.fail(f"no file of {DATA} holds the pairs that were counted; {AGAIN}")


def test_the_shipped_counts_are_of_the_verifier_that_ships() -> None:
    """Those of another one would keep the whole level in shadow."""
    assert shipped_counts().current, AGAIN


def test_the_shipped_counts_are_of_labelled_pairs_of_the_repository(
    pairs: list[LabelledPair],
) -> None:
    """Anybody can count them."""
    assert shipped_counts().pairs == len(pairs)


def test_the_shipped_counts_are_what_the_verifier_says_now(pairs: list[LabelledPair]) -> None:
    """To the pair; the fingerprints answer for the tasks with more of them."""
    few = [one for one in shipped_counts().strata if one.different + one.same <= FEW]
    tasks = {one.task for one in few}
    cases = [
        Case(pair=pair, found=compare(pair.a, pair.b, task=pair.task), cosine=1.0)
        for pair in pairs
        if pair.task in tasks
    ]

    assert list(count_strata(cases)) == few, AGAIN
    assert len(cases) >= FEW


def test_counts_are_read_as_they_were_written() -> None:
    """With every level."""
    labelled = counted(false_hits=2)

    assert parse_labelled(labelled.dump(), file="counts") == labelled


def test_counts_of_another_verifier_are_not_current() -> None:
    """Whatever differs in it."""
    labelled = counted().model_copy(update={"wording": "0" * 64})

    assert counted().current
    assert not labelled.current


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", counted().dump().replace('"en"', "7"), '{"version": 2}']
)
def test_a_file_without_counts_is_an_error_that_says_how_to_make_one(text: str) -> None:
    """Not a stack trace."""
    with pytest.raises(DataError, match=r"^mine\.json: .*inkladder cache evaluate --counts"):
        parse_labelled(text, file="mine.json")


def test_counts_name_no_words() -> None:
    """Only tasks, languages and numbers."""
    assert set(Labelled.model_fields) == {"version", "wording", "data", "pairs", "strata"}
