"""The four pictures of a report."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evaluation.report.markup import Html, joined, tag
from assistant.evaluation.report.numbers import number, share
from assistant.evaluation.report.svg import Frame, drawing
from assistant.evaluation.result import Contribution, Curve, Histogram, ReliabilityBin

_TENTHS = [(step / 10, f"{step / 10:.1f}") for step in range(0, 11, 2)]
_SHARES = [(step / 10, f"{step * 10} %") for step in range(0, 11, 2)]

_CURVE_CLASSES = {
    "random": "reference dotted",
    "oracle": "reference",
    "the draft's own score known": "reference dashed",
}

_MOST_FEATURES = 25
"""Bars shown; the rest move a score by next to nothing and are in the JSON file."""

_ROW = 18
"""Height of a bar with its name, in units of a drawing."""

_TICKS = 5
"""Labels on an axis before they crowd."""

_HIGHEST = 1.3
_LOWEST = -0.2
"""PGR shown: what scorers reach. The oracle rises far above and tells only that it is out of reach."""

_CLIP = "curves"


def deferral_plot(curves: Sequence[Curve]) -> Html:
    """Performance gap recovered over the share of drafts escalated, with its legend."""
    lowest = min((min(curve.recovered) for curve in curves), default=0.0)
    frame = Frame(x=(0, 1), y=(max(_LOWEST, min(0.0, lowest)), _HIGHEST))
    ticks = [(step / 4, f"{step / 4:.2f}") for step in range(6)]
    drawn = frame.axes(
        x_ticks=_SHARES,
        y_ticks=ticks,
        x_label="drafts escalated",
        y_label="gap recovered (PGR)",
    )
    styles = _styles(curves)
    # Ours last, so that nothing is drawn over it.
    lines = [
        frame.path(
            list(zip(curve.shares, curve.recovered, strict=True)),
            class_=f"curve {styles[curve.name]}",
            title=curve.name,
        )
        for curve in [*curves[1:], *curves[:1]]
    ]
    drawn += [frame.clip(_CLIP), tag("g", lines, clip_path=f"url(#{_CLIP})")]
    keys = [
        tag("li", tag("span", class_=f"key {styles[curve.name]}"), curve.name) for curve in curves
    ]
    title = "Performance gap recovered over the share of drafts escalated"
    return joined([drawing(title, drawn), tag("ul", keys, class_="legend")])


def reliability_plot(bins: Sequence[ReliabilityBin]) -> Html:
    """Share found acceptable over the mean score, with intervals and the line of an honest score."""
    frame = Frame(x=(0, 1), y=(0, 1))
    drawn = frame.axes(
        x_ticks=_TENTHS, y_ticks=_TENTHS, x_label="score promised", y_label="share acceptable"
    )
    drawn.append(frame.path([(0, 0), (1, 1)], class_="curve reference dashed", title="honest"))
    for one in bins:
        ends = [(one.promised, one.found.low), (one.promised, one.found.high)]
        drawn.append(frame.path(ends, class_="whisker"))
    for one in bins:
        told = f"{one.drafts} drafts: promised {number(one.promised)}, found {number(one.found)}"
        drawn.append(frame.mark(one.promised, one.found.value, class_="dot", title=told))
    return drawing("Share of acceptable drafts over the score promised", drawn)


def histogram_plot(histogram: Histogram) -> Html:
    """Drafts by score, the unacceptable ones stacked on the acceptable ones, with its legend."""
    totals = [
        good + bad for good, bad in zip(histogram.acceptable, histogram.unacceptable, strict=True)
    ]
    top = max([*totals, 1]) * 1.05
    frame = Frame(x=(0, 1), y=(0, top))
    ticks = [(at, str(at)) for at in _round_ticks(top)]
    drawn = frame.axes(x_ticks=_TENTHS, y_ticks=ticks, x_label="score", y_label="drafts")
    width = 1 / len(totals)
    for place, (good, total) in enumerate(zip(histogram.acceptable, totals, strict=True)):
        left, right = (place + 0.06) * width, (place + 0.94) * width
        told = f"score {place * width:.2f} to {(place + 1) * width:.2f}"
        drawn += [
            frame.bar((left, 0), (right, good), class_="good", title=f"{told}: {good} acceptable"),
            frame.bar(
                (left, good), (right, total), class_="bad", title=f"{told}: {total - good} not"
            ),
        ]
    keys = [
        tag("li", tag("span", class_="swatch good"), "acceptable"),
        tag("li", tag("span", class_="swatch bad"), "not acceptable"),
    ]
    title = "Drafts by score, acceptable and not"
    return joined([drawing(title, drawn), tag("ul", keys, class_="legend")])


def contributions_plot(contributions: Sequence[Contribution]) -> Html:
    """Bars of how far each feature moves a score, the strongest first, with its family."""
    shown = [one for one in contributions if one.mean_absolute > 0][:_MOST_FEATURES]
    highest = max([one.mean_absolute for one in shown], default=1.0)
    height = _ROW * len(shown) + 4
    frame = Frame(x=(0, highest), y=(0, 1), left=190, right=56, top=0, bottom=0, height=height)
    drawn = []
    for place, one in enumerate(shown):
        top = place * _ROW
        told = f"{one.family}: weight {one.weight:+.3f}, applies to {share(one.applies)} of drafts"
        end = frame.across(one.mean_absolute)
        drawn += [
            tag("text", one.feature, class_="tick end", x=184, y=top + 13),
            tag(
                "rect", tag("title", told), class_="ours" if one.weight > 0 else "bad",
                x=190, y=top + 3, width=max(1.0, end - 190), height=_ROW - 6,
            ),
            tag("text", f"{one.mean_absolute:.3f}", class_="tick", x=end + 5, y=top + 13),
        ]  # fmt: skip
    keys = [
        tag("li", tag("span", class_="swatch ours"), "more of it raises the score"),
        tag("li", tag("span", class_="swatch bad"), "more of it lowers the score"),
    ]
    title = "Mean absolute contribution of each feature, in log-odds"
    return joined([drawing(title, drawn, height=height), tag("ul", keys, class_="legend")])


def _styles(curves: Sequence[Curve]) -> dict[str, str]:
    names = [curve.name for curve in curves if curve.name not in _CURVE_CLASSES]
    return {name: f"series-{place}" for place, name in enumerate(names)} | _CURVE_CLASSES


def _round_ticks(top: float) -> list[int]:
    """At most six round numbers from 0 up."""
    steps = (lead * 10**power for power in range(9) for lead in (1, 2, 5))
    step = next(step for step in steps if top / step <= _TICKS)
    return list(range(0, int(top) + 1, step))
