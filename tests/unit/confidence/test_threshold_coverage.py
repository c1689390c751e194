"""Over many calibration sets, how often the chosen threshold breaks the promise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from assistant.confidence.artefact import ScoreCounts
from assistant.confidence.threshold import SafeThreshold, safe_threshold
from assistant.share_bound import chance_of_so_few
from support.calibration_draws import Traffic, risks_by, scores_like

RESAMPLES = 200
CONFIDENCE = 0.95

ALLOWED = int(binom.ppf(0.999, RESAMPLES, 1 - CONFIDENCE))
"""Breaches among the resamples that a rule which breaks its promise exactly 5 % of the time stays within
in 999 of 1,000 such tests: 21, or 10.5 %."""

Choose = Callable[[ScoreCounts, float], float | None]

USUAL = scores_like(3, 1.5)
"""Most drafts score well, mean two thirds."""

SETTINGS = {
    "well calibrated, few drafts": (
        Traffic(shares=USUAL, risks=risks_by(lambda s: 1 - s), prompts=120),
        0.15,
    ),
    "well calibrated, many drafts": (
        Traffic(shares=USUAL, risks=risks_by(lambda s: 1 - s), prompts=3000),
        0.1,
    ),
    "far too sure of itself": (
        Traffic(shares=USUAL, risks=risks_by(lambda s: 0.08 + 0.8 * (1 - s)), prompts=1500),
        0.15,
    ),
    "blind, and just too bad": (
        Traffic(shares=USUAL, risks=risks_by(lambda _: 0.155), prompts=2000),
        0.15,
    ),
    "worst at the top": (
        Traffic(shares=USUAL, risks=risks_by(lambda s: 0.5 if s > 0.95 else 1 - s), prompts=1500),
        0.2,
    ),
    "five drafts a prompt, half alike": (
        Traffic(
            shares=USUAL,
            risks=risks_by(lambda s: 1 - s),
            prompts=450,
            drafts_per_prompt=5,
            alike=0.5,
        ),
        0.15,
    ),
    "five drafts a prompt, all alike": (
        Traffic(
            shares=USUAL,
            risks=risks_by(lambda s: 1 - s),
            prompts=450,
            drafts_per_prompt=5,
            alike=1.0,
        ),
        0.15,
    ),
    "five drafts a prompt, all alike and just too bad": (
        Traffic(
            shares=USUAL,
            risks=risks_by(lambda _: 0.155),
            prompts=450,
            drafts_per_prompt=5,
            alike=1.0,
        ),
        0.15,
    ),
    "a tenth of the prompts asked 30 times, just too bad": (
        Traffic(
            shares=USUAL,
            risks=risks_by(lambda _: 0.155),
            prompts=900,
            drafts_per_prompt=30,
            alike=1.0,
            heavy=0.1,
        ),
        0.15,
    ),
}


def chosen(counts: ScoreCounts, max_risk: float) -> float | None:
    """The rule under test."""
    found = safe_threshold(counts, max_risk=max_risk, confidence_level=CONFIDENCE)
    return found.threshold if isinstance(found, SafeThreshold) else None


def luckiest(counts: ScoreCounts, max_risk: float) -> float | None:
    """The naive rule: the lowest threshold whose own bound holds, of all that there are."""
    accepted = sum(drafts for _, drafts, _ in counts.cells)
    bad = sum(wrong for _, _, wrong in counts.cells)
    for at, drafts, wrong in sorted(counts.cells):
        if chance_of_so_few(bad, accepted, max_risk) <= 1 - CONFIDENCE:
            return at / 100
        accepted, bad = accepted - drafts, bad - wrong
    return None


def as_if_independent(counts: ScoreCounts, max_risk: float) -> float | None:
    """The rule under test, told that each draft had a prompt of its own."""
    drafts = sum(drafts for _, drafts, _ in counts.cells)
    return chosen(counts.model_copy(update={"prompts": drafts}), max_risk)


def breaches(traffic: Traffic, choose: Choose, max_risk: float) -> int:
    """Calibration sets out of `RESAMPLES` whose threshold has a true risk above `max_risk`."""
    generator = np.random.default_rng(20_221)
    found = (choose(traffic.draw(generator), max_risk) for _ in range(RESAMPLES))
    return sum(one is not None and traffic.risk_from(one) > max_risk for one in found)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_risk_holds_at_the_stated_level(name: str) -> None:
    """Well and badly calibrated scores, few and many drafts, alone and several to a prompt."""
    traffic, max_risk = SETTINGS[name]

    assert breaches(traffic, chosen, max_risk) <= ALLOWED


def test_the_lowest_threshold_whose_bound_holds_would_break_it() -> None:
    """The reason for testing in a fixed order: of many thresholds one is lucky."""
    traffic, max_risk = SETTINGS["blind, and just too bad"]

    assert breaches(traffic, luckiest, max_risk) > ALLOWED


def test_taking_drafts_of_one_prompt_for_independent_would_break_it() -> None:
    """The reason for the design effect."""
    traffic, max_risk = SETTINGS["five drafts a prompt, all alike and just too bad"]

    assert breaches(traffic, as_if_independent, max_risk) > ALLOWED


def test_where_there_are_drafts_enough_they_are_used() -> None:
    """Deferring everything would keep any promise: here at least half of what is safe is accepted."""
    traffic, max_risk = SETTINGS["well calibrated, many drafts"]
    safe = next(at / 100 for at in range(100) if traffic.risk_from(at / 100) <= max_risk)
    generator = np.random.default_rng(7)

    found = [chosen(traffic.draw(generator), max_risk) for _ in range(RESAMPLES)]

    shares = [0.0 if one is None else traffic.shares[round(one * 100) :].sum() for one in found]
    assert np.mean(shares) >= 0.5 * traffic.shares[round(safe * 100) :].sum()
