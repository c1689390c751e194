"""AUROC on many weightings at once, against published and hand-made examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence.metrics import auroc
from assistant.evaluation.separation import aurocs, aurocs_within, mean_auroc_within

ROWS = st.lists(
    st.tuples(st.booleans(), st.integers(-50, 50), st.integers(0, 4)), min_size=2, max_size=40
)


def test_ratings_of_images_as_in_hanley_and_mcneil() -> None:
    """Their 58 normal and 51 abnormal images, rated from 1 to 5, have an area of .893 (Table I)."""
    normal, abnormal = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)
    ratings = np.array([1, 2, 3, 4, 5] * 2, dtype=float)
    is_abnormal = np.array([False] * 5 + [True] * 5)

    area = aurocs(is_abnormal, ratings, np.array([normal + abnormal], dtype=float))

    assert area[0] == pytest.approx(0.893, abs=5e-4)


@given(ROWS)
def test_a_weight_is_a_row_said_several_times(rows: list[tuple[bool, int, int]]) -> None:
    """Counting a row three times and holding it three times are the same."""
    good = np.array([row[0] for row in rows])
    scores = np.array([float(row[1]) for row in rows])
    counts = np.array([row[2] for row in rows])

    area = aurocs(good, scores, counts[None, :].astype(float))[0]

    expected = auroc(np.repeat(good, counts), np.repeat(scores, counts))
    assert area == pytest.approx(expected, nan_ok=True)


@given(ROWS)
def test_a_rising_map_of_the_scores_changes_nothing(rows: list[tuple[bool, int, int]]) -> None:
    """Only the order of scores counts, and turning it round mirrors the area."""
    good = np.array([row[0] for row in rows])
    scores = np.array([float(row[1]) for row in rows])
    once = np.ones((1, len(rows)))

    area = aurocs(good, scores, once)[0]

    assert aurocs(good, np.arctan(scores / 9) * 4 + 2, once)[0] == pytest.approx(area, nan_ok=True)
    assert aurocs(good, -scores, once)[0] == pytest.approx(1 - area, nan_ok=True)


def test_no_rows_have_no_area() -> None:
    """Nothing to compare is no number, on every line."""
    nothing = aurocs(np.array([], dtype=bool), np.array([]), np.ones((3, 0)))

    assert np.isnan(nothing).tolist() == [True, True, True]


def test_a_score_that_only_knows_the_group_tells_nothing_inside_it() -> None:
    """Pooled it looks able, within groups it is blind."""
    groups = np.array(["easy"] * 4 + ["hard"] * 4)
    good = np.array([True, True, True, False, False, False, False, True])
    knows_group = np.array([0.9] * 4 + [0.1] * 4)
    once = np.ones((1, 8))

    assert aurocs(good, knows_group, once)[0] == 0.75
    assert mean_auroc_within(good, knows_group, once, groups)[0] == 0.5


def test_a_group_of_one_kind_is_left_out() -> None:
    """There is no pair in it to compare."""
    groups = np.array(["mixed", "mixed", "fine"])
    good = np.array([True, False, True])

    within = aurocs_within(good, np.array([0.9, 0.1, 0.5]), np.ones((1, 3)), groups)

    assert list(within) == ["mixed"]
    assert np.isnan(mean_auroc_within(good[2:], np.ones(1), np.ones((1, 1)), groups[2:])[0])
