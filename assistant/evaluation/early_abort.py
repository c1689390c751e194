"""Replays drafts through the early abort: what it saves, and what it should have let go on. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import inf
from statistics import fmean
from typing import get_args

import numpy as np

from assistant.confidence.asked import Asked
from assistant.confidence.fitting.assemble import BOTTOM
from assistant.confidence.fitting.examples import natural_examples
from assistant.confidence.fitting.rows import JudgedRow
from assistant.confidence.inputs import ScoringInput
from assistant.confidence.running import AbortLimits, Cause, RunningMargin
from assistant.confidence.running.collapse import Margin
from assistant.evaluation.binomial import clopper_pearson
from assistant.types import TokenLogprob

TOGETHER = "together"
"""Name of the line over all causes."""

_WORD = re.compile(r"\S*\s+|\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One draft: how many tokens it has, at which of them it was given up, and why; None if never."""

    acceptable: bool
    tokens: int
    aborted_at: int | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortLine:
    """What aborting for one cause, or below one limit, does; shares in [0, 1].

    `at` is the mean share of its tokens that an aborted draft had written, None where none was
    aborted; `saved` the share of all tokens that were never written, `saved_of_bad` the same among
    drafts that were not acceptable. `false` of the acceptable drafts were aborted, a share with a
    Clopper-Pearson interval of 95 % in `false_low` to `false_high`.
    """

    name: str
    aborted: float
    at: float | None
    saved: float
    saved_of_bad: float
    false: int
    false_share: float
    false_low: float
    false_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortReport:
    """All drafts of one temperature, or of all where it is None.

    `causes` has a line for each cause that came first in a draft, and one together; `margins` a line for
    each limit of the margin, as if it were the only cause.
    """

    temperature: float | None
    drafts: int
    acceptable: int
    tokens: int
    causes: tuple[AbortLine, ...]
    margins: tuple[AbortLine, ...]


def early_abort(
    rows: Sequence[JudgedRow], limits: AbortLimits, margins: Sequence[float] = ()
) -> tuple[AbortReport, ...]:
    """All temperatures together, then each where there are several.

    A row without a verdict counts as acceptable above the bottom third of all scores. Where
    log-probabilities are not told, every word stands for a token.

    Args:
        rows: Judged drafts, collected ones with their log-probabilities.
        limits: The limits in use.
        margins: Other limits of the margin to compare, in nats.
    """
    bar = float(np.quantile([row.score for row in rows], BOTTOM))
    examples = natural_examples(rows, bar=bar)
    replayed = [replay(one.draft, limits, acceptable=one.acceptable) for one in examples]
    lowest = [_lowest(one.draft.logprobs, limits) for one in examples]
    told = sorted({row.temperature for row in rows if row.temperature is not None})
    reports = []
    for temperature in (None, *(told if len(told) > 1 else ())):
        inside = [at for at, row in enumerate(rows) if temperature in {None, row.temperature}]
        reports.append(
            _report(
                temperature, [replayed[at] for at in inside], [lowest[at] for at in inside], margins
            )
        )
    return tuple(reports)


def replay(draft: ScoringInput, limits: AbortLimits, *, acceptable: bool) -> Replayed:
    """One draft, fed as an engine would have written it."""
    running = RunningMargin(Asked(draft.request), limits)
    tokens = 0
    aborted_at, cause = None, None
    for text, logprobs in _pieces(draft):
        tokens += 1
        doom = running.hear(text, logprobs) if cause is None else None
        if doom is not None:
            aborted_at, cause = tokens, doom.cause
    return Replayed(acceptable=acceptable, tokens=tokens, aborted_at=aborted_at, cause=cause)


def _pieces(draft: ScoringInput) -> Iterator[tuple[str, tuple[TokenLogprob, ...]]]:
    """A piece for each token. Which text a token stood for is not kept: all get as many characters."""
    count = len(draft.logprobs)
    if not count:
        yield from ((word, ()) for word in _WORD.findall(draft.text))
        return
    cuts = [len(draft.text) * cut // count for cut in range(count + 1)]
    for (start, end), logprob in zip(pairwise(cuts), draft.logprobs, strict=True):
        yield draft.text[start:end], (logprob,)


def _lowest(logprobs: Sequence[TokenLogprob], limits: AbortLimits) -> list[float]:
    """The lowest that the margin's running mean was up to each token."""
    margin = Margin(span=limits.margin_span, least=limits.margin_least)
    heard = (margin.hear((one,)) for one in logprobs)
    return list(accumulate((inf if one is None else one for one in heard), min))


def _report(
    temperature: float | None,
    replayed: Sequence[Replayed],
    lowest: Sequence[Sequence[float]],
    margins: Sequence[float],
) -> AbortReport:
    return AbortReport(
        temperature=temperature,
        drafts=len(replayed),
        acceptable=sum(one.acceptable for one in replayed),
        tokens=sum(one.tokens for one in replayed),
        causes=(
            *(_line(cause, [_only(one, cause) for one in replayed]) for cause in get_args(Cause)),
            _line(TOGETHER, replayed),
        ),
        margins=tuple(
            _line(
                f"{limit:+.2f}",
                [_below(one, along, limit) for one, along in zip(replayed, lowest, strict=True)],
            )
            for limit in margins
        ),
    )


def _only(one: Replayed, cause: Cause) -> Replayed:
    """The same draft, had nothing but this cause counted against it."""
    return one if one.cause == cause else replace(one, aborted_at=None, cause=None)


def _below(one: Replayed, lowest: Sequence[float], limit: float) -> Replayed:
    """The same draft, were it aborted at the first token whose margin lies below the limit."""
    at = next((at for at, low in enumerate(lowest, start=1) if low < limit), None)
    cause: Cause | None = None if at is None else "margin"
    return replace(one, aborted_at=at, cause=cause)


def _line(name: str, replayed: Sequence[Replayed]) -> AbortLine:
    aborted = [(one, one.aborted_at) for one in replayed if one.aborted_at is not None]
    bad = sum(one.tokens for one in replayed if not one.acceptable)
    good = sum(one.acceptable for one in replayed)
    false = sum(one.acceptable for one, _ in aborted)
    low, high = clopper_pearson(false, good)
    return AbortLine(
        name=name,
        aborted=len(aborted) / len(replayed),
        at=fmean(at / one.tokens for one, at in aborted) if aborted else None,
        saved=_share(
            sum(one.tokens - at for one, at in aborted), sum(one.tokens for one in replayed)
        ),
        saved_of_bad=_share(sum(one.tokens - at for one, at in aborted if not one.acceptable), bad),
        false=false,
        false_share=_share(false, good),
        false_low=low,
        false_high=high,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
