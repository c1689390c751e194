"""A quantity that depends on how many requests an engine serves at once. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

Point = tuple[float, float]
"""Requests in flight, and the value there."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Positive values at some levels of in-flight requests, ascending; at least one.

    Between two levels the logarithm of the value is linear in the logarithm of the level, for what a
    batch saves is about the same at each doubling; outside, the nearest level holds.
    """

    points: tuple[Point, ...]

    @classmethod
    def of(cls, values: Mapping[int, float]) -> Curve:
        """The curve through these values, given by level."""
        return cls(tuple((float(level), values[level]) for level in sorted(values)))

    @property
    def levels(self) -> tuple[float, ...]:
        """Where values are known, ascending."""
        return tuple(level for level, _ in self.points)

    def at(self, in_flight: float) -> float:
        """The value with that many requests in flight."""
        right = bisect_left(self.levels, in_flight)
        if right == 0:
            return self.points[0][1]
        if right == len(self.points):
            return self.points[-1][1]
        (low, below), (high, above) = self.points[right - 1], self.points[right]
        if high == in_flight:
            return above
        share = log(in_flight / low) / log(high / low)
        return exp((1 - share) * log(below) + share * log(above))

    def nearest(self, in_flight: float) -> float:
        """The value at the level that is nearest by ratio; of two as near, at the lower one."""
        return min(self.points, key=lambda point: abs(log(point[0] / in_flight)))[1]

    def up_to(self, level: float) -> Curve:
        """The same up to `level`, and its value there for everything above: a server that full queues."""
        below = tuple(point for point in self.points if point[0] < level)
        return Curve((*below, (level, self.at(level))))

    def scaled(self, factor: float) -> Curve:
        """All values times `factor`."""
        return Curve(tuple((level, value * factor) for level, value in self.points))
