"""Accept rules and what calibration drafts say about them, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from assistant.confidence.threshold import Measured, NoSafeThreshold, SafeThreshold
from assistant.policy.models import AcceptRule
from assistant.workflow.bars import USUAL_CONFIDENCE, RouteBar

HIGHEST_MAX_RISK = 0.5
"""The most that a policy's `max_risk` may be."""


def percent(share: float) -> str:
    """A share with at most one decimal: `5 %`, `12.3 %`."""
    return f"{round(100 * share, 1):g} %"


def cell(share: float) -> str:
    """The same for a table cell: `5%`."""
    return percent(share).replace(" ", "")


def rule_text(rule: AcceptRule) -> str:
    """The rule as short as a table cell."""
    if rule.max_risk is None:
        return f"score ≥ {rule.min_score:g}"
    return f"risk ≤ {cell(rule.max_risk)} at {cell(rule.confidence_level or 0)}"


def whose(tasks: Sequence[str]) -> str:
    """Whose calibration drafts they are."""
    return f"drafts of {' and '.join(tasks)}" if tasks else "drafts of all tasks"


def bar_text(bar: RouteBar) -> str:
    """From which score the route accepts and what is known about the risk of that."""
    compiled, rule = bar.compiled, bar.rule
    if not bar.acts:
        return (
            "accepts whatever is written: a ladder of one asks nobody else, its score is only shown"
        )
    match compiled:
        case NoSafeThreshold():
            return f"accepts nothing: {shortage_text(compiled, rule)}"
        case SafeThreshold():
            told = _seen(compiled, risk=rule.max_risk or 0, level=rule.confidence_level or 0)
            return f"accepts from {compiled.threshold:.2f} on: {told} ({_share(bar, compiled)})"
        case Measured():
            told = _seen(compiled, risk=compiled.upper_bound, level=USUAL_CONFIDENCE)
            return f"accepts from {rule.min_score:g} on, as given: {told} ({_share(bar, compiled)})"
        case None:
            return (
                f"accepts from {rule.min_score:g} on, as given; the artefact counts no calibration"
                " drafts that would tell its risk"
            )


def shortage_text(none: NoSafeThreshold, rule: AcceptRule) -> str:
    """Why no score is safe, and the way out."""
    if none.why == "no_counts":
        return (
            "the artefact counts no calibration drafts; fit it again with `inkladder confidence"
            " fit`, or give `min_score`"
        )
    asked = f"{percent(rule.max_risk or 0)} with {percent(rule.confidence_level or 0)} confidence"
    why = (
        f"{none.drafts:,} calibration drafts are too few to show a risk of {asked}"
        if none.why == "too_few_drafts"
        else f"too many of the best-scored calibration drafts are bad for a risk of {asked}"
    )
    return f"{why}; {_way_out(none)}"


def _way_out(none: NoSafeThreshold) -> str:
    # Rounded up: the figure must work where somebody types it in.
    shown = ceil(none.lowest_risk * 1000) / 1000
    if shown > HIGHEST_MAX_RISK:
        return "calibrate on more drafts, or give `min_score`"
    return f"raise `max_risk` to {shown:g}, calibrate on more drafts, or give `min_score`"


def _seen(measured: Measured, *, risk: float, level: float) -> str:
    if not measured.accepted:
        return f"none of {measured.drafts:,} calibration drafts scored so much"
    return (
        f"of {measured.accepted:,} calibration drafts at or above it {percent(measured.bad_share)}"
        f" were bad, at most {percent(risk)} with {percent(level)} confidence"
    )


def _share(bar: RouteBar, measured: Measured) -> str:
    share = percent(measured.accepted_share)
    told = f"{share} of {measured.drafts:,} {whose(bar.tasks)}"
    if bar.tasks or not bar.matched:
        return told
    return f"{told}; too few are of {' or '.join(bar.matched)} to tell that risk by itself"
