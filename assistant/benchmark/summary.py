"""Percentiles of timings. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

MEDIAN = 0.5
TAIL = 0.95


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, between neighbours in proportion.

    Type 7 of Hyndman and Fan, "Sample quantiles in statistical packages" (1996): the median at .5,
    the smallest value at 0, the largest at 1.

    Raises:
        ValueError: there are no values, or the share is outside 0 to 1.
    """
    if not values or not 0 <= share <= 1:
        message = (
            f"a share of 0 to 1 of at least one value is needed, got {share!r} of {len(values)}"
        )
        raise ValueError(message)
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    # Neighbours are mixed so that rounding never leads outside of them.
    return min(above, below + (above - below) * (place - math.floor(place)))


def median(values: Sequence[float]) -> float:
    """Half of the values lie below."""
    return percentile(values, MEDIAN)


def tail(values: Sequence[float]) -> float:
    """The 95th percentile: one value of twenty is larger."""
    return percentile(values, TAIL)
