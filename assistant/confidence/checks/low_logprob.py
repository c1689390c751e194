"""The model itself was unsure of what it wrote."""

from __future__ import annotations

from itertools import accumulate

from assistant.confidence.checks.base import failed, passed
from assistant.confidence.reading import Reading
from assistant.types import CheckResult

_LEAST_TOKENS = 16
"""Fewer tokens average over too little; also the window: about a sentence."""

_LOW_MEAN = -2.5
"""Natural log per token: one in twelve. Models writing sense stay above -1.5 even at temperature 1;
uniform guessing among a hundred words is -4.6."""

_LOW_WINDOW = -4.0
"""For a single sentence, one in fifty-five a token: names and digits alone do not reach it."""


def low_logprob(reading: Reading) -> CheckResult | None:
    """Applies where the engine told log-probabilities; looks at the mean and the worst sentence."""
    told = [token.logprob for token in reading.draft.logprobs]
    if len(told) < _LEAST_TOKENS:
        return None
    mean = sum(told) / len(told)
    sums = [0.0, *accumulate(told)]
    worst = min(
        (sums[end] - sums[end - _LEAST_TOKENS]) / _LEAST_TOKENS
        for end in range(_LEAST_TOKENS, len(sums))
    )
    evidence = f"log-probability a token: mean {mean:.2f}, worst {_LEAST_TOKENS} {worst:.2f}"
    sure = mean >= _LOW_MEAN and worst >= _LOW_WINDOW
    return (passed if sure else failed)("low_logprob", evidence)
