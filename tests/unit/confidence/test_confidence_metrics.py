"""AUROC and calibration error, against examples worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence.metrics import auroc, auroc_by_group, average_ranks, calibration_error


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0.1, 0.2, 0.8, 0.9], 1.0),
        ([0.9, 0.8, 0.2, 0.1], 0.0),
        ([0.5, 0.5, 0.5, 0.5], 0.5),
        ([0.1, 0.8, 0.2, 0.9], 0.75),
        ([0.1, 0.5, 0.5, 0.9], 0.875),
    ],
)
def test_auroc_of_two_bad_and_two_good_drafts(scores: list[float], expected: float) -> None:
    """Pairs in the right order count one, ties half."""
    good = np.array([False, False, True, True])

    assert auroc(good, np.array(scores)) == expected


def test_auroc_of_one_kind_only_is_no_number() -> None:
    """There is no pair to compare."""
    assert math.isnan(auroc(np.array([True, True]), np.array([0.1, 0.2])))


def test_equal_values_share_their_rank() -> None:
    """Ranks 2 and 3 become 2.5 twice."""
    assert average_ranks(np.array([1.0, 4.0, 4.0, 9.0])).tolist() == [1.0, 2.5, 2.5, 4.0]


def test_groups_without_both_kinds_are_left_out() -> None:
    """Only where something can be told apart is there a number."""
    good = np.array([True, False, True, True])

    assert auroc_by_group(good, np.array([0.9, 0.1, 0.5, 0.6]), ["a", "a", "b", "b"]) == {"a": 1.0}


def test_calibration_error_of_a_score_that_promises_too_much() -> None:
    """Two bins: promised .2 and .9, found 0 and .5, so the gaps .2 and .4 average to .3."""
    good = np.array([False, False, True, False])

    error = calibration_error(good, np.array([0.2, 0.2, 0.9, 0.9]), bins=2)

    assert error == pytest.approx(0.3)


@given(
    st.lists(
        st.tuples(st.booleans(), st.floats(0, 1, allow_subnormal=False)), min_size=2, max_size=30
    ).filter(lambda rows: len({good for good, _ in rows}) == 2)
)
def test_turning_scores_round_mirrors_auroc(rows: list[tuple[bool, float]]) -> None:
    """AUROC of the negated scores is what is missing to one."""
    good = np.array([good for good, _ in rows])
    scores = np.array([score for _, score in rows])

    assert auroc(good, -scores) == pytest.approx(1 - auroc(good, scores))
