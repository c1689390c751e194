"""Features of the log-probabilities that the engine gave to the tokens it wrote.

A model is less sure where it errs: statistics of token log-probabilities are the standard baselines of
uncertainty for generated text (Fadeeva et al. 2023, LM-Polygraph; survey: Geng et al. 2024), and the
margin between the two best candidates is what UCCI cascades on. The sum grows with the length of a
text, so only means, quantiles and length-corrected sums are used (Malinin and Gales 2021).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assistant.confidence.features.base import NAN, Feature, View
from assistant.confidence.linear import Floats
from assistant.confidence.token_logprobs import TokenLogprobs

_UNLIKELY = float(np.log(0.1))
"""A token that the model itself gave less than one chance in ten."""

_FIRST_TOKENS = 5
"""The first words commit a text to a course."""

_LENGTH_POWER = 0.6
"""Exponent of the length correction (Wu et al. 2016, equation 14: .6 to .7 rank best)."""

_LENGTH_SHIFT = 5.0
"""The same equation: keeps the correction of very short texts near 1."""

_LEAST_FOR_TREND = 16
"""Halves of fewer tokens differ by chance."""


def _of_tokens(statistic: Callable[[TokenLogprobs], float]) -> Callable[[View], float]:
    def measure(view: View) -> float:
        told = view.reading.token_logprobs
        return NAN if told is None else statistic(told)

    return measure


def _of_margins(statistic: Callable[[Floats], float]) -> Callable[[View], float]:
    """A statistic of written minus runner-up; negative where sampling passed over the likeliest."""

    def measure(told: TokenLogprobs) -> float:
        margins = told.logprobs - told.runners_up
        known = margins[~np.isnan(margins)]
        return statistic(known) if len(known) else NAN

    return _of_tokens(measure)


def _lowest_window(tokens: int) -> Callable[[TokenLogprobs], float]:
    """The lowest mean over so many neighbouring tokens; over all where there are fewer."""

    def measure(told: TokenLogprobs) -> float:
        size = min(tokens, len(told.logprobs))
        sums = np.concatenate([[0.0], np.cumsum(told.logprobs)])
        return float((sums[size:] - sums[:-size]).min()) / size

    return measure


def _two_way_entropy(told: TokenLogprobs) -> float:
    """Mean entropy (nats) over written token, runner-up and everything else taken as one outcome.

    Engines tell two candidates, not all: what is left is one lump, so this is a lower bound of the
    entropy over the vocabulary.
    """
    known = ~np.isnan(told.runners_up)
    if not known.any():
        return NAN
    logs = np.stack([told.logprobs[known], told.runners_up[known]])
    chances = np.exp(logs)
    rest = np.maximum(0.0, 1 - chances.sum(axis=0))
    of_rest = rest * np.log(np.where(rest > 0, rest, 1.0))
    return float(-((chances * logs).sum(axis=0) + of_rest).mean())


def _length_corrected(told: TokenLogprobs) -> float:
    correction = ((_LENGTH_SHIFT + len(told.logprobs)) / (_LENGTH_SHIFT + 1)) ** _LENGTH_POWER
    return float(told.logprobs.sum() / correction)


def _trend(told: TokenLogprobs) -> float:
    count = len(told.logprobs)
    if count < _LEAST_FOR_TREND:
        return NAN
    half = count // 2
    return float(told.logprobs[half:].mean() - told.logprobs[:half].mean())


LOGPROB_FEATURES = (
    Feature(
        name="mean_logprob",
        family="logprob",
        measure=_of_tokens(lambda told: float(told.logprobs.mean())),
        sign=1,
        low="the model was less sure of its words than usual",
        high="the model was sure of its words",
    ),
    Feature(
        name="logprob_p10",
        family="logprob",
        measure=_of_tokens(lambda told: float(np.quantile(told.logprobs, 0.1))),
        sign=1,
        low="a tenth of the words were guesses",
        high="hardly a word was a guess",
    ),
    Feature(
        name="logprob_p25",
        family="logprob",
        measure=_of_tokens(lambda told: float(np.quantile(told.logprobs, 0.25))),
        sign=1,
        low="a quarter of the words were guesses",
        high="three words in four were sure",
    ),
    Feature(
        name="lowest_8_tokens",
        family="logprob",
        measure=_of_tokens(_lowest_window(8)),
        sign=1,
        low="the model was at a loss in one place",
        high="the model was nowhere at a loss",
    ),
    Feature(
        name="lowest_16_tokens",
        family="logprob",
        measure=_of_tokens(_lowest_window(16)),
        sign=1,
        low="the model was unsure of a whole passage",
        high="the model was sure of every passage",
    ),
    Feature(
        name="mean_margin",
        family="logprob",
        measure=_of_margins(lambda margins: float(margins.mean())),
        sign=1,
        low="other words would have fitted nearly as well",
        high="its words were far ahead of the next best",
    ),
    Feature(
        name="margin_p10",
        family="logprob",
        measure=_of_margins(lambda margins: float(np.quantile(margins, 0.1))),
        sign=1,
        low="a tenth of the words were chosen over likelier ones",
        high="its words were nearly always the likeliest",
    ),
    Feature(
        name="two_way_entropy",
        family="logprob",
        measure=_of_tokens(_two_way_entropy),
        sign=-1,
        low="the model hardly wavered between words",
        high="the model wavered between words",
    ),
    Feature(
        name="length_corrected_logprob",
        family="logprob",
        measure=_of_tokens(_length_corrected),
        sign=1,
        low="the text as a whole is an unlikely one",
        high="the text as a whole is a likely one",
    ),
    Feature(
        name="unlikely_tokens",
        family="logprob",
        measure=_of_tokens(lambda told: float((told.logprobs < _UNLIKELY).mean())),
        sign=-1,
        low="few of its words were unlikely",
        high="{percent} of its words were unlikely",
    ),
    Feature(
        name="first_tokens",
        family="logprob",
        measure=_of_tokens(lambda told: float(told.logprobs[:_FIRST_TOKENS].mean())),
        sign=1,
        low="the model was unsure how to begin",
        high="the model knew how to begin",
    ),
    Feature(
        name="logprob_trend",
        family="logprob",
        measure=_of_tokens(_trend),
        # Drifting off lowers it and looping raises it, so neither direction is good by itself.
        sign=0,
        low="the model grew less sure along the text",
        high="the model grew surer along the text",
    ),
)
"""They say nothing (NaN) about a draft whose engine told no log-probabilities."""
