"""A frame to draw numbers in: axes, lines, bars, marks, with all colours left to the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.evaluation.report.markup import Html, tag

WIDTH, HEIGHT = 480, 320
"""Units of a drawing; a page scales it, down to a phone where text is still three quarters of its
size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A plotting area and the numbers at its edges."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = 48
    right: float = 22
    top: float = 12
    bottom: float = 44

    def across(self, value: float) -> float:
        """Where a number lies from left to right."""
        low, high = self.x
        part = (value - low) / (high - low)
        return self.left + part * (self.width - self.left - self.right)

    def up(self, value: float) -> float:
        """Where a number lies from the top."""
        low, high = self.y
        part = (value - low) / (high - low)
        return self.height - self.bottom - part * (self.height - self.top - self.bottom)

    def axes(
        self,
        *,
        x_ticks: Sequence[tuple[float, str]],
        y_ticks: Sequence[tuple[float, str]],
        x_label: str,
        y_label: str,
    ) -> list[Html]:
        """Grid lines, tick labels and the names of both axes."""
        right, base = self.width - self.right, self.height - self.bottom
        drawn = [
            tag("line", class_="grid", x1=self.left, x2=right, y1=self.up(at), y2=self.up(at))
            for at, _ in y_ticks
        ]
        drawn += [
            tag("text", label, class_="tick end", x=self.left - 6, y=self.up(at) + 4)
            for at, label in y_ticks
        ]
        drawn += [
            tag("text", label, class_="tick middle", x=self.across(at), y=base + 16)
            for at, label in x_ticks
        ]
        middle = (self.top + base) / 2
        return [
            *drawn,
            tag("line", class_="axis", x1=self.left, x2=right, y1=base, y2=base),
            tag("text", x_label, class_="label middle", x=(self.left + right) / 2, y=base + 36),
            tag(
                "text", y_label, class_="label middle", x=0, y=0,
                transform=f"translate(12 {middle:.0f}) rotate(-90)",
            ),
        ]  # fmt: skip

    def clip(self, name: str) -> Html:
        """The frame as a clip path of that name, for curves that leave it."""
        inside = tag(
            "rect", x=self.left, y=self.top, width=self.width - self.left - self.right,
            height=self.height - self.top - self.bottom,
        )  # fmt: skip
        return tag("clipPath", inside, id=name)

    def path(self, points: Sequence[tuple[float, float]], *, class_: str, title: str = "") -> Html:
        """A line through points."""
        steps = " L".join(f"{self.across(x):.1f} {self.up(y):.1f}" for x, y in points)
        return tag("path", *_titled(title), class_=class_, d=f"M{steps}")

    def bar(
        self, low: tuple[float, float], high: tuple[float, float], *, class_: str, title: str
    ) -> Html:
        """A rectangle between two corners."""
        left, right = self.across(low[0]), self.across(high[0])
        top, base = self.up(high[1]), self.up(low[1])
        return tag(
            "rect", *_titled(title), class_=class_, x=left, y=top,
            width=max(0.0, right - left), height=max(0.0, base - top),
        )  # fmt: skip

    def mark(self, x: float, y: float, *, class_: str, title: str) -> Html:
        """A dot."""
        return tag("circle", *_titled(title), class_=class_, cx=self.across(x), cy=self.up(y), r=4)


def drawing(title: str, parts: Sequence[Html], *, height: float = HEIGHT) -> Html:
    """An SVG that says what it shows to those who cannot see it."""
    return tag(
        "svg", tag("title", title), *parts,
        role="img", viewBox=f"0 0 {WIDTH} {height:.0f}", aria_label=title,
    )  # fmt: skip


def _titled(title: str) -> tuple[Html, ...]:
    return (tag("title", title),) if title else ()
