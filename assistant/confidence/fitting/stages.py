"""How well beginnings are judged, by how much of a draft is seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from assistant.confidence.artefact import PrefixHeldOut, Stage
from assistant.confidence.fitting.beginnings import Beginnings
from assistant.confidence.linear import Floats
from assistant.confidence.metrics import auroc, auroc_by_group, calibration_error

SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)
"""Shares of a draft."""

WORDS = (30.0, 60.0, 120.0, 250.0, 500.0)
"""Words seen, from the first segment on."""

_STILL_TO_COME = 1.3
"""A draft has at least so many times the words of its beginning: the rest must be worth forecasting."""

SEED = 20261122
"""Seeds the resampling; fixed so that numbers repeat."""

RESAMPLES = 400
"""Enough for the ends of an interval to settle to a few thousandths."""

_INTERVAL = (0.025, 0.975)
_DIGITS = 4
_NUMBERS = ("auroc", "within_task", "calibration_error")

Rows = NDArray[np.intp]


def held_out_stages(
    rows: Beginnings, chances: Floats, *, resamples: int = RESAMPLES
) -> PrefixHeldOut:
    """Judged drafts at each stage, with intervals over resampled prompts; none without resamples."""
    return PrefixHeldOut(
        shares=_stages(rows, chances, by_share(rows), resamples),
        words=_stages(rows, chances, by_words(rows), resamples),
    )


def by_share(rows: Beginnings) -> Iterator[tuple[float, Rows]]:
    """For each share the beginning of every judged draft that is nearest to it."""
    for share in SHARES:
        fit = rows.natural & (rows.whole == (share == SHARES[-1]))
        yield share, _nearest(rows, rows.share, share, np.flatnonzero(fit))


def by_words(rows: Beginnings) -> Iterator[tuple[float, Rows]]:
    """For each number of words the nearest beginning of every judged draft that goes on long after."""
    total = rows.seen / np.maximum(rows.share, 1e-9)
    for count in WORDS:
        fit = rows.natural & ~rows.whole & (total >= _STILL_TO_COME * count)
        yield count, _nearest(rows, rows.seen, count, np.flatnonzero(fit))


def _nearest(rows: Beginnings, extent: Floats, wanted: float, among: Rows) -> Rows:
    """One row a draft."""
    order = among[np.lexsort((np.abs(extent[among] - wanted), rows.example[among]))]
    _, first = np.unique(rows.example[order], return_index=True)
    result: Rows = order[first]
    return result


def _stages(
    rows: Beginnings, chances: Floats, extents: Iterable[tuple[float, Rows]], resamples: int
) -> tuple[Stage, ...]:
    """Those with good drafts and bad ones."""
    return tuple(
        _stage(rows, chances, extent, found, resamples)
        for extent, found in extents
        if len(np.unique(rows.acceptable[found])) > 1
    )


def _stage(rows: Beginnings, chances: Floats, extent: float, found: Rows, resamples: int) -> Stage:
    good, told = rows.acceptable[found], chances[found]
    examples = [rows.examples[one] for one in rows.example[found]]
    tasks = np.array([one.task for one in examples])
    _, prompt = np.unique([one.group for one in examples], return_inverse=True)
    rows_of = [np.flatnonzero(prompt == one) for one in range(prompt.max() + 1)]

    def measure(some: Rows) -> tuple[float, float, float]:
        within = auroc_by_group(good[some], told[some], tasks[some].tolist())
        return (
            auroc(good[some], told[some]),
            float(np.mean(list(within.values()))) if within else float("nan"),
            calibration_error(good[some], told[some]),
        )

    generator = np.random.default_rng(SEED)
    values = measure(np.arange(len(good)))
    drawn = [
        measure(np.concatenate([rows_of[one] for one in picked]))
        for picked in generator.integers(len(rows_of), size=(resamples, len(rows_of)))
    ]
    return Stage(
        extent=extent,
        drafts=len(found),
        auroc=round(values[0], _DIGITS),
        within_task=None if np.isnan(values[1]) else round(values[1], _DIGITS),
        calibration_error=round(values[2], _DIGITS),
        intervals={
            name: _ends(value, some)
            for name, value, some in zip(_NUMBERS, values, np.array(drawn).T, strict=True)
            if not np.isnan(value)
        }
        if drawn
        else {},
    )


def _ends(value: float, drawn: Floats) -> tuple[float, float]:
    """The interval, widened to hold the value: repeated drafts can only raise a calibration error."""
    low, high = np.quantile(drawn[~np.isnan(drawn)], _INTERVAL).tolist()
    return round(min(value, low), _DIGITS), round(max(value, high), _DIGITS)
