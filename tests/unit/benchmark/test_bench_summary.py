"""Laws of percentiles."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.benchmark.summary import median, percentile, tail

seconds = st.floats(0, 1e6, allow_nan=False)
timings = st.lists(seconds, min_size=1, max_size=50)
shares = st.floats(0, 1)


@given(timings, shares)
def test_a_percentile_lies_among_the_values(values: list[float], share: float) -> None:
    """Never below the least or above the largest."""
    assert min(values) <= percentile(values, share) <= max(values)


@given(timings, shares, shares)
def test_a_larger_share_is_never_a_smaller_value(
    values: list[float], one: float, other: float
) -> None:
    """More of the values lie below a larger one."""
    low, high = sorted((one, other))

    assert percentile(values, low) <= percentile(values, high)


@given(st.permutations([1.0, 5.0, 2.0, 8.0, 3.0]), shares)
def test_the_order_of_the_values_does_not_matter(values: list[float], share: float) -> None:
    """Requests end in any order."""
    assert percentile(values, share) == percentile(sorted(values), share)


@given(timings)
def test_the_median_is_that_of_the_statistics_books(values: list[float]) -> None:
    """Half of the values on each side."""
    assert median(values) == pytest.approx(statistics.median(values))


def test_the_tail_lies_between_its_neighbours_in_proportion() -> None:
    """Of 0 to 100 in steps of one, 95 is the 95th percentile; of three values almost the last."""
    assert tail([float(value) for value in range(101)]) == 95.0
    assert tail([1.0, 2.0, 3.0]) == pytest.approx(2.9)


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 1.5), ([1.0], -0.1)])
def test_nothing_has_no_percentile(values: list[float], share: float) -> None:
    """Nor is there one above all."""
    with pytest.raises(ValueError, match="a share of 0 to 1"):
        percentile(values, share)
